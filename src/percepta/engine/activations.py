"""Where channels fire: the whole responses of a few channels of a layer, laid over what people see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import NotFoundError
from percepta.engine.explain import Explainer
from percepta.engine.explanation import FUSED, HeatMap
from percepta.engine.halving import Halving
from percepta.engine.laying import over_inputs
from percepta.models import Layer
from percepta.storage import Run

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Activations:
    """What some channels of a layer respond to some samples.

    Attributes:
        rows: the samples.
        layer: the layer.
        channels: the channels.
        responses: ``[rows, channels]``, the greatest response over positions.
        maps: where they respond; of each, ``target`` is the position among the channels. None of a layer
            without positions.
        notes: what a person should know, one sentence each.
    """

    rows: tuple[int, ...]
    layer: str
    channels: tuple[int, ...]
    responses: FloatArray
    maps: tuple[HeatMap, ...]
    notes: tuple[str, ...]


def activations(
    explainer: Explainer, rows: Sequence[int], layer: str, channels: Sequence[int]
) -> Activations:
    """Look where channels of a layer fire; needs no gradients.

    Args:
        explainer: of the run.
        rows: samples, of any subsets.
        layer: name of the layer.
        channels: which of its channels.

    Raises:
        NotFoundError: the model has no such layer.
        ModelError: the layer has no such channel.
        SampleError: a sample cannot be read.
    """
    known = layer_named(explainer, layer)
    responses = np.empty((len(rows), len(channels)), np.float32)
    maps: list[HeatMap] = []
    notes: list[str] = []
    places = {row: index for index, row in enumerate(rows)}
    for part in by_subset(explainer.run, rows):
        asked = explainer.ask(part)
        ground = explainer.ground(asked)
        whole = _whole(explainer, ground.inputs, known, channels)
        for index, row in enumerate(part):
            responses[places[row]] = whole[index].reshape(len(channels), -1).max(axis=1)
            for target in range(len(channels)):
                laid = over_inputs((row, target), ground, {layer: whole[index, target]})
                own = [heat for heat in laid if heat.layer != FUSED]
                shown, failures = explainer.over_visuals(asked, index, ground, own)
                maps += [*own, *shown]
                notes += failures
    told = tuple(dict.fromkeys(notes))
    return Activations(tuple(rows), layer, tuple(channels), responses, tuple(maps), told)


def layer_named(explainer: Explainer, name: str) -> Layer:
    """Return a layer of the model.

    Raises:
        NotFoundError: there is no such layer.
    """
    found = next((layer for layer in explainer.model.layers if layer.name == name), None)
    if found is None:
        raise NotFoundError(
            f"The model has no layer {name!r}.", fix="`percepta model show` lists them."
        )
    return found


def by_subset(run: Run, rows: Sequence[int]) -> Iterator[list[int]]:
    """Yield the rows of each subset, in their order."""
    parts: dict[str, list[int]] = {}
    for row in rows:
        parts.setdefault(run.key(row).subset, []).append(row)
    yield from parts.values()


def _whole(
    explainer: Explainer,
    inputs: Mapping[str, NDArray[Any]],
    layer: Layer,
    channels: Sequence[int],
) -> FloatArray:
    """Return ``[B, K, …positions]``, in batches that memory holds."""

    def run(rows: slice) -> FloatArray:
        part = {name: array[rows] for name, array in inputs.items()}
        return explainer.model.activations(part, layer.name, channels)

    count = len(next(iter(inputs.values())))
    return np.concatenate(Halving().run(count, run))
