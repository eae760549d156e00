"""Clusters: groups of samples that are near one another in a latent space."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from percepta.analysis.communities import Condensed, condense, contract, most_stable
from percepta.analysis.neighbours import Neighbours
from percepta.analysis.projection.fuzzy import fuzzy_graph
from percepta.core.progress import Progress, Silent

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Labels = npt.NDArray[np.int32]

FEWEST, MOST = 5, 40
"""How many clusters are aimed at: what a person can take in."""
_MOST_SUB = 8
_STABLE_SUB = 0.8
_CHUNK = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Two nested partitions of the rows.

    Attributes:
        labels: int32 ``[n]``, 0 is the biggest cluster.
        sub: int32 ``[n]``, sub-cluster within the row's cluster, 0 is its biggest.
        distance: float32 ``[n]``, Euclidean distance to the centre (mean) of the row's cluster.
        ids: stable id of each cluster, by label.
        sub_ids: stable id of each sub-cluster, by label, then by sub-label.
        resolution: the resolution that was chosen.
        stability: mean adjusted Rand index of the clusters with those of nearby resolutions; 1 = the same.
    """

    labels: Labels
    sub: Labels
    distance: npt.NDArray[np.float32]
    ids: tuple[str, ...]
    sub_ids: tuple[tuple[str, ...], ...]
    resolution: float
    stability: float


