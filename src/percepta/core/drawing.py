"""Small pictures from arrays: area averages, boxes, masks, curves and bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

PALETTE = np.array(
    [
        (0, 114, 178),
        (230, 159, 0),
        (0, 158, 115),
        (204, 121, 167),
        (86, 180, 233),
        (213, 94, 0),
        (240, 228, 66),
        (153, 153, 153),
    ],
    dtype=np.uint8,
)
"""Okabe and Ito's colours, told apart with any colour vision."""

PAPER = 250
INK = 40


def fitted(height: int, width: int, size: int) -> tuple[int, int]:
    """Return height and width scaled down (never up) to fit a square of ``size`` pixels."""
    scale = min(1.0, size / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def shrink(batch: Pixels, size: int) -> Pixels:
    """Shrink pictures so that the longer side is at most ``size``, by averaging areas.

    Args:
        batch: uint8 ``[B, H, W, 1|3]``.
        size: pixels of the longer side.

    Returns:
        uint8 ``[B, h, w, 1|3]``; the very same array where nothing is to be done.
    """
    count, height, width, channels = batch.shape
    h, w = fitted(height, width, size)
    if (h, w) == (height, width):
        return batch
    from PIL import Image

    whole = height % h == 0 and width % w == 0
    out = np.empty((count, h, w, channels), dtype=np.uint8)
    for index in range(count):  # picture by picture: memory stays flat
        plane = batch[index] if channels == 3 else batch[index, :, :, 0]
        picture = Image.fromarray(np.ascontiguousarray(plane))
        small = (
            picture.reduce((width // w, height // h))  # the same averages, several times faster
            if whole
            else picture.resize((w, h), Image.Resampling.BOX)
        )
        out[index] = np.asarray(small).reshape(h, w, channels)
    return out


def blend(picture: Pixels, mask: NDArray[np.uint8]) -> Pixels:
    """Colour a picture ``[H, W, 1|3]`` by class id ``[H, W]``; class 0, the background, stays."""
    colour = PALETTE[(mask.astype(np.int64) - 1) % len(PALETTE)].astype(np.float32)
    mixed = 0.5 * np.broadcast_to(picture, (*mask.shape, 3)) + 0.5 * colour
    return np.where((mask > 0)[..., None], mixed, picture).astype(np.uint8)


def outline(picture: Pixels, corners: Sequence[tuple[float, float]], color: int) -> None:
    """Draw a closed polygon on ``[H, W, 3]`` in place; corners are ``(x, y)`` in pixels."""
    height, width = picture.shape[:2]
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        steps = int(max(abs(x1 - x0), abs(y1 - y0))) + 2
        x = np.clip(np.rint(np.linspace(x0, x1, steps)), 0, width - 1).astype(np.int64)
        y = np.clip(np.rint(np.linspace(y0, y1, steps)), 0, height - 1).astype(np.int64)
        picture[y, x] = PALETTE[color % len(PALETTE)]


def curves(data: NDArray[np.float32], size: int) -> Pixels:
    """Draw series ``[M, N]`` as a line plot ``[h, size, 3]``; what is not finite leaves a gap."""
    height = max(1, round(size * 0.625))
    picture = np.full((height, size, 3), PAPER, dtype=np.uint8)
    finite = data[np.isfinite(data)]
    if finite.size == 0:
        return picture
    low, high = float(finite.min()), float(finite.max())
    span = (high - low) or 1.0
    points = data.shape[0]
    at = np.linspace(0, points - 1, size * 4)
    before = np.minimum(at.astype(np.int64), max(points - 2, 0))
    after = np.minimum(before + 1, points - 1)
    share = (at - before).astype(np.float32)
    pixel = np.minimum((np.arange(size * 4) // 4), size - 1)
    rows = np.arange(height)[:, None]
    for series in range(data.shape[1]):
        y = data[before, series] * (1 - share) + data[after, series] * share
        with np.errstate(invalid="ignore"):
            row = np.rint((high - y) / span * (height - 1))
        known = np.isfinite(row)
        if not known.any():
            continue
        top, bottom = np.full(size, height, dtype=np.float32), np.full(size, -1, dtype=np.float32)
        np.minimum.at(top, pixel[known], row[known])
        np.maximum.at(bottom, pixel[known], row[known])
        picture[(rows >= top) & (rows <= bottom)] = PALETTE[series % len(PALETTE)]
    return picture


def bars(values: NDArray[np.float32], truth: NDArray[np.float32] | None, size: int) -> Pixels:
    """Draw values ``[C]`` as bars ``[size, size, 3]``, the first on top; the truth as ticks."""
    picture = np.full((size, size, 3), PAPER, dtype=np.uint8)
    everything = values if truth is None else np.concatenate([values, truth])
    low, high = min(0.0, float(everything.min())), max(0.0, float(everything.max()))
    span = (high - low) or 1.0

    def column(value: float) -> int:
        return round((float(value) - low) / span * (size - 1))

    edges = np.linspace(0, size, len(values) + 1)
    for index, value in enumerate(values):
        top, bottom = int(edges[index]), max(int(edges[index + 1]), int(edges[index]) + 1)
        gap = 1 if bottom - top >= 3 else 0
        left, right = sorted((column(0.0), column(value)))
        picture[top : bottom - gap, left : right + 1] = PALETTE[0]
        if truth is not None and truth[index] != 0:
            mark = column(truth[index])
            picture[top : bottom - gap, max(mark - 1, 0) : mark + 1] = INK
    return picture
