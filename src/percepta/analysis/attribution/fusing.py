"""Bringing maps of several layers together: enlarged to one grid, weighed alike, averaged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from percepta.analysis.attribution.question import FloatArray


def enlarge(heat: FloatArray, shape: Sequence[int]) -> FloatArray:
    """Bring maps to another grid of positions, linearly along each axis.

    Args:
        heat: ``[B, …positions]``.
        shape: size of each axis of positions wanted; as many as there are.

    Returns:
        ``[B, *shape]`` float32. Cells of both grids cover the same whole, as pixels of a picture do.
    """
    for axis, size in enumerate(shape, start=1):
        count = heat.shape[axis]
        if count == size:
            continue
        at = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
        low = np.floor(at).astype(int)
        share = (
            (at - low)
            .astype(np.float32)
            .reshape([-1 if i == axis else 1 for i in range(heat.ndim)])
        )
        above = np.take(heat, np.minimum(low + 1, count - 1), axis)
        heat = np.take(heat, low, axis) * (1 - share) + above * share
    return np.asarray(heat, dtype=np.float32)


def fuse(maps: Sequence[FloatArray], shape: Sequence[int]) -> FloatArray:
    """Average maps of several depths on one grid, each scaled to a greatest value of one.

    Args:
        maps: ``[B, …positions]`` each; signed or not.
        shape: size of each axis of positions of the result.

    Returns:
        ``[B, *shape]`` float32, between -1 and 1.
    """
    scaled = [enlarge(heat, shape) / _greatest(heat) for heat in maps]
    return np.asarray(np.mean(scaled, axis=0), dtype=np.float32)


def _greatest(heat: FloatArray) -> FloatArray:
    axes = tuple(range(1, heat.ndim))
    top = np.abs(heat).max(axis=axes).reshape(-1, *[1] * len(axes))
    return np.where(top > 0, top, np.float32(1))
