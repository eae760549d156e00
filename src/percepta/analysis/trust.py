"""How far a map can be believed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def trustworthiness(
    vectors: npt.NDArray[np.float32],
    coordinates: npt.NDArray[np.float32],
    k: int = 15,
    *,
    sample: int = 2000,
    seed: int = 0,
) -> float:
    """Return the trustworthiness (0..1) of map ``coordinates`` ``[n, 2]`` for ``vectors`` ``[n, d]``."""
    raise NotImplementedError


def label_agreement(
    coordinates: npt.NDArray[np.float32],
    labels: npt.NDArray[Any],
    k: int = 15,
    *,
    sample: int = 20_000,
    seed: int = 0,
) -> float:
    """Return the share of samples whose ``k`` nearest on the map vote for the sample's own label."""
    raise NotImplementedError
