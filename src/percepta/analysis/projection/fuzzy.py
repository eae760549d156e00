"""The fuzzy neighbour graph of UMAP: how strongly each pair of near samples belongs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from percepta.analysis.neighbours import Neighbours

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_CHUNK = 65_536
_STEPS = 20


def fuzzy_graph(neighbours: Neighbours) -> csr_array:
    """Return the symmetric fuzzy graph of a neighbour graph.

    Membership of j among the neighbours of i is ``exp(-(d_ij - rho_i) / sigma_i)``: rho is the
    distance to the nearest neighbour that is not a duplicate, and sigma is such that the
    memberships of a row sum to log2(k + 1). The two directions of a pair are united by ``a + b -
    ab``.

    Source: McInnes, Healy, Melville, "UMAP", 2018, arXiv:1802.03426, sections 3.1 and 4.1.

    Args:
        neighbours: indices and distances ``[n, k]``.

    Returns:
        float32 CSR ``[n, n]``, symmetric, sorted indices, empty diagonal, weights in (0, 1].
    """
    from scipy.sparse import csr_array

    n, k = neighbours.indices.shape
    weights = np.empty((n, k), np.float32)
    for start in range(0, n, _CHUNK):
        part = slice(start, start + _CHUNK)
        weights[part] = _memberships(neighbours.distances[part])
    starts = np.arange(n + 1, dtype=np.int32) * np.int32(k)
    directed = csr_array((weights.ravel(), neighbours.indices.flatten(), starts), shape=(n, n))
    directed.sort_indices()
    transposed = directed.T.tocsr()
    both = directed.multiply(transposed).tocsr()
    graph = (directed + transposed - both).tocsr()
    del directed, transposed, both
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


def _memberships(distances: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the memberships of each row's neighbours, float32 ``[m, k]``."""
    rows, k = distances.shape
    if k == 0:
        return np.zeros((rows, 0), np.float32)
    target = np.float32(np.log2(k + 1))
    nearest = np.where(distances > 0, distances, np.inf).min(axis=1)
    nearest = np.where(np.isfinite(nearest), nearest, 0).astype(np.float32)
    beyond = np.maximum(distances - nearest[:, None], 0)
    scale = beyond.mean(axis=1)
    low = np.full(rows, 1e-3, np.float32)
    high = np.full(rows, 1e3, np.float32)
    unit = np.where(scale > 0, scale, 1).astype(np.float32)
    beyond /= unit[:, None]
    for _ in range(_STEPS):
        middle = np.sqrt(low * high)
        over = np.exp(-beyond / middle[:, None]).sum(axis=1) > target
        high = np.where(over, middle, high)
        low = np.where(over, low, middle)
    weights: npt.NDArray[np.float32] = np.exp(-beyond / np.sqrt(low * high)[:, None])
    return weights
