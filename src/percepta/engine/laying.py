"""Laying heat maps over what people see: a layer's grid over an input, an input's over a visual."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution.fusing import enlarge, fuse
from percepta.engine.explanation import FUSED, VISUAL, FloatArray, HeatMap
from percepta.integration import Batch, Visualizer
from percepta.models import Layer

Array = NDArray[Any]

DEPTHS = 3
"""Layers explained unless they are named: early, middle, last."""


class Grounded(Protocol):
    """What has inputs that maps are laid over, such as a question."""

    @property
    def inputs(self) -> Mapping[str, Array]:
        """By name, ``[B, …]``."""

    @property
    def channel_axes(self) -> Mapping[str, int | None]:
        """By name, the axis of the channels in the batched array; None: every value is a position."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Inputs that maps are laid over; see :class:`Grounded`."""

    inputs: Mapping[str, Array]
    channel_axes: Mapping[str, int | None]


def over_inputs(
    given: tuple[int, int], ground: Grounded, at_layers: Mapping[str, FloatArray]
) -> list[HeatMap]:
    """Lay the maps of layers over the inputs whose positions they can be of, each and fused.

    Args:
        given: the row and the target that they are about.
        ground: the inputs.
        at_layers: by layer, ``[…positions]``.
    """
    maps = []
    for name in ground.inputs:
        fitting = {
            layer: grid
            for layer, heat in at_layers.items()
            if (grid := as_grid(heat, len(positions_of(ground, name)))) is not None
        }
        maps += [HeatMap(*given, name, layer, grid) for layer, grid in fitting.items()]
        if len(fitting) > 1:
            finest = max((grid.shape for grid in fitting.values()), key=np.prod)
            together = fuse([grid[None] for grid in fitting.values()], finest)[0]
            maps.append(HeatMap(*given, name, FUSED, together))
    return maps


def over_visuals(
    visualizers: Sequence[Visualizer],
    batch: Batch,
    index: int,
    ground: Grounded,
    maps: Sequence[HeatMap],
) -> tuple[list[HeatMap], list[str]]:
    """Lay maps over visuals that were resized or rearranged, by the visualizers' own heat-map functions.

    Args:
        visualizers: those without such a function are passed over.
        batch: what visualizers are given.
        index: position of the sample in it.
        ground: the inputs.
        maps: over the inputs, of one row and one target.

    Returns:
        The maps, ``over`` being ``visual:<name>``, and why there are none where a function fails.
    """
    layers = dict.fromkeys(heat.layer for heat in maps)
    found: list[HeatMap] = []
    failures: list[str] = []
    for visualizer in visualizers:
        arguments = batch.arguments(visualizer.connections)
        if visualizer.heatmap is None or arguments is None:
            continue
        arrays = {
            n: a[index : index + 1] for n, a in arguments.items() if isinstance(a, np.ndarray)
        }
        sources = {c.argument: c.name for c in visualizer.connections if c.source == "input"}
        for layer in layers:
            at = {heat.over: heat for heat in maps if heat.layer == layer}
            if not any(name in at for name in sources.values()):
                continue
            heats = {n: np.zeros(array.shape, np.float32) for n, array in arrays.items()}
            for argument, name in sources.items():
                if name in at:
                    heats[argument] = _as_input(ground, name, at[name].values)
            try:
                grid = _checked(visualizer.heatmap(heats, arrays))
            except Exception as error:
                failures.append(
                    f"The heat-map function of the visualizer {visualizer.name!r} failed: {error}"
                )
                break
            found.append(
                HeatMap(maps[0].row, maps[0].target, VISUAL + visualizer.name, layer, grid)
            )
    return found, failures


def positions_of(ground: Grounded, name: str) -> tuple[int, ...]:
    """Return the size of each axis of positions of an input."""
    axis = ground.channel_axes[name]
    sizes = enumerate(ground.inputs[name].shape)
    return tuple(size for i, size in sizes if i not in (0, axis))


def as_grid(heat: FloatArray, axes: int) -> FloatArray | None:
    """Return a layer's map as one over an input of so many axes of positions; None: it cannot be.

    The tokens of a vision transformer, a square number with or without one more in front, are a square.
    """
    if heat.ndim == axes and heat.size > 1:
        return heat
    if axes == 2 and heat.ndim == 1:
        for extra in (0, 1):
            side = int(np.sqrt(len(heat) - extra))
            if side > 1 and side * side == len(heat) - extra:
                return heat[extra:].reshape(side, side)
    return None


def spread_layers(layers: Sequence[Layer], count: int = DEPTHS) -> list[Layer]:
    """Return a few layers, evenly spread from the first to the last; norms are passed over."""
    chosen = [layer for layer in layers if layer.kind != "norm"] or list(layers)
    wanted = min(count, len(chosen))
    if wanted == 1:
        return [chosen[-1]]
    return [chosen[round(i * (len(chosen) - 1) / (wanted - 1))] for i in range(wanted)]


def positions_at(layer: Layer, shapes: Mapping[str, Sequence[int | None] | None]) -> int:
    """Return how many positions a layer's response has; one where that is not known."""
    shape = list(shapes.get(layer.name) or ())
    if not shape:
        return 1
    others = {axis % len(shape) for axis in (layer.batch_axis, layer.channel_axis)}
    return math.prod(size or 2 for axis, size in enumerate(shape) if axis not in others)


def _as_input(ground: Grounded, name: str, heat: FloatArray) -> FloatArray:
    """Return a map ``[…positions]`` in the shape of its input, ``[1, …]``: alike for all channels."""
    array = ground.inputs[name]
    fine = enlarge(heat[None], positions_of(ground, name))
    axis = ground.channel_axes[name]
    whole = fine if axis is None else np.expand_dims(fine, axis)
    return np.ascontiguousarray(np.broadcast_to(whole, (1, *array.shape[1:])), np.float32)


def _checked(value: Any) -> FloatArray:
    """Return what a heat-map function gave as ``[H, W]``.

    Raises:
        ValueError: it is no such map.
    """
    grid = np.asarray(value, np.float32)
    while grid.ndim > 2 and 1 in (grid.shape[0], grid.shape[-1]):
        grid = grid[0] if grid.shape[0] == 1 else grid[..., 0]
    if grid.ndim != 2 or grid.size == 0 or not np.isfinite(grid).all():
        raise ValueError(f"it gave shape {list(grid.shape)} instead of finite values [H, W].")
    return grid
