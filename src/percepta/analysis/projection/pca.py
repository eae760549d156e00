"""Projection onto the two principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from percepta.analysis.neighbours import Neighbours
from percepta.analysis.principal import principal_components
from percepta.analysis.projection.earlier import known_rows
from percepta.core.progress import Progress


@dataclass(frozen=True, slots=True)
class PcaSettings:
    """PCA has no settings."""


def pca(
    vectors: npt.NDArray[np.float32],
    neighbours: Neighbours,
    *,
    seed: int,
    progress: Progress,
    settings: PcaSettings,
    initial: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.float32]:
    """Return the first two principal components, float32 ``[n, 2]``.

    Args:
        vectors: float32 ``[n, d]``, finite.
        neighbours: not used.
        seed: chooses the rows the components are taken from when there are more than 200,000.
        progress: told of the stage ``layout``.
        settings: none.
        initial: turns and mirrors the axes so that they agree in sign with this earlier map.
    """
    del neighbours, settings
    progress.stage("layout", len(vectors))
    placed = np.zeros((len(vectors), 2), np.float32)
    components = principal_components(vectors, 2, seed=seed)
    placed[:, : components.shape[1]] = components
    if initial is not None:
        known = known_rows(initial)
        before = np.where(known[:, None], initial, 0)
        before = before - before[known].mean(axis=0) if known.any() else before
        agreement = (placed * before)[known].sum(axis=0, dtype=np.float64)
        placed *= np.where(agreement < 0, -1, 1).astype(np.float32)
    progress.advance(len(vectors))
    return placed
