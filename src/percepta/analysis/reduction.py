"""Arrays with positions become vectors: a mean over them, or a seeded random projection of all values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_BLOCK = 8192
"""Rows of the random matrix that are unpacked at once: memory stays flat however many values there are."""


def mean_over_positions(arrays: FloatArray, channel_axis: int) -> FloatArray:
    """Average each channel over its positions.

    Args:
        arrays: float32 ``[B, …]`` with two axes or more.
        channel_axis: of the channels, not 0.

    Returns:
        float32 ``[B, C]``.
    """
    channels = channel_axis % arrays.ndim
    positions = tuple(axis for axis in range(1, arrays.ndim) if axis != channels)
    means: FloatArray = arrays.mean(axis=positions, dtype=np.float32)
    return means


class RandomProjection:
    """Brings vectors to fewer dimensions by a matrix of random signs, keeping distances to a few per cent.

    Achlioptas, "Database-friendly random projections", 2003. Equal seeds give equal matrices on every
    platform and numpy version.

    Args:
        values: dimensions of the vectors.
        width: of the result; vectors that are no wider are left as they are.
        seed: of the matrix.
    """

    def __init__(self, values: int, width: int, seed: int) -> None:
        self._values, self._width = values, width
        self._bits = random_bits(values, width, seed) if values > width else None

    def __call__(self, vectors: FloatArray) -> FloatArray:
        """Project float32 ``[B, values]`` to float32 ``[B, width]``."""
        if self._bits is None:
            return vectors
        result = np.zeros((len(vectors), self._width), np.float32)
        for start in range(0, self._values, _BLOCK):
            rows = slice(start, start + _BLOCK)
            result += vectors[:, rows] @ signs_of(self._bits[rows], self._width)
        result *= np.float32(self._width**-0.5)
        return result


def random_bits(rows: int, width: int, seed: int) -> npt.NDArray[np.uint8]:
    """Return raw random bits that no numpy version changes, packed: uint8 ``[rows, >= width / 8]``."""
    words = -(-width // 64)
    raw = np.random.PCG64(seed).random_raw(rows * words)
    return raw.astype("<u8").view(np.uint8).reshape(rows, words * 8)


def signs_of(bits: npt.NDArray[np.uint8], width: int) -> FloatArray:
    """Unpack bits of :func:`random_bits` to float32 ``[rows, width]`` of ±1."""
    signs: FloatArray = np.unpackbits(bits, axis=1, count=width).astype(np.float32)
    signs *= 2
    signs -= 1
    return signs
