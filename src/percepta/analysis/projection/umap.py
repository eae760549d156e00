"""UMAP, landmarks first: lay out a random part, place the rest beside its neighbours, refine all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from percepta.analysis.neighbours import Neighbours, knn
from percepta.analysis.principal import principal_components
from percepta.analysis.projection.earlier import known_rows
from percepta.analysis.projection.fuzzy import fuzzy_graph
from percepta.analysis.projection.layout import Coordinates, lay_out
from percepta.analysis.projection.spread import spread
from percepta.core.progress import Progress, Silent

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_ALL_LANDMARKS = 10_000
"""Up to this many samples all are laid out at once."""


@dataclass(frozen=True, slots=True)
class UmapSettings:
    """Settings of the landmark layout; None means chosen by the number of samples.

    Attributes:
        landmarks: share of the samples that is laid out first, 0..1.
        landmark_epochs: epochs of the landmarks' layout.
        epochs: epochs of the refinement of all samples.
    """

    landmarks: float | None = None
    landmark_epochs: int | None = None
    epochs: int | None = None


def umap(
    vectors: npt.NDArray[np.float32],
    neighbours: Neighbours,
    *,
    seed: int,
    progress: Progress,
    settings: UmapSettings,
    initial: Coordinates | None = None,
    threads: int | None = None,
) -> Coordinates:
    """Lay vectors out by UMAP.

    With more than 10,000 samples: a random share (landmarks) is laid out from its principal
    components on its own neighbour graph; the picture is widened to hold all
    (:mod:`~percepta.analysis.projection.spread`); every other sample is put between its placed
    neighbours, in waves from the landmarks outwards; and all samples are refined on the full graph
    at half the step. Every connected component of the graph has at least one landmark.

    Args:
        vectors: float32 ``[n, d]``, finite.
        neighbours: nearest neighbours of every row.
        seed: seeds landmarks, noise and negative samples.
        progress: told of the stages.
        settings: see :class:`UmapSettings`.
        initial: float32 ``[n, 2]`` positions of an earlier map, NaN where there is none. Known
            samples start, and mostly stay, where they were; new ones start between their placed
            neighbours.
        threads: threads of the layout; does not change the result.

    Returns:
        float32 ``[n, 2]``.
    """
    n = len(vectors)
    rng = np.random.default_rng(seed)
    graph = fuzzy_graph(neighbours)
    if initial is not None and known_rows(initial).any():
        known = known_rows(initial)
        start = _place_rest(graph, initial, known, vectors, rng)
        epochs = settings.epochs or 100
        progress.stage("layout", epochs, "epochs")
        return lay_out(
            graph, start, epochs=epochs, rate=0.25, seed=seed, progress=progress, threads=threads
        )
    share = settings.landmarks or (1.0 if n <= _ALL_LANDMARKS else max(0.05, min(0.15, 6_000 / n)))
    if share >= 1:
        start = _principal_start(vectors, seed)
        epochs = settings.epochs or 500
        progress.stage("layout", epochs, "epochs")
        return lay_out(graph, start, epochs=epochs, seed=seed, progress=progress, threads=threads)
    chosen = _landmarks(graph, share, rng)
    landmark_vectors = np.ascontiguousarray(vectors[chosen])
    k = neighbours.indices.shape[1]
    among = fuzzy_graph(knn(landmark_vectors, k, seed=seed, progress=Silent()))
    epochs = settings.landmark_epochs or 300
    progress.stage("landmarks", epochs, "epochs")
    placed = lay_out(
        among,
        _principal_start(landmark_vectors, seed),
        epochs=epochs,
        seed=seed,
        progress=progress,
        threads=threads,
    )
    positions = np.full((n, 2), np.nan, np.float32)
    positions[chosen] = spread(placed, n / len(chosen))
    is_placed = np.zeros(n, bool)
    is_placed[chosen] = True
    start = _place_rest(graph, positions, is_placed, vectors, rng)
    epochs = settings.epochs or refine_epochs(n)
    progress.stage("layout", epochs, "epochs")
    return lay_out(
        graph, start, epochs=epochs, rate=0.5, seed=seed + 1, progress=progress, threads=threads
    )


def refine_epochs(n: int) -> int:
    """Return the epochs of the refinement: 200 at 60,000 samples, 60 from 500,000 on."""
    return int(np.clip(12_000_000 / n, 60, 200))


def _principal_start(vectors: npt.NDArray[np.float32], seed: int) -> Coordinates:
    """Return two principal components scaled to ±10, with a little noise to part duplicates."""
    n = len(vectors)
    start = np.zeros((n, 2), np.float32)
    components = principal_components(vectors, 2, seed=seed)
    start[:, : components.shape[1]] = components
    start *= 10 / max(float(np.abs(start).max()), 1e-12)
    start += np.random.default_rng(seed).normal(scale=1e-3, size=start.shape).astype(np.float32)
    return start


def _landmarks(graph: csr_array, share: float, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Choose a random share of the rows, and at least one of every connected component."""
    from scipy.sparse.csgraph import connected_components

    n = graph.shape[0]
    order = rng.permutation(n)
    chosen = order[: max(round(share * n), 1)]
    count, component = connected_components(graph, directed=False)
    has_one = np.zeros(count, bool)
    has_one[component[chosen]] = True
    lacking = order[~has_one[component[order]]]
    _, firsts = np.unique(component[lacking], return_index=True)
    return np.sort(np.concatenate([chosen, lacking[firsts]]))


def _place_rest(
    graph: csr_array,
    positions: Coordinates,
    placed: npt.NDArray[np.bool_],
    vectors: npt.NDArray[np.float32],
    rng: np.random.Generator,
) -> Coordinates:
    """Put every unplaced row between its placed neighbours, in waves; the strongest ties count most."""
    positions = np.where(placed[:, None], positions, 0).astype(np.float32)
    placed = placed.copy()
    spread = float(positions[placed].std())
    strong = graph.copy()
    strong.data = strong.data**4
    while not placed.all():
        waiting = np.flatnonzero(~placed)
        ties = strong[waiting]
        weight = ties @ placed.astype(np.float32)
        reached = weight > 0
        if not reached.any():
            positions[waiting] = _beside_nearest(positions, placed, vectors, waiting)
            break
        total = ties @ positions
        rows = waiting[reached]
        positions[rows] = total[reached] / weight[reached, None]
        placed[rows] = True
    noise = rng.normal(scale=1e-3 * max(spread, 1e-3), size=positions.shape)
    return positions + noise.astype(np.float32)


def _beside_nearest(
    positions: Coordinates,
    placed: npt.NDArray[np.bool_],
    vectors: npt.NDArray[np.float32],
    waiting: npt.NDArray[np.intp],
) -> Coordinates:
    """Return, for rows that no tie connects to a placed row, the position of the nearest placed row."""
    import faiss

    index = faiss.IndexFlatL2(vectors.shape[1])
    known = np.flatnonzero(placed)
    index.add(vectors[known])
    _, nearest = index.search(np.ascontiguousarray(vectors[waiting]), 1)
    beside: Coordinates = positions[known[nearest[:, 0]]]
    return beside
