"""Positions that a new map takes over from an earlier one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def known_rows(initial: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Return which rows of ``[n, 2]`` have an earlier position, bool ``[n]``; NaN means none."""
    known: npt.NDArray[np.bool_] = np.isfinite(initial[:, 0]) & np.isfinite(initial[:, 1])
    return known
