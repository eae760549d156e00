"""Defaults: the loss, metrics and visualizers of an integration that names none.

They are decided once, from a spread of samples and the model's outputs for them:

=====================================================  =======================  ===============
ground truth                                           loss                     metric
=====================================================  =======================  ===============
class numbers, or one-hot like the output              cross-entropy            accuracy
class numbers for every position (pixel, token)        cross-entropy            mean IoU
zeros and ones, one per output                         binary cross-entropy     binary accuracy
other numbers, one per output                          mean squared error       mean absolute error
=====================================================  =======================  ===============
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError
from percepta.core.fields import Direction
from percepta.integration.builtin import fitted
from percepta.integration.integration import Integration, Reading
from percepta.integration.losses import LOSSES, mae
from percepta.integration.metrics import accuracy, binary_accuracy, mean_iou
from percepta.integration.parts import Connection, Loss, Metric, Prediction
from percepta.integration.pictures import default_visualizer

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one prediction and its ground truth.

    Attributes:
        classes: the ground truth is class numbers, or one-hot.
        dense: it has positions (pixels, tokens) besides.
        binary: it is zeros and ones, one per output.
    """

    classes: bool
    dense: bool
    binary: bool


def complete(
    integration: Integration,
    readings: Sequence[Reading],
    predictions: Mapping[str, Array],
) -> Integration:
    """Check the predictions, and fill in what the user left out.

    Args:
        integration: as the user gave it.
        readings: a spread of samples (:func:`percepta.integration.reading.read_spread`), used to
            decide and to calibrate the scale of pictures.
        predictions: the model's outputs by prediction, with a batch axis, for one or more of them.

    Returns:
        An integration with a loss, metrics and visualizers; the same one where nothing is missing.

    Raises:
        IntegrationError: the labels of a prediction do not match the width of its output.
    """
    for prediction in integration.predictions:
        check_labels(prediction, predictions.get(prediction.name))
    known = tuple(with_activation(p, predictions.get(p.name)) for p in integration.predictions)
    losses, metrics = integration.losses, integration.metrics
    pair = _only_pair(integration, readings, predictions)
    if pair is not None:
        output, truths, truth_name = pair
        prediction = known[0]
        facts = facts_of(output, truths, prediction.channel_axis)
        wires = (
            Connection("prediction", "prediction", prediction.name),
            Connection("target", "ground_truth", truth_name),
        )
        losses = losses or (_default_loss(facts, prediction, wires),)
        metrics = metrics or (_default_metric(facts, prediction, wires),)
    visualizers = integration.visualizers
    if not visualizers:
        shown = [default_visualizer(encoder, readings) for encoder in integration.inputs]
        visualizers = tuple(v for v in shown if v is not None)
    return _replaced(
        integration,
        predictions=known,
        losses=losses,
        metrics=metrics,
        visualizers=visualizers,
    )


def check_labels(prediction: Prediction, output: Array | None) -> None:
    """Compare labels and output.

    Raises:
        IntegrationError: their numbers differ, or the output has no such axis.
    """
    if output is None or output.ndim < 2:
        return
    if prediction.labels and output.size == len(output) and len(prediction.labels) <= 2:
        return  # one score a sample: of the second label, or of the only one
    axis = prediction.channel_axis
    if not -output.ndim < axis < output.ndim:
        raise IntegrationError(
            f"The prediction {prediction.name!r} has no axis {axis}: the model's output has shape "
            f"{output.shape[1:]} per sample.",
            fix="Set channel_axis of the Prediction to the axis of the classes.",
        )
    width = output.shape[axis]
    if prediction.labels is not None and width != len(prediction.labels):
        raise IntegrationError(
            f"The prediction {prediction.name!r} has {len(prediction.labels)} labels, but the model "
            f"gives {width} values (output shape {output.shape[1:]} per sample).",
            fix="Give one label per class, in the model's order"
            + (", or set channel_axis to the axis of the classes." if output.ndim > 2 else "."),
        )


def with_activation(prediction: Prediction, output: Array | None) -> Prediction:
    """Note that an output already is probabilities, where the user did not say and it shows."""
    if prediction.activation is not None or output is None or output.ndim < 2:
        return prediction
    width = output.shape[prediction.channel_axis]
    if width < 2 or output.dtype.kind != "f" or not np.isfinite(output).all():
        return prediction
    sums = output.sum(axis=prediction.channel_axis)
    if output.min() >= 0 and np.allclose(sums, 1, atol=1e-3):
        return replace(prediction, activation="none")
    return prediction


def facts_of(output: Array, truths: Sequence[Array], channel_axis: int) -> Facts:
    """Look at the ground truths of some samples beside the model's output."""
    truth = np.stack([np.asarray(t) for t in truths])
    width = output.shape[channel_axis] if output.ndim > 1 else 1
    whole = truth.dtype.kind in "iub"
    sample_shape = [n for n in output.shape[1:] if n != 1]
    per_class = [n for n in truth.shape[1:] if n != 1] == sample_shape
    zeros_and_ones = bool(np.isin(truth, (0, 1)).all())
    if per_class:
        hot = zeros_and_ones and truth.ndim == output.ndim and width > 1
        one_hot = hot and bool((truth.sum(axis=channel_axis) == 1).all())
        return Facts(one_hot, one_hot and output.ndim > 2, zeros_and_ones)
    return Facts(whole and width > 1, truth.ndim > 1 and truth[0].size > 1, False)


def _only_pair(
    integration: Integration, readings: Sequence[Reading], predictions: Mapping[str, Array]
) -> tuple[Array, list[Array], str] | None:
    """Return output and ground truths, where there is one of each, with a name."""
    if len(integration.predictions) != 1 or len(integration.ground_truths) != 1:
        return None
    output = predictions.get(integration.predictions[0].name)
    name = integration.ground_truths[0].name
    truths = [r.ground_truths[name] for r in readings if name in r.ground_truths]
    if output is None or not truths:
        return None
    return output, truths, name


def _default_loss(facts: Facts, prediction: Prediction, wires: tuple[Connection, ...]) -> Loss:
    name = "mse"
    if facts.classes:
        name = "cross_entropy"
    elif facts.binary:
        name = "binary_cross_entropy"
    return Loss(name, fitted(LOSSES[name], prediction), wires)


def _default_metric(facts: Facts, prediction: Prediction, wires: tuple[Connection, ...]) -> Metric:
    if facts.classes and facts.dense:
        return Metric("mean_iou", fitted(mean_iou, prediction), wires, Direction.UP)
    if facts.classes:
        return Metric("accuracy", fitted(accuracy, prediction), wires, Direction.UP)
    if facts.binary:
        return Metric("accuracy", fitted(binary_accuracy, prediction), wires, Direction.UP)
    return Metric("mae", fitted(mae, prediction), wires, Direction.DOWN)


def _replaced(integration: Integration, **changes: Any) -> Integration:
    """Replace fields, and keep what was found out already (the subsets must not be made twice)."""
    made = replace(integration, **changes)
    object.__setattr__(made, "_once", integration._once)
    return made
