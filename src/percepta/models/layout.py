"""Which axis of a response is the batch, which the channels, learned from observed shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import ModelError

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResponseLayout:
    """How a layer's response is laid out.

    Attributes:
        batch_axis: 0 mostly; 1 in sequence-first networks.
        channel_axis: counted from 0.
        rank: number of axes.
        width: number of channels C.
        groups: rows per sample on the batch axis, samples outermost; more than 1 where a network
            folds windows, frames or crops into the batch.
    """

    batch_axis: int
    channel_axis: int
    rank: int
    width: int
    groups: int = 1

    @property
    def position_axes(self) -> tuple[int, ...]:
        """Axes that are neither batch nor channels."""
        return tuple(i for i in range(self.rank) if i not in (self.batch_axis, self.channel_axis))


def find_layout(shapes: Mapping[int, Shape], channel_axis: int) -> ResponseLayout | None:
    """Learn a layout from the shapes seen at one or two batch sizes.

    Args:
        shapes: shape of the response by batch size.
        channel_axis: expected axis of the channels; negative counts from the end.

    Returns:
        None if no axis can be told to be the batch, or the channels are not a fixed axis beside it.
    """
    sizes = sorted(shapes)
    first = shapes[sizes[0]]
    rank = len(first)
    if rank < 2 or any(len(shape) != rank for shape in shapes.values()):
        return None
    channel = channel_axis + rank if channel_axis < 0 else channel_axis
    fixed = 0 <= channel < rank and all(s[channel] == first[channel] for s in shapes.values())
    if not fixed:
        return None
    for axis in range(rank):
        groups, rest = divmod(first[axis], sizes[0])
        follows = groups > 0 and all(shapes[b][axis] == groups * b for b in sizes)
        if axis != channel and rest == 0 and follows and first[channel] > 0:
            return ResponseLayout(axis, channel, rank, first[channel], groups)
    return None


def merge_groups(pooled: NDArray[np.float32], groups: int, by_max: bool) -> NDArray[np.float32]:
    """Bring ``[B * groups, C]`` to ``[B, C]``: mean or maximum over each sample's rows."""
    if groups == 1:
        return pooled
    rows = pooled.reshape(-1, groups, pooled.shape[1])
    merged = rows.max(axis=1) if by_max else rows.mean(axis=1, dtype=np.float32)
    return np.asarray(merged, dtype=np.float32)


def check_channels(layer: str, width: int, channels: Sequence[int]) -> None:
    """Check the numbers of channels of a layer.

    Raises:
        ModelError: one of them is not there.
    """
    for channel in channels:
        if not 0 <= channel < width:
            raise ModelError(
                f"The layer {layer} has no channel {channel}.",
                fix=f"Its channels are 0 to {width - 1}.",
            )


def samples_first(response: NDArray[Any], layout: ResponseLayout) -> NDArray[np.float32]:
    """Return a response as ``[B, C, ...positions]``; rows folded into the batch are the first position."""
    moved = np.moveaxis(response, (layout.batch_axis, layout.channel_axis), (0, 1))
    if layout.groups > 1:
        folded = moved.reshape(-1, layout.groups, *moved.shape[1:])
        moved = np.moveaxis(folded, 1, 2)
    return np.asarray(moved, np.float32)


def execution_depth(index: int, count: int) -> float:
    """Return the depth of the ``index``-th of ``count`` layers, from 0 (first) to 1 (last)."""
    return 1.0 if count == 1 else index / (count - 1)
