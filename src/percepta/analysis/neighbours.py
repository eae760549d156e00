"""Nearest neighbours in a latent space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from percepta.core.progress import Progress

Method = Literal["auto", "exact", "index"]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest neighbours of every row, nearest first, the row itself excluded.

    Attributes:
        indices: int32 ``[n, k]``.
        distances: float32 ``[n, k]``, Euclidean.
        recall: estimated share of the true neighbours that were found; 1 when exact.
        method: how they were found, ``"exact"`` or ``"index"``.
    """

    indices: npt.NDArray[np.int32]
    distances: npt.NDArray[np.float32]
    recall: float
    method: str


def knn(
    vectors: npt.NDArray[np.float32],
    k: int = 15,
    *,
    seed: int = 0,
    method: Method = "auto",
    progress: Progress | None = None,
) -> Neighbours:
    """Find the ``min(k, n - 1)`` nearest neighbours of every row of float32 ``[n, d]``."""
    raise NotImplementedError
