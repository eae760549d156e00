"""`code_loader.default_metrics`: the metrics every script has by name.

All but the confusion matrix take arrays ``[B, ...]`` of one shape, see everything behind the batch
axis as one row, and give one number a sample. The numbers follow the contract, also where it is
unusual: sums where Keras has means, accuracy by rounding, no epsilon in percentages.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.elements import ConfusionMatrixElement
from percepta.integration.code_loader.module.contract.enums import (
    ConfusionMatrixValue,
    MetricDirection,
)

Array = npt.NDArray[Any]
EPSILON = 1e-7


class Metric(Enum):
    """The metrics of this module."""

    MeanSquaredError = "MeanSquaredError"
    MeanSquaredLogarithmicError = "MeanSquaredLogarithmicError"
    MeanAbsoluteError = "MeanAbsoluteError"
    MeanAbsolutePercentageError = "MeanAbsolutePercentageError"
    Accuracy = "Accuracy"
    ConfusionMatrixClassification = "ConfusionMatrixClassification"
    CategoricalCrossentropy = "CategoricalCrossentropy"
    BinaryCrossentropy = "BinaryCrossentropy"


def flatten_non_batch_dims(ground_truth: Array, prediction: Array) -> tuple[Array, Array]:
    """Return both as ``[B, rest]``."""
    truth = ground_truth.reshape(ground_truth.shape[0], -1)
    return truth, prediction.reshape(prediction.shape[0], -1)


def mean_squared_error_dimension_reduced(ground_truth: Array, prediction: Array) -> Array:
    """Mean of squared differences, float32 ``[B]``."""
    truth, predicted = flatten_non_batch_dims(ground_truth, prediction)
    return _float32(np.square(truth - predicted).mean(axis=1))


def mean_squared_logarithmic_error_dimension_reduced(
    ground_truth: Array, prediction: Array
) -> Array:
    """Mean of squared differences of log(1 + x), float32 ``[B]``."""
    truth, predicted = flatten_non_batch_dims(ground_truth, prediction)
    return _float32(np.square(np.log(1 + truth) - np.log(1 + predicted)).mean(axis=1))


def mean_absolute_error_dimension_reduced(ground_truth: Array, prediction: Array) -> Array:
    """Mean of absolute differences, float32 ``[B]``."""
    truth, predicted = flatten_non_batch_dims(ground_truth, prediction)
    return _float32(np.abs(truth - predicted).mean(axis=1))


def mean_absolute_percentage_error_dimension_reduced(
    ground_truth: Array, prediction: Array
) -> Array:
    """Mean of absolute differences as shares of the truth, float32 ``[B]``; a truth of 0 gives inf."""
    truth, predicted = flatten_non_batch_dims(ground_truth, prediction)
    return _float32(np.abs((truth - predicted) / truth).mean(axis=1))


def accuracy_reduced(ground_truth: Array, prediction: Array) -> Array:
    """Share of elements that round to the truth, both seen as yes or no, float64 ``[B]``."""
    truth, predicted = flatten_non_batch_dims(ground_truth, prediction)
    agreement: Array = (np.round(predicted).astype(bool) == truth.astype(bool)).mean(axis=1)
    return agreement


def categorical_crossentropy(ground_truth: Array, prediction: Array) -> Array:
    """Cross-entropy of rows that are first made to sum to 1, float32 ``[B]``."""
    truth, predicted = flatten_non_batch_dims(ground_truth, prediction)
    shares = _clipped(predicted / predicted.sum(axis=1, keepdims=True))
    return _float32(-(truth * np.log(shares)).sum(axis=1))


def binary_crossentropy(ground_truth: Array, prediction: Array) -> Array:
    """Cross-entropy of each element, summed, float32 ``[B]``."""
    truth, predicted = flatten_non_batch_dims(ground_truth, prediction)
    yes = _clipped(predicted)
    return _float32(-(truth * np.log(yes) + (1 - truth) * np.log(1 - yes)).sum(axis=1))


def confusion_matrix_classification_metric(
    ground_truth: Array, prediction: Array
) -> list[list[ConfusionMatrixElement]]:
    """Return one decision per class and sample.

    Args:
        ground_truth: one-hot ``[B, C]``, or ``[B, 1]`` of 0 and 1.
        prediction: ``[B, C]``, or ``[B, 1]``, the score of class 1.

    Raises:
        TypeError: they have other shapes.
    """
    if ground_truth.ndim != 2 or prediction.ndim != 2:
        raise TypeError(
            f"A confusion matrix needs arrays [batch, classes], "
            f"not {ground_truth.shape} and {prediction.shape}."
        )
    truth, scores = (_two_columns(array) for array in (ground_truth, prediction))
    return [
        [
            ConfusionMatrixElement(
                str(index),
                ConfusionMatrixValue.Positive if int(yes) == 1 else ConfusionMatrixValue.Negative,
                float(score),
            )
            for index, (yes, score) in enumerate(zip(row, row_scores, strict=False))
        ]
        for row, row_scores in zip(truth, scores, strict=True)
    ]


def _two_columns(array: Array) -> Array:
    """Write the one column of a yes-or-no as the columns of 0 and 1."""
    return np.concatenate([1 - array, array], axis=1) if array.shape[1] == 1 else array


def _clipped(probability: Array) -> Array:
    return np.clip(probability, EPSILON, 1 - EPSILON)


def _float32(values: Array) -> npt.NDArray[np.float32]:
    return values.astype(np.float32)


metrics_names_to_functions_and_direction: dict[
    str, tuple[Callable[[Array, Array], Any], MetricDirection | None]
] = {
    Metric.MeanSquaredError.name: (
        mean_squared_error_dimension_reduced,
        MetricDirection.Downward,
    ),
    Metric.MeanSquaredLogarithmicError.name: (
        mean_squared_logarithmic_error_dimension_reduced,
        MetricDirection.Downward,
    ),
    Metric.MeanAbsoluteError.name: (
        mean_absolute_error_dimension_reduced,
        MetricDirection.Downward,
    ),
    Metric.MeanAbsolutePercentageError.name: (
        mean_absolute_percentage_error_dimension_reduced,
        MetricDirection.Downward,
    ),
    Metric.Accuracy.name: (accuracy_reduced, MetricDirection.Upward),
    Metric.ConfusionMatrixClassification.name: (confusion_matrix_classification_metric, None),
    Metric.CategoricalCrossentropy.name: (categorical_crossentropy, MetricDirection.Downward),
    Metric.BinaryCrossentropy.name: (binary_crossentropy, MetricDirection.Downward),
}
