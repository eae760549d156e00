"""Mean and maximum in one reading of memory: the compiled kernel behind :mod:`.pooling` on the CPU.

PyTorch has no reduction that gives both, and reading large responses twice is what recording costs:
one reading halves it.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(nogil=True, cache=True)
def pool_rows(
    rows: NDArray[np.float32], mean: NDArray[np.float32], maximum: NDArray[np.float32]
) -> None:
    """Write mean and maximum over the middle axis; a NaN makes both NaN.

    Args:
        rows: ``[B, P, C]`` C-contiguous, P >= 1.
        mean: ``[B, C]``, written.
        maximum: ``[B, C]``, written.
    """
    samples, count, width = rows.shape
    for sample in range(samples):
        x, total, top = rows[sample], mean[sample], maximum[sample]
        for k in range(width):
            total[k] = 0.0
            top[k] = x[0, k]
        for i in range(count // 8):  # eight rows at a time: fewer passes over total and top
            for k in range(width):
                a, b, c, d = x[i * 8, k], x[i * 8 + 1, k], x[i * 8 + 2, k], x[i * 8 + 3, k]
                e, f, g, h = x[i * 8 + 4, k], x[i * 8 + 5, k], x[i * 8 + 6, k], x[i * 8 + 7, k]
                total[k] += ((a + b) + (c + d)) + ((e + f) + (g + h))
                a = a if a > b else b
                c = c if c > d else d
                e = e if e > f else f
                g = g if g > h else h
                a = a if a > c else c
                e = e if e > g else g
                a = a if a > e else e
                top[k] = a if a > top[k] else top[k]
        for i in range(count - count % 8, count):
            for k in range(width):
                a = x[i, k]
                total[k] += a
                top[k] = a if a > top[k] else top[k]
        for k in range(width):
            total[k] /= np.float32(count)
            if np.isnan(total[k]):  # the comparisons above are blind to NaN
                for i in range(count):
                    if np.isnan(x[i, k]):
                        top[k] = np.nan
