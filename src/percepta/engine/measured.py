"""Numbers that functions of the user's give, a loss or a named target, with their derivatives.

The function is differentiated as it stands (:mod:`percepta.models.tracing`), and what comes of it is held
against a central difference along a random direction. A function that cannot be differentiated so is tried
value by value, where the outputs are few enough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import TargetError
from percepta.engine.explained import FloatArray, OfOutputs, Slopes
from percepta.models import Forward

Arrays = Mapping[str, NDArray[Any]]

MOST_OUTPUTS = 4_096
"""Outputs of a sample that a function is tried by, one by one, if it cannot be differentiated."""
AT_ONCE = 2**22
"""Outputs that are differentiated at once: what is remembered of them takes some hundred bytes each."""
_STEP = 1e-2
"""How far outputs are moved to try a function."""
_SMALL_STEPS = (1e-3, 1e-4, 1e-2)
"""The same where derivatives are checked, as a share of what a value has room for: a large step may reach
over a bend, a small one drown in rounding, so one that agrees is enough."""
_AGREES = 0.05
"""Greatest difference between a derivative and what trying gives, as a share of what it may be."""


@dataclass(frozen=True, eq=False)
class MeasuredNumber(OfOutputs):
    """A number that a function of the user's gives for the samples this is bound to.

    Attributes:
        title: what it is, such as ``The loss 'dice'``.
        measure: outputs ``[B, …]`` by name -> ``[B]`` float32.
        function: the bare function, outputs by name of some of the samples, and which these are -> what it
            gives.
        predictions: the outputs it depends on.
    """

    title: str
    measure: Callable[[Arrays], FloatArray]
    function: Callable[[Mapping[str, Any], slice], Any]
    predictions: tuple[str, ...]

    def value(self, forward: Forward) -> FloatArray:
        """Return the number, ``[B]``."""
        return self.measure(forward.outputs)

    def slopes(self, forward: Forward) -> Slopes:
        """Return the derivatives by every value of every output.

        Raises:
            TargetError: the function cannot be differentiated, and the outputs are too many to try.
        """
        moving = {
            name: np.asarray(forward.outputs[name])
            for name in self.predictions
            if forward.outputs[name].dtype.kind == "f"
        }
        if not moving:
            raise TargetError(
                f"{self.title} depends on no output that can move a little.",
                fix="Explain a class, or one value of an output.",
            )
        try:
            return Slopes(self._traced(forward.outputs, moving))
        except TargetError as reason:
            values = sum(array[0].size for array in moving.values())
            if values > MOST_OUTPUTS:
                raise TargetError(
                    f"{self.title} cannot be differentiated: {reason.message}.",
                    fix="Write it in functions of numpy or torch that have derivatives; trying instead takes "
                    f"outputs of at most {MOST_OUTPUTS:,} values a sample, and here are {values:,}.",
                ) from None
            return Slopes({name: self._tried(forward.outputs, name) for name in moving})

    def _traced(self, outputs: Arrays, moving: Arrays) -> dict[str, FloatArray]:
        samples = len(next(iter(moving.values())))
        step = max(1, AT_ONCE // sum(array[0].size for array in moving.values()))
        parts = [
            self._part(outputs, tuple(moving), slice(start, min(start + step, samples)))
            for start in range(0, samples, step)
        ]
        slopes = {name: np.concatenate([part[name] for part in parts]) for name in moving}
        self._check(outputs, moving, slopes)
        return slopes

    def _part(self, outputs: Arrays, moving: tuple[str, ...], rows: slice) -> dict[str, FloatArray]:
        """Differentiate the function for some of the samples."""
        from percepta.models.tracing import trace

        part = {name: array[rows] for name, array in outputs.items()}
        return trace(
            lambda arrays: self.function({**part, **arrays}, rows),
            {name: part[name] for name in moving},
        ).slopes

    def _check(self, outputs: Arrays, moving: Arrays, slopes: Mapping[str, FloatArray]) -> None:
        """Hold derivatives against a central difference along a random direction.

        Raises:
            TargetError: they do not agree.
        """
        agrees = np.zeros(len(next(iter(moving.values()))), bool)
        for step in _SMALL_STEPS:
            agrees |= self._agrees(outputs, moving, slopes, step)
            if agrees.all():
                return
        raise TargetError(
            "its derivatives by torch do not agree with what happens when the outputs move a little"
        )

    def _agrees(
        self, outputs: Arrays, moving: Arrays, slopes: Mapping[str, FloatArray], size: float
    ) -> NDArray[np.bool_]:
        """Return for which samples derivatives agree with a step of a size, ``[B]``."""
        random = np.random.default_rng(0)
        ends: tuple[dict[str, NDArray[Any]], ...] = ({}, {})
        expected = np.zeros(len(next(iter(moving.values()))))
        may_be = np.zeros_like(expected)
        for name, array in moving.items():
            step = size * _room(array.astype(float))
            along = step * random.standard_normal(array.shape)
            for end, sign in zip(ends, (1, -1), strict=True):
                end[name] = (array + sign * along).astype(array.dtype)
            moved = (ends[0][name].astype(float) - ends[1][name]) / 2  # less what rounding took
            expected += (moved * slopes[name]).reshape(len(array), -1).sum(axis=1)
            may_be += np.square(step * slopes[name]).reshape(len(array), -1).sum(axis=1)
        high, low = (self.measure({**outputs, **end}).astype(float) for end in ends)
        rounding = 4 * np.finfo(np.float32).eps * (np.abs(high) + np.abs(low))
        error = np.abs((high - low) / 2 - expected)
        return np.asarray(error <= _AGREES * np.sqrt(may_be) + rounding)

    def _tried(self, outputs: Arrays, name: str) -> FloatArray:
        """Return the derivatives by central differences, every value of an output moved in turn."""
        output = np.asarray(outputs[name], np.float32)
        flat = output.reshape(len(output), -1)
        step = _STEP * np.maximum(1, np.abs(flat).max(axis=1))
        slopes = np.empty_like(flat)
        for index in range(flat.shape[1]):
            ends = []
            for sign in (1, -1):
                moved = flat.copy()
                moved[:, index] += sign * step
                ends.append(self.measure({**outputs, name: moved.reshape(output.shape)}))
            slopes[:, index] = (ends[0] - ends[1]) / (2 * step)
        return slopes.reshape(output.shape)


def _room(outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each value can go, so that a probability stays one and a large value moves further."""
    if outputs.min() >= 0 and outputs.max() <= 1:
        return np.minimum(outputs, 1 - outputs)
    return np.abs(outputs)
