"""Projections: a latent space laid out in two dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.analysis.neighbours import Neighbours
from percepta.core.progress import Progress

ALGORITHMS = ("umap", "tsne", "pca")


def default_settings(algorithm: str) -> dict[str, Any]:
    """Return the settings an algorithm understands, with their default values (JSON scalars)."""
    raise NotImplementedError


def project(
    algorithm: str,
    vectors: npt.NDArray[np.float32],
    neighbours: Neighbours,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    settings: Mapping[str, Any] | None = None,
    initial: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.float32]:
    """Lay float32 ``[n, d]`` out as float32 ``[n, 2]``.

    Args:
        initial: float32 ``[n, 2]`` positions to start from, NaN for rows that have none (a map of the previous epoch).

    Raises:
        ValueError: unknown algorithm or setting, or vectors that are not finite.
    """
    raise NotImplementedError
