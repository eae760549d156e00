"""Metrics, losses and visualizers that every script finds declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import percepta.integration.code_loader.module.default_metrics as measures
import percepta.integration.code_loader.module.visualizers.default_visualizers as pictures
from percepta.integration.code_loader.module.contract.enums import LeapDataType, MetricDirection

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

LOSSES = {
    "MeanSquaredError": measures.mean_squared_error_dimension_reduced,
    "MeanSquaredLogarithmicError": measures.mean_squared_logarithmic_error_dimension_reduced,
    "MeanAbsoluteError": measures.mean_absolute_error_dimension_reduced,
    "MeanAbsolutePercentageError": measures.mean_absolute_percentage_error_dimension_reduced,
    "CategoricalCrossentropy": measures.categorical_crossentropy,
    "BinaryCrossentropy": measures.binary_crossentropy,
}
"""Built-in losses: arguments ``ground_truth`` and ``prediction``; metrics of the same name too."""

METRICS = {
    **{name: (LOSSES[name], MetricDirection.Downward) for name in list(LOSSES)[:4]},
    "Accuracy": (measures.accuracy_reduced, MetricDirection.Upward),
    "ConfusionMatrixClassification": (measures.confusion_matrix_classification_metric, None),
    **{name: (LOSSES[name], MetricDirection.Downward) for name in list(LOSSES)[4:]},
}
"""Built-in metrics, and which way each is better."""

VISUALIZERS: dict[str, tuple[LeapDataType, Callable[..., Any]]] = {
    "Image": (LeapDataType.Image, pictures.default_image_visualizer),
    "Video": (LeapDataType.Video, pictures.default_video_visualizer),
    "Graph": (LeapDataType.Graph, pictures.default_graph_visualizer),
    "RawData": (LeapDataType.Text, pictures.default_raw_data_visualizer),
    "HorizontalBar": (LeapDataType.HorizontalBar, pictures.default_horizontal_bar_visualizer),
    "Text": (LeapDataType.Text, pictures.default_word_visualizer),
    "ImageMask": (LeapDataType.ImageMask, pictures.default_image_mask_visualizer),
    "TextMask": (LeapDataType.TextMask, pictures.default_text_mask_visualizer),
}
"""Built-in visualizers, by name."""


def register(binder: LeapBinder) -> None:
    """Declare them, in the order the public API lists them."""
    for name, (kind, show) in VISUALIZERS.items():
        binder.set_visualizer(show, name, kind)
    for name, (measure, direction) in METRICS.items():
        binder.add_custom_metric(measure, name, direction)
    for name, cost in LOSSES.items():
        binder.add_custom_loss(cost, name)
