"""What is asked of an explanation, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percepta.core.targets import Target

FloatArray = NDArray[np.float32]

FUSED = "fused"
"""The name, in place of a layer's, of the map that brings several depths together."""
VISUAL = "visual:"
"""What the name of a visualizer follows where a map lies over what it shows instead of over an input."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of an explanation.

    Attributes:
        rows: samples of the run, of one subset.
        targets: what is explained, for every sample; those of one kind at once.
        method: name of an attribution method; None: Layer-CAM; integrated gradients where no
            layer has positions, RISE where there are no gradients.
        layers: names of layers; None: one of each depth.
        signed: whether what speaks against the target is wanted too; None: for a loss, a named
            number and a direction.
        seed: of what is random.
    """

    rows: tuple[int, ...]
    targets: tuple[Target, ...]
    method: str | None = None
    layers: tuple[str, ...] | None = None
    signed: bool | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """One heat map.

    Attributes:
        row: the sample.
        target: which of the targets, by position.
        over: name of the input that it lies over.
        layer: the layer it was made at; None: at the input itself; ``fused``: several layers together.
        values: ``[…positions]`` float32, as fine as the layer sees; it covers the whole input.
    """

    row: int
    target: int
    over: str
    layer: str | None
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """How much each channel of a layer counts for a target.

    Attributes:
        row: the sample.
        target: which of the targets, by position.
        layer: the layer.
        importance: ``[C]`` float32, signed.
    """

    row: int
    target: int
    layer: str
    importance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Heat maps with all that must be said beside them.

    Attributes:
        method: name of the method that made them.
        signed: whether negative values speak against the target.
        layers: the layers, in execution order.
        values: ``[rows, targets]``, each target's number for each sample.
        maps: the heat maps.
        channels: the channels' importance; empty for methods over inputs.
        notes: what a person should know, one sentence each.
    """

    method: str
    signed: bool
    layers: tuple[str, ...]
    values: FloatArray
    maps: tuple[HeatMap, ...]
    channels: tuple[Channels, ...]
    notes: tuple[str, ...] = ()
