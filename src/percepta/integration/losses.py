"""Built-in losses: numpy arrays with a batch axis in, one value per sample out.

Every one takes ``(prediction, target)``. The class axis of the prediction is ``channel_axis``; targets
are class numbers (the prediction's shape without that axis) or one value per class (the same shape, e.g.
one-hot).
Positions other than class and batch (pixels, tokens) are averaged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError

Array = NDArray[Any]

SMALLEST = 1e-7


def cross_entropy(prediction: Array, target: Array, channel_axis: int = -1) -> Array:
    """Cross-entropy of logits.

    Args:
        prediction: logits ``[B, …, C, …]``.
        target: class numbers ``[B, …]``, or weights per class of the prediction's shape.
        channel_axis: axis of the classes.

    Returns:
        ``[B]`` float32.

    Raises:
        IntegrationError: the shapes do not fit each other.
        ValueError: a class number is outside ``0..C-1``.
    """
    scores = _classes_last(prediction, channel_axis)
    scores = scores - scores.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return _expected(log_sum - scores, prediction, target, channel_axis)


def cross_entropy_from_probabilities(
    prediction: Array, target: Array, channel_axis: int = -1
) -> Array:
    """Cross-entropy of probabilities, which are kept above 1e-7; otherwise as `cross_entropy`."""
    scores = _classes_last(prediction, channel_axis)
    return _expected(-np.log(np.maximum(scores, SMALLEST)), prediction, target, channel_axis)


def binary_cross_entropy(prediction: Array, target: Array) -> Array:
    """Binary cross-entropy of logits, averaged over everything but the batch.

    Args:
        prediction: logits ``[B, …]``.
        target: 0, 1 or between; the same shape (``[B]`` fits ``[B, 1]``).

    Returns:
        ``[B]`` float32.
    """
    logits, truth = same_shape(prediction, target)
    # log(1 + exp(-|x|)) never overflows
    each = np.maximum(logits, 0) - logits * truth + np.log1p(np.exp(-np.abs(logits)))
    return per_sample(each)


def binary_cross_entropy_from_probabilities(prediction: Array, target: Array) -> Array:
    """Binary cross-entropy of probabilities (kept within 1e-7 of 0 and 1)."""
    scores, truth = same_shape(prediction, target)
    scores = np.clip(scores, SMALLEST, 1 - SMALLEST)
    return per_sample(-(truth * np.log(scores) + (1 - truth) * np.log1p(-scores)))


def mse(prediction: Array, target: Array) -> Array:
    """Mean squared error, averaged over everything but the batch; the same shape, ``[B]`` out."""
    values, truth = same_shape(prediction, target)
    return per_sample(np.square(values - truth))


def mae(prediction: Array, target: Array) -> Array:
    """Mean absolute error, averaged over everything but the batch; the same shape, ``[B]`` out."""
    values, truth = same_shape(prediction, target)
    return per_sample(np.abs(values - truth))


LOSSES: dict[str, Callable[..., Array]] = {
    "cross_entropy": cross_entropy,
    "cross_entropy_from_probabilities": cross_entropy_from_probabilities,
    "binary_cross_entropy": binary_cross_entropy,
    "binary_cross_entropy_from_probabilities": binary_cross_entropy_from_probabilities,
    "mse": mse,
    "mae": mae,
}
"""Every built-in loss, by name."""


def per_sample(values: Array) -> Array:
    """Average over everything but the batch."""
    flat = values.reshape(len(values), -1)
    return flat.mean(axis=1, dtype=np.float64).astype(np.float32)  # type: ignore[no-any-return]


def same_shape(prediction: Array, target: Array) -> tuple[Array, Array]:
    """Return both as float32 of one shape; axes of size 1 may be missing in one of them.

    Raises:
        IntegrationError: they differ otherwise; nothing is ever broadcast.
    """
    left, right = np.asarray(prediction), np.asarray(target)
    if left.shape != right.shape:
        if [n for n in left.shape[1:] if n != 1] != [n for n in right.shape[1:] if n != 1]:
            raise misfit(left, right, "Make the ground truth as large as the prediction.")
        right = right.reshape(left.shape)
    return left.astype(np.float32, copy=False), right.astype(np.float32)


def class_numbers(prediction: Array, target: Array, channel_axis: int) -> Array:
    """Return the target as class numbers of the prediction's shape without its class axis.

    Args:
        prediction: ``[B, …, C, …]``.
        target: class numbers, or one value per class, of which the largest counts.
        channel_axis: axis of the classes.

    Raises:
        IntegrationError: the shapes do not fit each other.
        ValueError: a class number is outside ``0..C-1``.
    """
    target = np.asarray(target)
    classes = np.moveaxis(np.asarray(prediction), channel_axis, -1)
    if target.shape == np.shape(prediction):
        return np.asarray(np.moveaxis(target, channel_axis, -1).argmax(axis=-1))
    wanted = classes.shape[:-1]
    if [n for n in target.shape[1:] if n != 1] != [n for n in wanted[1:] if n != 1]:
        raise misfit(
            prediction, target, "Give class numbers, or one value per class (e.g. one-hot)."
        )
    numbers = target.reshape(wanted)
    if numbers.dtype.kind == "f":
        if not np.array_equal(numbers, np.floor(numbers)):
            raise ValueError("the ground truth has class numbers that are not whole numbers")
        numbers = numbers.astype(np.int64)
    low, high = int(numbers.min()), int(numbers.max())
    if low < 0 or high >= classes.shape[-1]:
        wrong = low if low < 0 else high
        raise ValueError(
            f"the ground truth {wrong} is outside the model's {classes.shape[-1]} classes "
            f"(0..{classes.shape[-1] - 1})"
        )
    return numbers.astype(np.int64, copy=False)


def misfit(prediction: Array, target: Array, fix: str) -> IntegrationError:
    """Return the error for a prediction and a ground truth whose shapes do not fit."""
    return IntegrationError(
        f"A prediction of shape {np.shape(prediction)[1:]} per sample does not fit a ground truth "
        f"of shape {np.shape(target)[1:]}.",
        fix=fix,
    )


def _classes_last(prediction: Array, channel_axis: int) -> Array:
    scores = np.moveaxis(np.asarray(prediction), channel_axis, -1).astype(np.float32, copy=False)
    if scores.ndim < 2 or scores.shape[-1] < 2:
        raise IntegrationError(
            f"A prediction of shape {np.shape(prediction)[1:]} per sample has no classes to choose "
            "from.",
            fix="Use binary_cross_entropy for one score, or mse for a value.",
        )
    return scores


def _expected(costs: Array, prediction: Array, target: Array, channel_axis: int) -> Array:
    if np.shape(target) == np.shape(prediction):
        weights = np.moveaxis(np.asarray(target), channel_axis, -1)
        return per_sample((costs * weights).sum(axis=-1))
    numbers = class_numbers(prediction, target, channel_axis)
    return per_sample(np.take_along_axis(costs, numbers[..., None], axis=-1)[..., 0])
