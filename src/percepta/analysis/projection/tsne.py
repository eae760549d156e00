"""t-SNE on a given neighbour graph, by openTSNE."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from percepta.analysis.neighbours import Neighbours
from percepta.analysis.principal import principal_components
from percepta.analysis.projection.earlier import known_rows
from percepta.core.progress import Progress

_FFT_FROM = 10_000
_EVERY = 10


@dataclass(frozen=True, slots=True)
class TsneSettings:
    """Settings of t-SNE.

    Attributes:
        early_epochs: epochs of early exaggeration.
        epochs: epochs after it.
        exaggeration: how much stronger neighbours pull in the second part; above 1 gives tighter groups.
    """

    early_epochs: int = 250
    epochs: int = 500
    exaggeration: float = 1.0


def tsne(
    vectors: npt.NDArray[np.float32],
    neighbours: Neighbours,
    *,
    seed: int,
    progress: Progress,
    settings: TsneSettings,
    initial: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.float32]:
    """Lay vectors out by t-SNE.

    Every neighbour counts the same ("uniform affinities"), which gives nearly the picture of a
    perplexity of twice the number of neighbours at a fraction of the cost; starts from the
    principal components; forces by Barnes-Hut below 10,000 samples, by interpolation (FIt-SNE)
    above.

    Sources: van der Maaten & Hinton, JMLR 9, 2008; Linderman et al., "Fast interpolation-based
    t-SNE", Nature Methods 16, 2019; Kobak & Berens, "The art of using t-SNE", Nature Communications
    10, 2019 (start, learning rate).

    Args:
        vectors: float32 ``[n, d]``, finite; used for the start only.
        neighbours: nearest neighbours of every row.
        seed: seeds the noise of the start.
        progress: told of the epochs.
        settings: see :class:`TsneSettings`.
        initial: float32 ``[n, 2]``, NaN where unknown: known samples start there and early
            exaggeration is left out.

    Returns:
        float32 ``[n, 2]``.
    """
    n = len(vectors)
    start = _start(vectors, initial, seed)
    if n < 5 or neighbours.indices.shape[1] == 0:
        return start
    from openTSNE import TSNEEmbedding, affinity
    from scipy.sparse import csr_matrix

    progress.check_cancelled()
    k = neighbours.indices.shape[1]
    ends = np.arange(n + 1) * k
    directed = csr_matrix(
        (np.full(n * k, 1.0 / k), neighbours.indices.flatten(), ends), shape=(n, n)
    )
    joint = (directed + directed.T) / (2.0 * n)
    joint.sort_indices()
    affinities = affinity.PrecomputedAffinities(joint, normalize=False)
    embedding = TSNEEmbedding(
        start.astype(np.float64),
        affinities,
        negative_gradient_method="fft" if n >= _FFT_FROM else "bh",
        n_jobs=1,
        random_state=seed % 2**32,
    )
    early = 0 if initial is not None else settings.early_epochs
    progress.stage("layout", early + settings.epochs, "epochs")

    def tell(iteration: int, error: float, embedding: object) -> None:
        progress.advance(_EVERY)
        progress.check_cancelled()

    watched = {"callbacks": tell, "callbacks_every_iters": _EVERY}
    if early:
        embedding = embedding.optimize(early, exaggeration=12, momentum=0.5, **watched)
    embedding = embedding.optimize(
        settings.epochs, exaggeration=settings.exaggeration, momentum=0.8, **watched
    )
    return np.ascontiguousarray(embedding, np.float32)


def _start(
    vectors: npt.NDArray[np.float32], initial: npt.NDArray[np.float32] | None, seed: int
) -> npt.NDArray[np.float32]:
    """Return two principal components, or the earlier map, with noise that parts duplicates."""
    n = len(vectors)
    start = np.zeros((n, 2), np.float32)
    components = principal_components(vectors, 2, seed=seed)
    start[:, : components.shape[1]] = components
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)
    noise = 1e-6
    if initial is not None:
        known = known_rows(initial)
        if known.any():
            centre = initial[known].mean(axis=0)
            start = np.where(known[:, None], initial, centre).astype(np.float32)
            noise = 1e-3 * float(np.abs(initial[known] - centre).max()) + 1e-6
    start += np.random.default_rng(seed).normal(scale=noise, size=(n, 2)).astype(np.float32)
    return start
