"""Default visualizers: what one input looks like, decided from a spread of samples.

* pictures (1 or 3 channels, at least 4 pixels high and wide) are shown as images;
* a vector of more than 32 values is shown as a graph, a shorter one as horizontal bars;
* anything else has no default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.visuals import Graph, HorizontalBar, Image, Visual
from percepta.integration.integration import Reading
from percepta.integration.parts import Connection, InputEncoder, Visualizer

Array = NDArray[Any]

SMALLEST_SIDE = 4
LONGEST_BARS = 32


@dataclass(frozen=True, eq=False)
class Picture:
    """Turns an input back into a picture.

    The scale is one for all samples of a run, so that a dark picture stays dark: 0..1 and 0..255 are
    taken as they are; other ranges are normalised data, of which each channel's smallest and largest
    value in the calibration samples become 0 and 255.

    Attributes:
        channel_axis: axis of the channels in one sample; None: there is none (``[H, W]``).
        low: value that becomes 0, per channel ``[C]``.
        high: value that becomes 255, per channel ``[C]``.
        as_is: the values are uint8 already.
    """

    channel_axis: int | None
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    as_is: bool

    @property
    def guessed(self) -> bool:
        """Whether black and white are the least and greatest value that was seen."""
        return not self.as_is and (
            bool(self.low.any()) or not set(self.high.tolist()) <= {1.0, 255.0}
        )

    def __call__(self, data: Array) -> Visual:
        """Show one sample ``[C, H, W]``, ``[H, W, C]`` or ``[H, W]``."""
        return Image(self.batch(data[None])[0])

    def batch(self, data: Array) -> NDArray[np.uint8]:
        """Show many: any layout with a batch axis -> uint8 ``[B, H, W, 1|3]``."""
        if self.channel_axis is None:
            pictures = data[..., None]
        else:
            pictures = np.moveaxis(data, self.channel_axis + 1, -1)
        if self.as_is:
            return np.ascontiguousarray(pictures)
        scale = np.float32(255) / (self.high - self.low)
        scaled: NDArray[np.float32] = np.multiply(pictures, scale, dtype=np.float32)
        scaled += np.float32(0.5) - self.low * scale
        np.clip(scaled, 0, 255, out=scaled)
        return np.asarray(scaled, dtype=np.uint8)


def default_visualizer(encoder: InputEncoder, readings: Sequence[Reading]) -> Visualizer | None:
    """Return a visualizer for an input, or None where it looks like nothing known.

    Args:
        encoder: the input.
        readings: a spread of samples; at least one.
    """
    arrays = [reading.inputs[encoder.name] for reading in readings]
    shape = arrays[0].shape
    same = [array for array in arrays if array.shape == shape]
    wires = (Connection("data", "input", encoder.name),)
    layout = picture_layout(shape, encoder.channel_axis)
    if layout is not None:
        picture = _calibrated(same, layout[0])
        return Visualizer(encoder.name, picture, wires, encoder.where, picture.batch)
    if len(shape) == 1 or (len(shape) == 2 and 1 in shape):
        draw = _graph if max(shape) > LONGEST_BARS else _bars
        return Visualizer(encoder.name, draw, wires, encoder.where)
    return None


def picture_size(shape: tuple[int, ...], channel_axis: int | None) -> tuple[int, int] | None:
    """Return height and width of an input of one sample that is a picture; None: it is none."""
    layout = picture_layout(shape, channel_axis)
    if layout is None:
        return None
    height, width = (n for axis, n in enumerate(shape) if axis != layout[0])
    return height, width


def channel_axis_of(shape: tuple[int, ...], declared: int | None) -> int | None:
    """Return the axis of one sample's input along which its positions are described.

    Args:
        shape: of one sample.
        declared: what the integration says, if it does.

    Returns:
        None where every value is a position of its own, as in a vector or a grey picture ``[H, W]``.
    """
    if declared is not None:
        return declared % len(shape)
    layout = picture_layout(shape, None)
    if layout is not None:
        return layout[0]
    if len(shape) == 2 and 1 in shape:
        return shape.index(1)
    return 0 if len(shape) > 2 else None


def picture_layout(shape: tuple[int, ...], channel_axis: int | None) -> tuple[int | None] | None:
    """Return a 1-tuple with the channel axis of a picture, or None where it is no picture."""
    if len(shape) == 2 and min(shape) >= SMALLEST_SIDE and channel_axis is None:
        return (None,)
    if len(shape) != 3:
        return None
    axes = [0, 2] if channel_axis is None else [channel_axis % 3]
    for axis in axes:
        height, width = (n for i, n in enumerate(shape) if i != axis)
        if shape[axis] in (1, 3) and min(height, width) >= SMALLEST_SIDE:
            return (axis,)
    return None


def _calibrated(arrays: Sequence[Array], axis: int | None) -> Picture:
    if arrays[0].dtype == np.uint8:
        one = np.ones(1, dtype=np.float32)
        return Picture(axis, 0 * one, 255 * one, as_is=True)
    stacked = np.stack(arrays).astype(np.float32)
    pictures = stacked[..., None] if axis is None else np.moveaxis(stacked, axis + 1, -1)
    low, high = pictures.min(axis=(0, 1, 2)), pictures.max(axis=(0, 1, 2))
    if low.min() >= 0 and high.max() <= 1:
        low, high = np.zeros_like(low), np.ones_like(high)
    elif low.min() >= 0 and 8 < high.max() <= 255:
        low, high = np.zeros_like(low), np.full_like(high, 255)
    high = np.where(high > low, high, low + 1).astype(np.float32)
    return Picture(axis, low, high, as_is=False)


def _graph(data: Array) -> Visual:
    return Graph(np.asarray(data, dtype=np.float32).reshape(-1))


def _bars(data: Array) -> Visual:
    values = np.asarray(data, dtype=np.float32).reshape(-1)
    return HorizontalBar(values, [str(index) for index in range(len(values))])
