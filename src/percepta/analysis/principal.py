"""Principal components: the directions along which vectors vary most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_CHUNK = 65_536
_SAMPLE = 200_000


def principal_components(
    vectors: npt.NDArray[np.float32], count: int, *, seed: int = 0
) -> npt.NDArray[np.float32]:
    """Return the first principal components of vectors.

    The covariance is taken in double precision over all rows, or over a seeded random 200,000 of
    them when there are more. The sign of each component is fixed (its largest loading is positive),
    and the linear algebra runs on one thread, so that equal vectors give equal bytes.

    Args:
        vectors: float32 ``[n, d]``, finite, n ≥ 1.
        count: number of components wanted.
        seed: chooses the rows when there are more than 200,000.

    Returns:
        float32 ``[n, min(count, d)]``; columns beyond the rank of the data are zero.
    """
    from threadpoolctl import threadpool_limits

    n, width = vectors.shape
    count = min(count, width)
    rows: npt.NDArray[np.intp] | slice = slice(None)
    if n > _SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(n, _SAMPLE, replace=False))
    sample = vectors[rows]
    mean = sample.mean(axis=0, dtype=np.float64)
    with threadpool_limits(limits=1):
        covariance = np.zeros((width, width))
        for start in range(0, len(sample), _CHUNK):
            centred = sample[start : start + _CHUNK] - mean
            covariance += centred.T @ centred
        values, directions = np.linalg.eigh(covariance)
        order = np.argsort(-values, kind="stable")[:count]
        directions = directions[:, order]
        directions[:, values[order] <= max(float(values[-1]), 0.0) * 1e-12] = 0.0
        largest = np.abs(directions).argmax(axis=0)
        signs = np.where(directions[largest, np.arange(count)] < 0, -1.0, 1.0)
        directions = (directions * signs).astype(np.float32)
        offset = mean.astype(np.float32)
        scores = np.empty((n, count), np.float32)
        for start in range(0, n, _CHUNK):
            scores[start : start + _CHUNK] = (vectors[start : start + _CHUNK] - offset) @ directions
    return scores
