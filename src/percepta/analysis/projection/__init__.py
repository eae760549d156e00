"""Projections: a latent space laid out in two dimensions.

A projection is a function with the signature of :class:`Projection`, named in :data:`ALGORITHMS`
with its module and the frozen dataclass of its settings. Every one is held to
``tests/analysis/test_projection.py``.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from percepta.analysis.neighbours import Neighbours, as_vectors
from percepta.core.progress import Progress, Silent

Coordinates = npt.NDArray[np.float32]

ALGORITHMS = {"umap": "UmapSettings", "tsne": "TsneSettings", "pca": "PcaSettings"}
"""Name of each projection, which is its module and function here, and of its settings."""


class Projection(Protocol):
    """One way to lay vectors out; see :func:`project` for the arguments."""

    def __call__(
        self,
        vectors: npt.NDArray[np.float32],
        neighbours: Neighbours,
        *,
        seed: int,
        progress: Progress,
        settings: Any,
        initial: Coordinates | None,
    ) -> Coordinates:
        """Return float32 ``[n, 2]``."""


def default_settings(algorithm: str) -> dict[str, Any]:
    """Return the settings an algorithm understands with their defaults, as JSON scalars.

    Raises:
        ValueError: unknown algorithm.
    """
    return dataclasses.asdict(_settings(algorithm, {}))


def project(
    algorithm: str,
    vectors: npt.NDArray[np.float32],
    neighbours: Neighbours,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    settings: Mapping[str, Any] | None = None,
    initial: Coordinates | None = None,
) -> Coordinates:
    """Lay vectors out in two dimensions.

    Equal arguments give equal bytes on any number of threads.

    Args:
        algorithm: one of :data:`ALGORITHMS`.
        vectors: float32 ``[n, d]``, finite, n ≥ 1.
        neighbours: the nearest neighbours of every row of ``vectors``.
        seed: seeds whatever is random.
        progress: told of the stages; may cancel.
        settings: overrides of :func:`default_settings`.
        initial: float32 ``[n, 2]`` positions to start from, NaN for rows that have none (the map of
            the previous epoch or version), so that samples keep their place.

    Returns:
        float32 ``[n, 2]``, finite.

    Raises:
        ValueError: unknown algorithm or setting, vectors that are not finite, shapes that do not fit.
    """
    chosen = _settings(algorithm, settings or {})
    vectors = as_vectors(vectors)
    n = len(vectors)
    if len(neighbours.indices) != n:
        raise ValueError(f"neighbours are of {len(neighbours.indices)} rows, vectors of {n}.")
    if initial is not None and initial.shape != (n, 2):
        raise ValueError(f"initial must be of shape [{n}, 2], not {list(initial.shape)}.")
    function: Projection = getattr(_module(algorithm), algorithm)
    return function(
        vectors,
        neighbours,
        seed=seed,
        progress=progress or Silent(),
        settings=chosen,
        initial=initial,
    )


def _module(algorithm: str) -> Any:
    if algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise ValueError(f"There is no projection {algorithm!r}; known: {known}.")
    return importlib.import_module(f"{__name__}.{algorithm}")


def _settings(algorithm: str, given: Mapping[str, Any]) -> Any:
    kind = getattr(_module(algorithm), ALGORITHMS[algorithm])
    known = [field.name for field in dataclasses.fields(kind)]
    unknown = [name for name in given if name not in known]
    if unknown:
        has = f"it has {', '.join(known)}" if known else "it has none"
        raise ValueError(f"{algorithm} has no setting {unknown[0]!r}; {has}.")
    return kind(**given)
