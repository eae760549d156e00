"""A model with a target chosen, as attribution methods see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution import Evidence
from percepta.engine.explained import BoundTarget, FloatArray
from percepta.engine.halving import Halving
from percepta.models import Forward, Gradients, Layer, Model

Array = NDArray[Any]
Rows = NDArray[np.intp]
R = TypeVar("R")


@dataclass
class ModelSubject:
    """A model and one target for each of B samples; see :class:`percepta.analysis.attribution.Subject`.

    Inputs may hold a multiple of B samples: the target of each is that of the sample it is a variation of, in
    order (of one sample, of that one). Where memory runs out the batch is halved, and stays so.

    Attributes:
        model: any model; without gradients only :meth:`values` answers.
        samples: B.
        bind: the target of some of the samples, each as often as it is named.
    """

    model: Model
    samples: int
    bind: Callable[[Rows], BoundTarget]
    _batches: Halving = field(default_factory=Halving, init=False)
    _layers: dict[str, Layer] = field(init=False)

    def __post_init__(self) -> None:
        """Note the layers by name."""
        self._layers = {layer.name: layer for layer in self.model.layers}

    def values(self, inputs: Mapping[str, Array]) -> FloatArray:
        """Return the target, ``[B]``."""

        def value(target: BoundTarget, part: Mapping[str, Array]) -> FloatArray:
            return target.value(self.model.forward(part, target.capture, target.masks))

        return np.concatenate(self._in_parts(inputs, value))

    def evidence(
        self,
        inputs: Mapping[str, Array],
        of_inputs: Sequence[str] = (),
        of_layers: Sequence[str] = (),
    ) -> Evidence:
        """Return the target with its gradients.

        Raises:
            ModelError: the model cannot be differentiated.
        """

        def evidence(target: BoundTarget, part: Mapping[str, Array]) -> Evidence:
            value, found = self._differentiated(target, part, of_inputs, of_layers)
            samples = len(value)
            return Evidence(
                value,
                {name: np.asarray(found.inputs[name], np.float32) for name in of_inputs},
                {name: self._ordered(name, found.responses[name], samples) for name in of_layers},
                {name: self._ordered(name, found.layers[name], samples) for name in of_layers},
            )

        return _joined(self._in_parts(inputs, evidence))

    def _differentiated(
        self,
        target: BoundTarget,
        inputs: Mapping[str, Array],
        of_inputs: Sequence[str],
        of_layers: Sequence[str],
    ) -> tuple[FloatArray, Gradients]:
        """Return the target's value and gradients, in one pass where it is made of outputs alone."""
        from percepta.models.linear_target import linear_target, target_of_outputs

        if target.capture:
            forward = self.model.forward(inputs, target.capture, target.masks)
            slopes = target.slopes(forward)
            asked = tuple(dict.fromkeys((*of_layers, *slopes.pooled)))
            goal = linear_target(
                slopes.outputs, slopes.pooled, self._layers, target.pooling, target.masks
            )
            found = self.model.gradients(inputs, goal, of_inputs=of_inputs, of_layers=asked)
            return target.value(forward), found
        goal = target_of_outputs(lambda given: target.slopes(given).outputs)
        found = self.model.gradients(inputs, goal, of_inputs=of_inputs, of_layers=of_layers)
        return target.value(Forward(found.outputs, {}, {})), found

    def _in_parts(
        self, inputs: Mapping[str, Array], run: Callable[[BoundTarget, Mapping[str, Array]], R]
    ) -> list[R]:
        """Run a batch as a whole, or in parts of the size that memory turned out to hold."""
        count = len(next(iter(inputs.values())))
        origins = np.repeat(np.arange(self.samples), count // self.samples)

        def part(rows: slice) -> R:
            given = {name: array[rows] for name, array in inputs.items()}
            return run(self.bind(origins[rows]), given)

        return self._batches.run(count, part)

    def _ordered(self, name: str, response: Array, samples: int) -> FloatArray:
        """Return a response as ``[B, C, …positions]``."""
        layer = self._layers[name]
        moved = np.moveaxis(response, (layer.batch_axis, layer.channel_axis), (0, 1))
        if len(moved) != samples:  # windows or frames folded into the batch
            moved = np.moveaxis(moved.reshape(samples, -1, *moved.shape[1:]), 1, 2)
        return np.asarray(moved, np.float32)


def _joined(parts: Sequence[Evidence]) -> Evidence:
    """Return the evidence of one batch whose parts these are."""
    if len(parts) == 1:
        return parts[0]

    def join(arrays: Sequence[Mapping[str, FloatArray]]) -> dict[str, FloatArray]:
        return {name: np.concatenate([one[name] for one in arrays]) for name in arrays[0]}

    return Evidence(
        np.concatenate([part.value for part in parts]),
        join([part.inputs for part in parts]),
        join([part.responses for part in parts]),
        join([part.gradients for part in parts]),
    )
