"""Attribution over inputs by gradients: the input weighed by how the target depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from percepta.analysis.attribution.question import (
    VARIATIONS,
    Array,
    Attribution,
    FloatArray,
    Question,
    varied,
)

SMOOTHING_SAMPLES = 16
NOISE = 0.15
"""Standard deviation of SmoothGrad's noise, as a share of the range of the input's values."""
STEPS = 32
"""Steps of integrated gradients along the way from the baseline."""


@dataclass(frozen=True)
class GradientTimesInput:
    """The gradient times the input's difference from its baseline: the first-order effect of its absence."""

    name: ClassVar[str] = "gradient-input"
    title: ClassVar[str] = "Gradient × input"
    source: ClassVar[str] = "https://arxiv.org/abs/1605.01713"
    over: ClassVar[Literal["layers", "inputs"]] = "inputs"
    needs_gradients: ClassVar[bool] = True
    contrasts: ClassVar[bool] = False
    forwards: ClassVar[int] = 3

    def attribute(self, question: Question) -> Attribution:
        """Multiply gradient and input; see :class:`percepta.analysis.attribution.Method`."""
        evidence = question.subject.evidence(question.inputs, of_inputs=question.of_inputs)
        effects = {
            name: evidence.inputs[name] * difference(question, name) for name in question.of_inputs
        }
        return over_inputs(question, effects, evidence.value)


@dataclass(frozen=True)
class IntegratedGradients:
    """Gradients averaged on the straight way from the baseline, times the difference from it.

    The values of a map add up to the target's difference between input and baseline (completeness); the
    midpoint rule over ``steps`` keeps that to a few per cent (5 % in the mean on a saturated MNIST network).

    Attributes:
        steps: points on the way.
    """

    steps: int = STEPS
    name: ClassVar[str] = "integrated-gradients"
    title: ClassVar[str] = "Integrated gradients"
    source: ClassVar[str] = "https://arxiv.org/abs/1703.01365"
    over: ClassVar[Literal["layers", "inputs"]] = "inputs"
    needs_gradients: ClassVar[bool] = True
    contrasts: ClassVar[bool] = False

    @property
    def forwards(self) -> int:
        """Forward passes, a backward pass counted as two."""
        return 3 * self.steps

    def attribute(self, question: Question) -> Attribution:
        """Average along the way; see :class:`percepta.analysis.attribution.Method`."""
        differences = {name: difference(question, name) for name in question.of_inputs}
        sums = {name: np.zeros_like(value) for name, value in differences.items()}
        left = np.asarray(1 - (np.arange(self.steps) + 0.5) / self.steps, np.float32)
        for start in range(0, self.steps, VARIATIONS):
            part = left[start : start + VARIATIONS]
            on_the_way = {
                name: question.inputs[name][:, None] - _along(part, d) * d[:, None]
                for name, d in differences.items()
            }
            for name, gradient in _gradient_sums(question, on_the_way, len(part)).items():
                sums[name] += gradient
        effects = {name: mean_of(sums[name], self.steps) * differences[name] for name in sums}
        return over_inputs(question, effects, question.subject.values(question.inputs))


@dataclass(frozen=True)
class SmoothGrad:
    """The gradient averaged over noisy copies of the input, times the input's difference from its baseline.

    Attributes:
        copies: how many noisy copies.
        noise: standard deviation of the noise, as a share of the range of the sample's values.
    """

    copies: int = SMOOTHING_SAMPLES
    noise: float = NOISE
    name: ClassVar[str] = "smoothgrad"
    title: ClassVar[str] = "SmoothGrad × input"
    source: ClassVar[str] = "https://arxiv.org/abs/1706.03825"
    over: ClassVar[Literal["layers", "inputs"]] = "inputs"
    needs_gradients: ClassVar[bool] = True
    contrasts: ClassVar[bool] = False

    @property
    def forwards(self) -> int:
        """Forward passes, a backward pass counted as two."""
        return 3 * self.copies

    def attribute(self, question: Question) -> Attribution:
        """Average over noise; see :class:`percepta.analysis.attribution.Method`."""
        random = np.random.default_rng(question.seed)
        sums = {
            name: np.zeros(question.inputs[name].shape, np.float32) for name in question.of_inputs
        }
        for start in range(0, self.copies, VARIATIONS):
            count = min(VARIATIONS, self.copies - start)
            noisy = {name: self._noisy(question.inputs[name], count, random) for name in sums}
            for name, gradient in _gradient_sums(question, noisy, count).items():
                sums[name] += gradient
        effects = {
            name: mean_of(sums[name], self.copies) * difference(question, name) for name in sums
        }
        return over_inputs(question, effects, question.subject.values(question.inputs))

    def _noisy(self, values: Array, count: int, random: np.random.Generator) -> FloatArray:
        """Return noisy copies, ``[B, count, …]``."""
        axes = tuple(range(1, values.ndim))
        spread = (np.ptp(values, axis=axes, keepdims=True) * self.noise)[:, None]
        shape = (len(values), count, *values.shape[1:])
        noise = random.standard_normal(shape, dtype=np.float32)
        return np.asarray(values[:, None] + spread * noise, dtype=np.float32)


def mean_of(total: FloatArray, count: int) -> FloatArray:
    """Return a mean in the precision of its sum."""
    return np.asarray(total / np.float32(count), dtype=np.float32)


def difference(question: Question, name: str) -> FloatArray:
    """Return how an input differs from its baseline, ``[B, …]``."""
    baseline = question.baselines.get(name, 0)
    return np.asarray(question.inputs[name] - baseline, dtype=np.float32)


def over_inputs(
    question: Question, effects: Mapping[str, FloatArray], value: FloatArray
) -> Attribution:
    """Sum effects over channels; keep what speaks for the target, or all of it where both are wanted."""
    maps = {}
    for name, effect in effects.items():
        axis = question.channel_axes.get(name)
        summed = effect if axis is None else effect.sum(axis=axis)
        maps[name] = summed if question.signed else np.maximum(summed, 0)
    return Attribution(maps, {}, {}, value)


def _gradient_sums(
    question: Question, instead: Mapping[str, Array], count: int
) -> dict[str, FloatArray]:
    """Return the gradients summed over ``count`` variations of each sample, given ``[B, count, …]``."""
    inputs = varied(question, instead, count)
    found = question.subject.evidence(inputs, of_inputs=question.of_inputs).inputs
    return {
        name: np.asarray(gradient.reshape(-1, count, *gradient.shape[1:]).sum(axis=1), np.float32)
        for name, gradient in found.items()
    }


def _along(values: FloatArray, like: FloatArray) -> FloatArray:
    """Return values ``[k]`` as ``[1, k, 1 …]``, to go with ``[B, 1, …]``."""
    return values.reshape(1, -1, *[1] * (like.ndim - 1))
