"""Clusters: groups of samples that are near one another in a latent space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from percepta.analysis.neighbours import Neighbours
from percepta.core.progress import Progress


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """Two nested partitions of the rows.

    Attributes:
        labels: int32 ``[n]``, 0 is the biggest cluster.
        sub: int32 ``[n]``, sub-cluster within the row's cluster, 0 is its biggest.
        distance: float32 ``[n]``, Euclidean distance to the centre of the row's cluster.
        ids: stable id of each cluster, by label.
        sub_ids: stable id of each sub-cluster, by label, then by sub-label.
        resolution: resolution that was chosen.
        stability: agreement (adjusted Rand index, 1 = same) of the clusters with those of nearby resolutions.
    """

    labels: npt.NDArray[np.int32]
    sub: npt.NDArray[np.int32]
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
    """Cluster the rows of float32 ``[n, d]`` on their neighbour graph.

    Args:
        keys: a name per row that outlives the run (``str(SampleKey)``), from which stable ids are made; row numbers if None.
    """
    raise NotImplementedError
