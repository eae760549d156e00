"""Pooling a response over an object's place in the picture: masks brought to the response's grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import ModelError
from percepta.models.layout import ResponseLayout
from percepta.models.model import Array


def check_masks(masks: Array, samples: int) -> NDArray[np.bool_]:
    """Return masks as booleans ``[B, H, W]``.

    Raises:
        ModelError: they have another shape or hold no pixel.
    """
    array = np.asarray(masks)
    if array.ndim != 3 or array.shape[0] != samples or array.size == 0:
        raise ModelError(
            f"The masks have shape {list(array.shape)} for {samples} samples.",
            fix="Give one mask per sample, [B, H, W].",
        )
    return array.astype(bool, copy=False)


def can_be_masked(layout: ResponseLayout) -> bool:
    """Whether a response has a picture's grid: two axes of positions, the samples outermost."""
    return layout.rank == 4 and layout.batch_axis == 0 and layout.groups == 1


def mask_weights(masks: NDArray[np.bool_], grid: tuple[int, int]) -> NDArray[np.float32]:
    """Resize masks by area.

    Args:
        masks: ``[B, H, W]``.
        grid: height and width of a response.

    Returns:
        ``[B, height, width]``: the share of each grid cell that lies in the mask; 1 everywhere where a
        mask is empty.
    """
    rows = _overlaps(masks.shape[1], grid[0])
    columns = _overlaps(masks.shape[2], grid[1])
    weights = rows @ masks.astype(np.float32) @ columns.T
    weights[~masks.any((1, 2))] = 1.0
    return np.asarray(weights, dtype=np.float32)


def pool_within(
    response: Array, weights: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pool a response over weighted positions.

    Args:
        response: ``[B, C, height, width]``, channels first.
        weights: as from :func:`mask_weights`, of the response's grid.

    Returns:
        ``[B, C]`` each: the weighted mean, and the maximum over the positions of any weight.
    """
    flat = response.reshape(*response.shape[:2], -1).astype(np.float32, copy=False)
    shares = weights.reshape(len(weights), 1, -1)
    touched = np.where(shares > 0, flat, np.float32(-np.inf))
    mean = (flat * shares).sum(2) / shares.sum(2)
    return np.asarray(mean, dtype=np.float32), np.asarray(touched.max(2), dtype=np.float32)


def _overlaps(pixels: int, cells: int) -> NDArray[np.float32]:
    """Return ``[cells, pixels]``: how much of each cell each pixel covers; rows sum to 1."""
    edges = np.arange(cells + 1) * (pixels / cells)
    left, right = edges[:-1, None], edges[1:, None]
    pixel = np.arange(pixels)
    covered = np.minimum(right, pixel + 1) - np.maximum(left, pixel)
    covered[covered < 1e-9] = 0.0  # rounding of the edges touches no pixel
    return np.asarray(covered * (cells / pixels), dtype=np.float32)