def find_clusters(
    vectors: npt.NDArray[np.float32],
    neighbours: Neighbours,
    *,
    keys: Sequence[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Clusters:
    """Cluster rows on their neighbour graph.

    Leiden communities of the fuzzy neighbour graph, at the resolution (of 20, from 0.03 to 4) where
    they change least with it among those that give 5 to 40 clusters. Then each row joins the
    cluster it has the strongest ties to; clusters of fewer than 0.1 % of the rows join the one
    whose centre is nearest, and so do the closest ones while there are more than 40. Each cluster
    is divided again in the same way, into at most 8 sub-clusters, where a stable division exists.

    Args:
        vectors: float32 ``[n, d]``, finite.
        neighbours: nearest neighbours of every row.
        keys: ``[n]``, a name for each row that outlives the run (``str(SampleKey)``), from which
            stable ids are made; row numbers if None.
        seed: the same seed gives the same clusters.
        progress: told of the stage ``clusters``.
    """
    progress = progress or Silent()
    progress.stage("clusters", None)
    n = len(vectors)
    graph = fuzzy_graph(neighbours)
    smallest = max(2, min(n // 1_000, 1_000))
    if graph.nnz == 0:
        labels, sub, resolution, stability = np.zeros(n, np.int32), np.zeros(n, np.int32), 1.0, 1.0
    else:
        condensed = condense(graph, seed)
        choice = most_stable(
            condensed,
            low=FEWEST,
            high=MOST,
            smallest=smallest,
            lowest_resolution=0.03,
            highest_resolution=4.0,
            steps=20,
            seed=seed,
            progress=progress,
        )
        resolution, stability = choice.resolution, choice.stability
        labels = _strongest_ties(graph, choice.partition[condensed.member])
        labels = _by_size(_join_small(vectors, labels, smallest))
        sub = _divide(graph, condensed, labels, seed, progress)
    distance = _distance_to_centre(vectors, labels)
    hashes = _hashes(keys, n)
    whole = labels.astype(np.int64) * (int(sub.max()) + 1) + sub
    sub_ids: list[list[str]] = [[] for _ in range(int(labels.max()) + 1)]
    for combined, name in zip(np.unique(whole), _stable_ids(whole, distance, hashes), strict=True):
        sub_ids[combined // (int(sub.max()) + 1)].append(name)
    return Clusters(
        labels,
        sub,
        distance,
        tuple(_stable_ids(labels, distance, hashes)),
        tuple(tuple(names) for names in sub_ids),
        resolution,
        stability,
    )


def _strongest_ties(graph: csr_array, labels: Labels, rounds: int = 2) -> Labels:
    """Let each row join the cluster that its ties to are strongest, a few times over."""
    from scipy.sparse import csr_array as csr

    n = len(labels)
    for _ in range(rounds):
        one = csr((np.ones(n, np.float32), (np.arange(n), labels)), shape=(n, labels.max() + 1))
        updated = labels.copy()
        for start in range(0, n, _CHUNK):
            ties = (graph[start : start + _CHUNK] @ one).tocsr()
            ties.sort_indices()
            ends = ties.indptr
            row = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
            order = np.lexsort((ties.indices, -ties.data, row))
            some = np.flatnonzero(np.diff(ends) > 0)
            updated[start + some] = ties.indices[order[ends[some]]]
        labels = updated
    return labels


def _join_small(vectors: npt.NDArray[np.float32], labels: Labels, smallest: int) -> Labels:
    """Join clusters that are too small to their nearest, then the closest while there are too many."""
    from scipy.cluster.hierarchy import fcluster, linkage

    labels = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    sizes = np.bincount(labels)
    big = np.flatnonzero(sizes >= smallest)
    if len(big) == 0:
        big = np.flatnonzero(sizes == sizes.max())[:1]
    centres = _centres(vectors, labels)
    target = np.empty(len(sizes), np.int32)
    for label in range(len(sizes)):
        squared = ((centres[big] - centres[label]) ** 2).sum(axis=1)
        target[label] = squared.argmin()
    target[big] = np.arange(len(big))
    labels = target[labels]
    if len(big) > MOST:
        tree = linkage(_centres(vectors, labels), method="average")
        labels = (fcluster(tree, MOST, criterion="maxclust").astype(np.int32) - 1)[labels]
    return labels


def _divide(
    graph: csr_array, condensed: Condensed, labels: Labels, seed: int, progress: Progress
) -> Labels:
    """Return the sub-cluster of each row within its cluster."""
    n = len(labels)
    sub = np.zeros(n, np.int32)
    smallest = max(5, n // 2_000)
    for label in range(int(labels.max()) + 1):
        rows = np.flatnonzero(labels == label)
        if len(rows) < 4 * smallest:
            continue
        parts, member = np.unique(condensed.member[rows], return_inverse=True)
        if len(parts) == len(rows):
            inner = Condensed(
                np.arange(len(rows), dtype=np.int32),
                np.ones(len(rows), np.int64),
                graph[rows][:, rows].astype(np.float64).tocsr(),
            )
        else:
            inner = contract(graph[rows][:, rows].tocsr(), member.astype(np.int32))
        inner.graph.sort_indices()
        choice = most_stable(
            inner,
            low=2,
            high=_MOST_SUB,
            smallest=smallest,
            lowest_resolution=0.1,
            highest_resolution=2.0,
            steps=10,
            seed=seed,
            progress=progress,
        )
        if choice.stability < _STABLE_SUB:
            continue
        found = choice.partition[inner.member]
        sizes = np.bincount(found)
        kept = np.flatnonzero(sizes >= smallest)
        if not 2 <= len(kept) <= _MOST_SUB:
            continue
        found[~np.isin(found, kept)] = sizes.argmax()
        sub[rows] = _by_size(found)
    return sub


def _by_size(labels: npt.NDArray[np.integer[Any]]) -> Labels:
    """Renumber labels by falling size; of equal ones, the one that occurs first comes first."""
    _, first, inverse, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(sizes), np.int32)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes), dtype=np.int32)
    return rank[inverse]


def _centres(vectors: npt.NDArray[np.float32], labels: Labels) -> npt.NDArray[np.float64]:
    """Return the mean vector of each label, ``[labels, d]``."""
    count = int(labels.max()) + 1
    sums = np.zeros((count, vectors.shape[1]))
    for column in range(vectors.shape[1]):
        sums[:, column] = np.bincount(labels, vectors[:, column], minlength=count)
    means: npt.NDArray[np.float64] = sums / np.maximum(np.bincount(labels), 1)[:, None]
    return means


def _distance_to_centre(
    vectors: npt.NDArray[np.float32], labels: Labels
) -> npt.NDArray[np.float32]:
    centres = _centres(vectors, labels).astype(np.float32)
    distance = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), _CHUNK):
        part = slice(start, start + _CHUNK)
        difference = vectors[part] - centres[labels[part]]
        distance[part] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return distance


def _hashes(keys: Sequence[str] | None, n: int) -> npt.NDArray[np.uint64]:
    """Return two 64-bit hashes of each row's key, ``[n, 2]``: one to draw by, one to be named by."""
    names = (str(row) for row in range(n)) if keys is None else keys
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=16).digest() for name in names)
    return np.frombuffer(digests, np.uint64).reshape(-1, 2)


def _stable_ids(
    labels: npt.NDArray[np.integer[Any]],
    distance: npt.NDArray[np.float32],
    hashes: npt.NDArray[np.uint64],
) -> list[str]:
    """Return an id for each label in ascending order, made of the hash of one of its members.

    The member is drawn by weighted min-hash: two clusterings draw the same member for a cluster
    with a probability equal to the (weighted) share of members the two have in common. Members near
    the centre weigh most, since those at the border come and go.
    """
    uniform = (hashes[:, 0].astype(np.float64) + 0.5) / 2.0**64
    race = np.log(-np.log(np.clip(uniform, 1e-300, 1 - 2.0**-53)))
    order = np.argsort(labels, kind="stable")
    ids = []
    for rows in np.split(order, np.cumsum(np.unique(labels, return_counts=True)[1])[:-1]):
        typical = max(float(np.median(distance[rows])), 1e-12)
        # the logarithm of an exponential race with weights exp(-(distance / typical)^2)
        score = race[rows] + (distance[rows].astype(np.float64) / typical) ** 2
        ids.append(f"c{int(hashes[rows[score.argmin()], 1]) >> 16:012x}")
    return ids
