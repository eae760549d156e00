"""The compiled loops behind :mod:`.telling`: samples counted by code and level, as they are and shuffled."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(nogil=True, cache=True)
def tabulate(
    codes: NDArray[np.unsignedinteger[Any]],
    levels: NDArray[np.uint8],
    values: NDArray[np.float64],
    counts: NDArray[np.int64],
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
) -> None:
    """Count samples by code and level, and add up their values.

    Args:
        codes: ``[n]``, 0 … K - 1.
        levels: ``[n]``, 0 … M - 1.
        values: ``[n]``.
        counts: ``[K, M]``, added to.
        sums: ``[K]``, added to.
        squares: ``[K]``, of the values squared, added to.
    """
    for i in range(len(codes)):
        code = codes[i]
        counts[code, levels[i]] += 1
        sums[code] += values[i]
        squares[code] += values[i] * values[i]


@numba.njit(nogil=True, cache=True)
def add_terms(
    places: NDArray[np.int32],
    starts: NDArray[np.int64],
    shuffles: NDArray[np.uint8],
    terms: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Add up a term of the count of every cell of every field's table, for every order of the levels.

    Args:
        places: ``[m, F]``, where the cells of a sample's code begin, over all tables in a row.
        starts: ``[F + 1]``, where the table of each field begins; the last is the number of cells.
        shuffles: ``[S, m]``, the level of every sample in each order.
        terms: ``[m + 1]``, the term of each count.
        sums: ``[S, F]``, written.
    """
    counts = np.empty(starts[-1], np.int32)
    for order in range(shuffles.shape[0]):
        counts[:] = 0
        for i in range(places.shape[0]):
            level = shuffles[order, i]
            for field in range(places.shape[1]):
                counts[places[i, field] + level] += 1
        for field in range(places.shape[1]):
            total = 0.0
            for cell in range(starts[field], starts[field + 1]):
                total += terms[counts[cell]]
            sums[order, field] = total
