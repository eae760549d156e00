"""A model with a target chosen, as attribution methods see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution import Evidence
from percepta.engine.explained import BoundTarget, FloatArray
from percepta.models import Layer, Model

Array = NDArray[Any]
R = TypeVar("R")


@dataclass
class ModelSubject:
    """A model and one target for each of B samples; see :class:`percepta.analysis.attribution.Subject`.

    Inputs may hold a multiple of B samples: the target of each is that of the sample it is a variation of, in
    order (of one sample, of that one).

    Attributes:
        model: any model; without gradients only :meth:`values` answers.
        bind: the target of a number of variations of the samples.
    """

    model: Model
    bind: Callable[[int], BoundTarget]
    _layers: dict[str, Layer] = field(init=False)

    def __post_init__(self) -> None:
        """Note the layers by name."""
        self._layers = {layer.name: layer for layer in self.model.layers}

    def values(self, inputs: Mapping[str, Array]) -> FloatArray:
        """Return the target, ``[B]``."""
        target = self.bind(_count(inputs))
        return target.value(self.model.forward(inputs, target.capture))

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
        from percepta.models.linear_target import linear_target

        samples = _count(inputs)
        target = self.bind(samples)
        value: FloatArray | None = None
        slopes = target.fixed
        if slopes is None:
            forward = self.model.forward(inputs, target.capture)
            slopes, value = target.slopes(forward), target.value(forward)
        asked = tuple(dict.fromkeys((*of_layers, *slopes.pooled)))
        found = self.model.gradients(
            inputs,
            linear_target(slopes.outputs, slopes.pooled, self._layers, target.pooling),
            of_inputs=of_inputs,
            of_layers=asked,
        )
        return Evidence(
            found.value if value is None else value,
            {name: np.asarray(found.inputs[name], np.float32) for name in of_inputs},
            {name: self._ordered(name, found.responses[name], samples) for name in of_layers},
            {name: self._ordered(name, found.layers[name], samples) for name in of_layers},
        )

    def _ordered(self, name: str, response: Array, samples: int) -> FloatArray:
        """Return a response as ``[B, C, …positions]``."""
        layer = self._layers[name]
        moved = np.moveaxis(response, (layer.batch_axis, layer.channel_axis), (0, 1))
        if len(moved) != samples:  # windows or frames folded into the batch
            moved = np.moveaxis(moved.reshape(samples, -1, *moved.shape[1:]), 1, 2)
        return np.asarray(moved, np.float32)


def _count(inputs: Mapping[str, Array]) -> int:
    return len(next(iter(inputs.values())))
