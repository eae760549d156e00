"""How far a map can be believed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_CHUNK = 64


def trustworthiness(
    vectors: npt.NDArray[np.float32],
    coordinates: npt.NDArray[np.float32],
    k: int = 15,
    *,
    sample: int = 2000,
    seed: int = 0,
) -> float:
    """Return how far the neighbours that a map shows are neighbours in the latent space.

    Of each row the ``k`` nearest on the map are taken, and it is summed by how many ranks each
    misses being among the ``k`` nearest in the latent space; 1 is a map without false neighbours,
    about 0.5 a random one. Ranks are counted among all rows; when there are more than ``sample``
    rows, the mean is taken over a seeded random ``sample`` of them (its standard error is 0.001 to
    0.002).

    Source: Venna & Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001;
    the definition is that of ``sklearn.manifold.trustworthiness``.

    Args:
        vectors: float32 ``[n, d]``, finite.
        coordinates: float32 ``[n, 2]``, finite.
        k: neighbours looked at; lowered to below n/2 for small n, where the measure is not defined.
        sample: most rows whose neighbours are looked at.
        seed: chooses these rows.

    Returns:
        0..1; 1.0 when n < 4, where every neighbour is right.
    """
    from scipy.spatial import cKDTree

    n = len(vectors)
    k = min(k, (n - 1) // 2)
    if k < 1 or n < 4:
        return 1.0
    rows = _rows(n, sample, seed)
    shown = _nearest_on_map(cKDTree(coordinates), coordinates, rows, k)
    centred = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    norms = np.einsum("ij,ij->i", centred, centred)
    penalty = 0
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        squared = norms - 2 * (centred[part] @ centred.T)
        squared[np.arange(len(part)), part] = -np.inf
        far = np.take_along_axis(squared, shown[start : start + _CHUNK], axis=1)
        for distances, limits in zip(squared, np.sort(far, axis=1), strict=True):
            nearer = np.sort(distances[distances < limits[-1]])
            ranks = np.searchsorted(nearer, limits, side="left")
            penalty += int(np.maximum(ranks - k, 0).sum())
    return 1.0 - 2.0 * penalty / (len(rows) * k * (2 * n - 3 * k - 1))


def label_agreement(
    coordinates: npt.NDArray[np.float32],
    labels: npt.NDArray[Any],
    k: int = 15,
    *,
    sample: int = 20_000,
    seed: int = 0,
) -> float:
    """Return the share of samples whose neighbours on the map vote for the sample's own label.

    This is the leave-one-out accuracy of a k-nearest-neighbour classifier on the map. Of equally
    many votes the label that sorts first wins.

    Args:
        coordinates: float32 ``[n, 2]``, finite; vectors of any width work too.
        labels: ``[n]``.
        k: neighbours that vote; at most n - 1.
        sample: most samples that are tested; all vote.
        seed: chooses the samples that are tested.
    """
    from scipy.spatial import cKDTree

    n = len(coordinates)
    k = min(k, n - 1)
    if k < 1:
        return 1.0
    rows = _rows(n, sample, seed)
    names, codes = np.unique(labels, return_inverse=True)
    votes_of = codes[_nearest_on_map(cKDTree(coordinates), coordinates, rows, k)]
    flat = (np.arange(len(rows))[:, None] * len(names) + votes_of).ravel()
    votes = np.bincount(flat, minlength=len(rows) * len(names)).reshape(len(rows), len(names))
    return float((votes.argmax(axis=1) == codes[rows]).mean())


def _rows(n: int, sample: int, seed: int) -> npt.NDArray[np.intp]:
    if n <= sample:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, sample, replace=False))


def _nearest_on_map(
    tree: Any, coordinates: npt.NDArray[np.float32], rows: npt.NDArray[np.intp], k: int
) -> npt.NDArray[np.intp]:
    """Return the ``k`` nearest of each row on the map, the row itself excluded, ``[len(rows), k]``."""
    _, near = tree.query(coordinates[rows], k + 1)
    own = near == rows[:, None]
    order = np.argsort(own, axis=1, kind="stable")[:, :-1]
    kept: npt.NDArray[np.intp] = np.take_along_axis(near, order, axis=1)
    return kept
