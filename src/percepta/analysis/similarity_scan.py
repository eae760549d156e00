"""The compiled scan behind :mod:`.similars`: one reading, half precision widened on the fly."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray


def _widening(_context: Any, bits: Any) -> Any:
    """Widen the bits of a half-precision number; one instruction for eight of them where there is one."""

    def widen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fpext(builder.bitcast(arguments[0], ir.HalfType()), ir.FloatType())

    return types.float32(types.uint16), widen


_half_to_single: Any = intrinsic(_widening)


@numba.njit(parallel=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True, cache=True)
def scan_halves(
    bits: NDArray[np.uint16],
    mean: NDArray[np.float32],
    towards: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> None:
    """Write the cosine similarity of each row, seen from ``mean``, to a direction.

    Args:
        bits: ``[n, D]``, half-precision numbers.
        mean: ``[D]``.
        towards: ``[D]``, a unit vector.
        scores: ``[n]``, written.
    """
    for row in numba.prange(bits.shape[0]):
        along = np.float32(0)
        squared = np.float32(0)
        for k in range(bits.shape[1]):
            away = _half_to_single(bits[row, k]) - mean[k]
            along += away * towards[k]
            squared += away * away
        scores[row] = along / np.sqrt(squared) if squared > 0 else np.float32(0)


@numba.njit(parallel=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True, cache=True)
def scan_singles(
    vectors: NDArray[np.float32],
    mean: NDArray[np.float32],
    towards: NDArray[np.float32],
    scores: NDArray[np.float32],
) -> None:
    """Do what :func:`scan_halves` does, for single-precision vectors ``[n, D]``."""
    for row in numba.prange(vectors.shape[0]):
        along = np.float32(0)
        squared = np.float32(0)
        for k in range(vectors.shape[1]):
            away = vectors[row, k] - mean[k]
            along += away * towards[k]
            squared += away * away
        scores[row] = along / np.sqrt(squared) if squared > 0 else np.float32(0)
