"""Communities of a weighted graph at many resolutions, cheaply: find fine ones once, then join those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from percepta.core.progress import Progress

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Partition = npt.NDArray[np.int32]

_FINE_FROM = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Condensed:
    """A graph whose nodes are small communities of a bigger one.

    Attributes:
        member: int32 ``[n]``, the small community of each row.
        sizes: int64 ``[m]``, rows in each.
        graph: float64 CSR ``[m, m]``, symmetric: summed weights; the diagonal holds twice the
            weight inside.
    """

    member: Partition
    sizes: npt.NDArray[np.int64]
    graph: csr_array


def leiden(graph: csr_array, resolution: float, seed: int) -> Partition:
    """Return the community of each node, int32 ``[n]``, by modularity at a resolution.

    Source: Traag, Waltman, van Eck, "From Louvain to Leiden", Scientific Reports 9:5233, 2019
        (graspologic-native).

    Args:
        graph: CSR ``[n, n]``, symmetric, sorted indices. A diagonal entry counts once towards its
            node's degree.
        resolution: higher gives more communities.
        seed: the same seed gives the same communities.
    """
    from graspologic_native import leiden_csr
    from scipy.sparse import block_array, diags_array

    n = graph.shape[0]
    inside = graph.diagonal() / 2
    if inside.any():
        # The library leaves self-loops out of a node's degree. A pendant node tied by half the loop
        # adds exactly what the loop would to the degree and to the inside of whatever community its
        # owner joins.
        outside = (graph - diags_array(2 * inside)).tocsr()
        outside.eliminate_zeros()
        pendants = diags_array(inside)
        graph = block_array([[outside, pendants], [pendants, None]]).tocsr()
        graph.sort_indices()
    if graph.nnz == 0:
        return np.arange(n, dtype=np.int32)
    _, found = leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        graph.shape[0],
        resolution=resolution,
        seed=seed % 2**63,
    )
    community = np.fromiter((found.get(node, -1 - node) for node in range(n)), np.int64, n)
    return np.unique(community, return_inverse=True)[1].astype(np.int32)


def condense(graph: csr_array, seed: int) -> Condensed:
    """Join rows into a few thousand communities; at most 2,000 rows stay as they are."""
    n = graph.shape[0]
    if n <= _FINE_FROM:
        member = np.arange(n, dtype=np.int32)
    else:
        member = leiden(graph, float(np.clip(n / 400, 30, 500)), seed)
    return contract(graph, member)


def contract(graph: csr_array, member: Partition) -> Condensed:
    """Return the graph between the communities of a partition."""
    from scipy.sparse import csr_array as csr

    n = len(member)
    count = int(member.max()) + 1
    one = csr((np.ones(n), (np.arange(n), member)), shape=(n, count))
    between = (one.T @ graph.astype(np.float64) @ one).tocsr()
    between.sort_indices()
    return Condensed(member, np.bincount(member, minlength=count), between)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The partition of a condensed graph that changes least when the resolution does.

    Attributes:
        partition: int32 ``[m]``.
        resolution: the resolution that gave it.
        stability: mean adjusted Rand index with the partitions of the two resolutions on either
            side, -1..1.
    """

    partition: Partition
    resolution: float
    stability: float


def most_stable(
    condensed: Condensed,
    *,
    low: int,
    high: int,
    smallest: int,
    lowest_resolution: float,
    highest_resolution: float,
    steps: int,
    seed: int,
    progress: Progress,
) -> Choice:
    """Sweep resolutions and return the partition that agrees best with those of nearby resolutions.

    A grouping that is in the data persists over a range of resolutions; one that is not changes with each.

    Args:
        condensed: the graph.
        low: fewest communities wanted.
        high: most communities wanted; where no resolution gives a number in between, the nearest
            number is taken.
        smallest: communities of fewer rows do not count towards the number.
        lowest_resolution: start of the sweep.
        highest_resolution: end of the sweep.
        steps: number of resolutions, of equal ratio from one to the next.
        seed: seeds the searches.
        progress: asked for cancellation.
    """
    resolutions = np.geomspace(lowest_resolution, highest_resolution, steps)
    partitions = []
    for resolution in resolutions:
        progress.check_cancelled()
        partitions.append(leiden(condensed.graph, float(resolution), seed))
    counts = np.array(
        [int((np.bincount(p, condensed.sizes) >= smallest).sum()) for p in partitions]
    )
    agreement = np.ones((steps, steps))
    for i in range(steps):
        for j in range(i + 1, min(i + 3, steps)):
            value = adjusted_rand(partitions[i], partitions[j], condensed.sizes)
            agreement[i, j] = agreement[j, i] = value
    stability = np.array(
        [
            np.mean([agreement[i, j] for j in range(max(i - 2, 0), min(i + 3, steps)) if j != i])
            for i in range(steps)
        ]
    )
    misses = np.maximum(low - counts, 0) + np.maximum(counts - high, 0)
    fitting = np.flatnonzero(misses == misses.min())
    near_best = fitting[stability[fitting] >= stability[fitting].max() - 1e-9]
    best = int(near_best[len(near_best) // 2])
    return Choice(partitions[best], float(resolutions[best]), float(stability[best]))


def adjusted_rand(first: Partition, second: Partition, sizes: npt.NDArray[np.int64]) -> float:
    """Return the adjusted Rand index of two partitions of items that stand for several rows each.

    Source: Hubert & Arabie, "Comparing partitions", Journal of Classification 2:193-218, 1985.
    """

    def pairs(counts: npt.NDArray[Any]) -> float:
        return float((counts * (counts - 1) / 2).sum())

    joint = first.astype(np.int64) * (int(second.max()) + 1) + second
    _, joint = np.unique(joint, return_inverse=True)
    weights = sizes.astype(np.float64)
    together = pairs(np.bincount(joint, weights))
    in_first, in_second = (pairs(np.bincount(part, weights)) for part in (first, second))
    total = pairs(np.array([sizes.sum()], np.float64))
    expected = in_first * in_second / total if total else 0.0
    most = (in_first + in_second) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
