"""Built-in metrics: numpy arrays with a batch axis in, one value per sample out.

Arguments are those of :mod:`percepta.integration.losses`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.fields import Direction
from percepta.integration.losses import class_numbers, mae, mse, per_sample, same_shape

Array = NDArray[Any]

__all__ = ["accuracy", "binary_accuracy", "mae", "mean_iou", "mse", "top_k"]


def accuracy(prediction: Array, target: Array, channel_axis: int = -1) -> Array:
    """Share of positions whose highest score is the true class (0 or 1 for one class per sample).

    Args:
        prediction: scores ``[B, …, C, …]``, logits or probabilities.
        target: class numbers ``[B, …]``, or one value per class.
        channel_axis: axis of the classes.

    Returns:
        ``[B]`` float32.
    """
    numbers = class_numbers(prediction, target, channel_axis)
    return per_sample(np.asarray(prediction).argmax(axis=channel_axis) == numbers)


def binary_accuracy(prediction: Array, target: Array, threshold: float = 0.5) -> Array:
    """Share of scores on the right side of the threshold (0 for logits, 0.5 for probabilities)."""
    scores, truth = same_shape(prediction, target)
    return per_sample((scores > threshold) == (truth > 0.5))


def top_k(k: int) -> Callable[..., Array]:
    """Return a metric: whether the true class is among the ``k`` highest scores."""

    def among_top(prediction: Array, target: Array, channel_axis: int = -1) -> Array:
        numbers = class_numbers(prediction, target, channel_axis)
        scores = np.moveaxis(np.asarray(prediction), channel_axis, -1)
        true = np.take_along_axis(scores, numbers[..., None], axis=-1)
        return per_sample((scores > true).sum(axis=-1) < k)

    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    among_top.__name__ = f"top_{k}"
    return among_top


def mean_iou(prediction: Array, target: Array, channel_axis: int = -1) -> Array:
    """Intersection over union, averaged over the classes that a sample has or is said to have.

    Args:
        prediction: scores ``[B, …, C, …]``.
        target: class numbers ``[B, …]``, or one value per class.
        channel_axis: axis of the classes.

    Returns:
        ``[B]`` float32.
    """
    classes = np.shape(prediction)[channel_axis]
    truth = class_numbers(prediction, target, channel_axis)
    found = np.asarray(prediction).argmax(axis=channel_axis)
    truth, found = truth.reshape(len(truth), -1), found.reshape(len(found), -1)
    out = np.empty(len(truth), dtype=np.float32)
    for index, (true, said) in enumerate(zip(truth, found, strict=True)):
        both = np.bincount(true[true == said], minlength=classes)
        union = np.bincount(true, minlength=classes) + np.bincount(said, minlength=classes) - both
        there = union > 0
        out[index] = (both[there] / union[there]).mean()
    return out


METRICS: dict[str, tuple[Callable[..., Array], Direction]] = {
    "accuracy": (accuracy, Direction.UP),
    "binary_accuracy": (binary_accuracy, Direction.UP),
    "mean_iou": (mean_iou, Direction.UP),
    "mse": (mse, Direction.DOWN),
    "mae": (mae, Direction.DOWN),
}
"""Every built-in metric, by name, besides ``top_<k>``."""


def metric_named(name: str) -> tuple[Callable[..., Array], Direction] | None:
    """Return a built-in metric and its direction; ``top_5`` is `top_k` of 5; None: no such metric."""
    matched = re.fullmatch(r"top_([1-9]\d*)", name)
    if matched:
        return top_k(int(matched[1])), Direction.UP
    return METRICS.get(name)
