"""Similars: the samples that lie in the same direction from the middle of the population.

The similarity of a sample to a query is the cosine of the angle between them, seen from the population's
mean: 1 is the query itself, 0 has nothing in common with it beyond what all samples share. Several
queries are one direction, the mean of theirs.

Every vector is looked at. One reading of memory does it: a scan of a million vectors of 512 half-precision
values takes as long as summing them up, so there is no index, and nothing is ever missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float16] | NDArray[np.float32]

_BLOCK = 4_096
"""Rows that are summed in single precision before they join the sum of all."""


@dataclass(frozen=True, slots=True, eq=False)
class Similars:
    """The most similar samples.

    Attributes:
        rows: int64 ``[k]``, the most similar first; of equals the lower row.
        scores: float32 ``[k]``, the cosine similarity, -1..1.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


def population_mean(vectors: Vectors) -> NDArray[np.float32]:
    """Return the mean vector ``[D]`` of a population, summed in double precision."""
    total = np.zeros(vectors.shape[1], np.float64)
    for start in range(0, len(vectors), _BLOCK):
        total += vectors[start : start + _BLOCK].sum(axis=0, dtype=np.float32)
    return np.asarray(total / max(1, len(vectors)), dtype=np.float32)


def direction(queries: Vectors, mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the common direction of some samples, a unit vector ``[D]``.

    Args:
        queries: ``[Q, D]``, Q >= 1; each counts alike, however far out it lies.
        mean: of the population.

    Returns:
        Zeros where the queries point to opposite sides, or nowhere.
    """
    away = np.asarray(queries, np.float32) - mean
    lengths = np.linalg.norm(away, axis=1, keepdims=True)
    common = np.divide(away, lengths, out=np.zeros_like(away), where=lengths > 0).mean(axis=0)
    length = float(np.linalg.norm(common))
    return np.asarray(common / length if length > 1e-6 else np.zeros_like(common), np.float32)


def similarities(
    vectors: Vectors, mean: NDArray[np.float32], towards: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the cosine similarity of every vector to a direction.

    Args:
        vectors: ``[n, D]`` C-contiguous, float16 or float32, possibly mapped from a file; finite.
        mean: ``[D]``, of the population.
        towards: ``[D]``, a unit vector.

    Returns:
        float32 ``[n]``; 0 for a vector that is the mean.
    """
    from percepta.analysis.similarity_scan import scan_halves, scan_singles

    scores = np.empty(len(vectors), np.float32)
    if vectors.dtype == np.float16:
        scan_halves(np.ascontiguousarray(vectors).view(np.uint16), mean, towards, scores)
    else:
        scan_singles(np.ascontiguousarray(vectors, np.float32), mean, towards, scores)
    return scores


def most_similar(
    scores: NDArray[np.float32],
    limit: int,
    *,
    among: NDArray[np.bool_] | None = None,
    without: NDArray[Any] | None = None,
) -> Similars:
    """Return the samples with the highest scores.

    Args:
        scores: float32 ``[n]``.
        limit: at most so many.
        among: bool ``[n]``, the candidates; None: all.
        without: rows left out, such as the queries themselves.
    """
    allowed = np.ones(len(scores), bool) if among is None else among.copy()
    if without is not None:
        allowed[np.asarray(without, dtype=np.int64)] = False
    candidates = np.flatnonzero(allowed)
    kept = scores[candidates]
    if len(candidates) > limit:
        top = np.partition(kept, len(kept) - limit)[len(kept) - limit]
        near = kept >= top
        candidates, kept = candidates[near], kept[near]
    order = np.argsort(-kept, kind="stable")[:limit]
    return Similars(candidates[order], kept[order])
