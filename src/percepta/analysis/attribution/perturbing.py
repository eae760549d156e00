"""Attribution over inputs by hiding parts of them: for any model, also those without gradients."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from percepta.analysis.attribution.gradients import over_inputs
from percepta.analysis.attribution.question import (
    VARIATIONS,
    Array,
    Attribution,
    FloatArray,
    Question,
    varied,
)

PATCHES = 7
"""Patches along each axis of positions that occlusion hides one after the other."""
MASKS = 400
CELLS = 7
"""Cells along each axis of the coarse masks that RISE draws."""
KEPT = 0.5


@dataclass(frozen=True)
class Occlusion:
    """How much the target loses when a patch is replaced by the baseline.

    Patches overlap by half; a position's effect is the mean over the patches that cover it, spread evenly
    over a patch.

    Attributes:
        patches: along each axis of positions; an axis that is shorter has one patch a position.
    """

    patches: int = PATCHES
    name: ClassVar[str] = "occlusion"
    title: ClassVar[str] = "Occlusion"
    source: ClassVar[str] = "https://arxiv.org/abs/1311.2901"
    over: ClassVar[Literal["layers", "inputs"]] = "inputs"
    needs_gradients: ClassVar[bool] = False
    contrasts: ClassVar[bool] = False

    @property
    def forwards(self) -> int:
        """Forward passes over a picture."""
        return (2 * self.patches - 1) ** 2

    def attribute(self, question: Question) -> Attribution:
        """Hide patch after patch; see :class:`percepta.analysis.attribution.Method`."""
        value = question.subject.values(question.inputs)
        effects: dict[str, FloatArray] = {}
        for name in question.of_inputs:
            array = question.inputs[name]
            effect = np.zeros(array.shape, np.float32)
            covered = np.zeros(array.shape[1:], np.float32)
            baseline = _baseline(question, name)
            patches = list(self._patches(array, question.channel_axes.get(name)))
            for start in range(0, len(patches), VARIATIONS):
                part = patches[start : start + VARIATIONS]
                hidden = np.repeat(array[:, None], len(part), axis=1)
                for index, patch in enumerate(part):
                    hidden[:, index][:, *patch] = baseline[:, *patch]
                lost = value[:, None] - _values(question, name, hidden)
                for index, patch in enumerate(part):
                    share = lost[:, index] / covered[patch].size
                    effect[:, *patch] += share.reshape(-1, *[1] * (array.ndim - 1))
                    covered[patch] += 1
            effects[name] = np.asarray(effect / np.maximum(covered, 1), dtype=np.float32)
        return over_inputs(question, effects, value)

    def _patches(self, array: Array, channel_axis: int | None) -> Iterator[tuple[slice, ...]]:
        spans = []
        for axis in range(1, array.ndim):
            length = array.shape[axis]
            if _is_channels(array, axis, channel_axis):
                spans.append([slice(0, length)])
                continue
            size = max(1, round(length / self.patches))
            step = max(1, size // 2) if size < length else 1
            starts = range(0, max(1, length - size + step), step)
            spans.append([slice(start, min(length, start + size)) for start in starts])
        return itertools.product(*spans)


@dataclass(frozen=True)
class Rise:
    """The mean of random masks, each weighed by what the target keeps when only its part is seen.

    Attributes:
        masks: how many.
        cells: along each axis of positions; a mask is drawn coarsely and enlarged smoothly.
    """

    masks: int = MASKS
    cells: int = CELLS
    name: ClassVar[str] = "rise"
    title: ClassVar[str] = "RISE"
    source: ClassVar[str] = "https://arxiv.org/abs/1806.07421"
    over: ClassVar[Literal["layers", "inputs"]] = "inputs"
    needs_gradients: ClassVar[bool] = False
    contrasts: ClassVar[bool] = False

    @property
    def forwards(self) -> int:
        """Forward passes."""
        return self.masks

    def attribute(self, question: Question) -> Attribution:
        """Look through random masks; see :class:`percepta.analysis.attribution.Method`."""
        value = question.subject.values(question.inputs)
        random = np.random.default_rng(question.seed)
        effects: dict[str, FloatArray] = {}
        for name in question.of_inputs:
            array = question.inputs[name]
            baseline = _baseline(question, name)
            values = np.empty((self.masks, len(array)), np.float32)
            seen = np.empty(
                (self.masks, *_mask_shape(array, question.channel_axes.get(name))), np.float32
            )
            for start in range(0, self.masks, VARIATIONS):
                part = slice(start, min(start + VARIATIONS, self.masks))
                for index in range(part.start, part.stop):
                    seen[index] = _smooth_mask(seen.shape[1:], self.cells, random)
                shown = _shown(array[:, None], baseline[:, None], seen[None, part])
                values[part] = _values(question, name, shown.astype(array.dtype)).T
            shared = np.float32(_channels(array, question.channel_axes.get(name)))
            effects[name] = np.broadcast_to(_regressed(values, seen) / shared, array.shape)
        return over_inputs(question, effects, value)


def _values(question: Question, name: str, instead: Array) -> FloatArray:
    """Return the target of variations ``[B, k, …]`` of one input, ``[B, k]``."""
    inputs = varied(question, {name: instead}, instead.shape[1])
    return question.subject.values(inputs).reshape(instead.shape[:2])


def _shown(array: Array, baseline: Array, mask: FloatArray) -> Array:
    """Show an input through a mask; whole numbers, such as tokens, are there or not."""
    if array.dtype.kind != "f" or (array == np.round(array)).all():
        return np.where(mask >= KEPT, array, baseline)
    return np.asarray(baseline + mask * (array - baseline))


def _regressed(values: FloatArray, seen: FloatArray) -> FloatArray:
    """Return the covariance of what is seen at each position with the target, ``[B, …]``."""
    centred = (values - values.mean(axis=0)).T / len(values)
    flat = seen.reshape(len(seen), -1)
    variance = np.maximum(flat.var(axis=0), 1e-6)
    weighed = centred @ (flat - flat.mean(axis=0)) / variance
    return np.asarray(weighed.reshape(-1, *seen.shape[1:]), dtype=np.float32)


def _smooth_mask(shape: tuple[int, ...], cells: int, random: np.random.Generator) -> FloatArray:
    """Draw a coarse mask of zeros and ones and enlarge it bilinearly, shifted by a part of a cell."""
    coarse = (random.random([min(size, cells) + 1 for size in shape]) < KEPT).astype(np.float32)
    for axis, size in enumerate(shape):
        if size == 1:
            coarse = np.take(coarse, [0], axis=axis)
            continue
        count = min(size, cells)
        if count == size:  # a cell a position: nothing to enlarge
            coarse = np.take(coarse, range(size), axis=axis)
            continue
        at = (np.arange(size) + random.random() * size / count) * count / size
        at = np.clip(at - 0.5, 0, count)
        low = np.minimum(at.astype(int), count - 1)
        share = (at - low).reshape([-1 if i == axis else 1 for i in range(coarse.ndim)])
        coarse = np.take(coarse, low, axis) * (1 - share) + np.take(coarse, low + 1, axis) * share
    return np.asarray(coarse, dtype=np.float32)


def _is_channels(array: Array, axis: int, channel_axis: int | None) -> bool:
    return channel_axis is not None and axis == channel_axis % array.ndim


def _mask_shape(array: Array, channel_axis: int | None) -> tuple[int, ...]:
    axes = range(1, array.ndim)
    return tuple(1 if _is_channels(array, i, channel_axis) else array.shape[i] for i in axes)


def _channels(array: Array, channel_axis: int | None) -> int:
    return 1 if channel_axis is None else array.shape[channel_axis]


def _baseline(question: Question, name: str) -> Array:
    array = question.inputs[name]
    return np.broadcast_to(question.baselines.get(name, np.zeros((), array.dtype)), array.shape)
