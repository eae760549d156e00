"""The force-directed layout of UMAP: one compiled kernel, the same bytes on any number of threads."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numba import njit

from percepta.core.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Coordinates = npt.NDArray[np.float32]

NEGATIVES = 5
"""Random samples that push for each neighbour that pulls, as in umap-learn."""
_CURVE = (1.5769434603113077, 0.8950608779109733)
"""a and b of umap-learn's default ``min_dist=0.1, spread=1``."""
_LOWEST, _HIGHEST, _FINENESS = -24, 16, 7
"""The force table covers squared distances 2^-24 … 2^16 with 2^7 steps to each power of two."""


def _force_table() -> npt.NDArray[np.float32]:
    """Return float32 ``[2, steps]``: pull and push per unit of difference, by squared distance.

    A step spans 0.8 % of squared distance, so that a force is off by at most 0.4 %; a random
    descent does not feel it, and a table in the first-level cache costs a fifth of ``pow``.
    """
    a, b = _CURVE
    steps = (_HIGHEST - _LOWEST) << _FINENESS
    position = (np.arange(steps) + 0.5) / (1 << _FINENESS)
    exponent = np.floor(position)
    squared = (1 + position - exponent) * 2.0 ** (exponent + _LOWEST)
    spread = 1 + a * squared**b
    pull = -2 * a * b * squared ** (b - 1) / spread
    push = 2 * b / ((0.001 + squared) * spread)
    return np.stack([pull, push]).astype(np.float32)


def _move_points(  # type: ignore[no-untyped-def]
    first, last, epoch, seed, rate, starts, ends, weights, forces, before, after
):
    """Move points ``first`` … ``last - 1`` by one epoch: every point gathers the forces on itself.

    Others are read where they were before the epoch, so that the result does not depend on who is
    moved when.
    """
    n = np.uint64(before.shape[0])
    steps = forces.shape[1]
    lowest = np.int32((127 + _LOWEST) << _FINENESS)
    for i in range(first, last):
        x = before[i, 0]
        y = before[i, 1]
        state = np.uint32(i * 2654435761 + epoch * 2246822519 + seed)
        state = np.uint32((state ^ (state >> 15)) * 2246822519)
        state = np.uint32((state ^ (state >> 13)) | 1)
        for edge in range(starts[i], starts[i + 1]):
            weight = weights[edge]
            if math.floor((epoch + 1) * weight) == math.floor(epoch * weight):
                continue
            j = ends[edge]
            dx = x - before[j, 0]
            dy = y - before[j, 1]
            squared = np.float32(dx * dx + dy * dy)
            step = (squared.view(np.int32) >> np.int32(23 - _FINENESS)) - lowest
            if step >= 0:
                pull = forces[0, min(step, steps - 1)]
                # Each pair pulls twice in umap-learn: once from either end.
                x += np.float32(2) * rate * min(max(pull * dx, np.float32(-4)), np.float32(4))
                y += np.float32(2) * rate * min(max(pull * dy, np.float32(-4)), np.float32(4))
            # The pushes of one pull are all measured from the same place, so that they need not
            # wait for one another.
            here_x = x
            here_y = y
            for _ in range(NEGATIVES):
                state = np.uint32(state ^ (state << 13))
                state = np.uint32(state ^ (state >> 17))
                state = np.uint32(state ^ (state << 5))
                other = np.int64((np.uint64(state) * n) >> np.uint64(32))
                if other == i:
                    continue
                dx = here_x - before[other, 0]
                dy = here_y - before[other, 1]
                squared = np.float32(dx * dx + dy * dy)
                step = (squared.view(np.int32) >> np.int32(23 - _FINENESS)) - lowest
                if step >= steps:
                    continue
                push = forces[1, max(step, 0)]
                x += rate * min(max(push * dx, np.float32(-4)), np.float32(4))
                y += rate * min(max(push * dy, np.float32(-4)), np.float32(4))
        after[i, 0] = x
        after[i, 1] = y


_SIGNATURE = (
    "void(int64, int64, int64, uint32, float32, int32[::1], int32[::1], float32[::1],"
    " float32[:, ::1], float32[:, ::1], float32[:, ::1])"
)


def _compiled() -> Callable[..., None]:
    """Compile the kernel, or load it from the cache.

    numba keeps it in ``NUMBA_CACHE_DIR``, else beside this file, else in the user's cache folder;
    where none of them can be written it is compiled each time (half a second).
    """
    try:
        kernel = njit(_SIGNATURE, nogil=True, cache=True, error_model="numpy")(_move_points)
    except RuntimeError:  # no folder that a cache could be written to
        kernel = njit(_SIGNATURE, nogil=True, error_model="numpy")(_move_points)
    compiled: Callable[..., None] = kernel
    return compiled


_move = _compiled()


def lay_out(
    graph: csr_array,
    start: Coordinates,
    *,
    epochs: int,
    rate: float = 1.0,
    seed: int = 0,
    progress: Progress,
    threads: int | None = None,
) -> Coordinates:
    """Move points until neighbours are near and others are not.

    Stochastic gradient descent on UMAP's fuzzy cross entropy with negative sampling. An edge of
    weight w (the strongest is 1) pulls in a share w of the epochs. Unlike umap-learn, which moves
    both ends of an edge in place, each point gathers its own forces against the positions of the
    previous epoch: threads never write to the same point.

    Source: McInnes, Healy, Melville, "UMAP", 2018, arXiv:1802.03426, section 4.2.

    Args:
        graph: float32 CSR ``[n, n]``, symmetric (see
            :func:`~percepta.analysis.projection.fuzzy.fuzzy_graph`).
        start: float32 ``[n, 2]``.
        epochs: number of passes over the edges.
        rate: step size at the start; it falls linearly to 0.
        seed: seeds the negative samples.
        progress: advanced by one per epoch; asked for cancellation.
        threads: number of threads, by default the number of usable cores. The result does not depend on it.

    Returns:
        float32 ``[n, 2]``.
    """
    before = np.array(start, np.float32, order="C")
    n = len(before)
    if n < 2 or graph.nnz == 0:
        return before
    after = np.empty_like(before)
    weights = (graph.data / graph.data.max()).astype(np.float32)
    starts, ends = graph.indptr.astype(np.int32), graph.indices.astype(np.int32)
    forces = _force_table()
    threads = threads or usable_cores()
    pieces = threads if n >= 2_000 else 1
    bounds = np.linspace(0, n, pieces + 1).astype(np.int64)
    mixed = np.uint32((seed * 2654435769 + 1) & 0xFFFFFFFF)
    with ThreadPoolExecutor(threads) as pool:
        for epoch in range(epochs):
            progress.check_cancelled()
            present = np.float32(rate * (1 - epoch / epochs))
            shared: tuple[Any, ...] = (
                epoch, mixed, present, starts, ends, weights, forces, before, after,
            )  # fmt: skip
            if pieces == 1:
                _move(0, n, *shared)
            else:
                list(pool.map(lambda a, b, s=shared: _move(a, b, *s), bounds[:-1], bounds[1:]))
            before, after = after, before
            progress.advance()
    return before


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(len(os.sched_getaffinity(0)), 1)
    return os.cpu_count() or 1
