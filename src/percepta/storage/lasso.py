"""Which dots lie inside a polygon: the even-odd rule, exactly as the page computes it.

A dot ``(x, y)`` crosses the edge from ``(x1, y1)`` to ``(x2, y2)`` if ``(y1 > y) != (y2 > y)`` and
``x < (x2 - x1) * (y - y1) / (y2 - y1) + x1``, all in double precision; an odd number of crossings is inside.
A dot without coordinates is never inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


class LassoIndex:
    """Dots of a map sorted by height, so that an edge meets only the dots at its own height.

    Args:
        xy: ``float32 [2, n]``, all x, then all y; NaN: not in the map.
    """

    def __init__(self, xy: NDArray[np.float32]) -> None:
        self._n = xy.shape[1]
        present = np.flatnonzero(~np.isnan(xy[1]) & ~np.isnan(xy[0]))
        order = np.argsort(xy[1][present], kind="stable")
        self._rows = present[order].astype(np.int32)
        self._x, self._y = xy[0][self._rows], xy[1][self._rows]

    def inside(self, polygon: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
        """Return which dots are inside, ``bool [n]``.

        Args:
            polygon: at least three corners; closed by itself, may cross itself.
        """
        odd = np.zeros(len(self._rows), bool)
        for (x1, y1), (x2, y2) in pairwise([polygon[-1], *polygon]):
            low, high = min(y1, y2), max(y1, y2)
            # (y1 > y) != (y2 > y)  ⇔  low <= y < high
            start = np.searchsorted(self._y, low, side="left")
            stop = np.searchsorted(self._y, high, side="left")
            if start == stop:
                continue
            y = self._y[start:stop].astype(np.float64)
            with np.errstate(over="ignore", invalid="ignore"):
                edge = (x2 - x1) * (y - y1) / (y2 - y1) + x1
            odd[start:stop] ^= self._x[start:stop].astype(np.float64) < edge
        found = np.zeros(self._n, bool)
        found[self._rows] = odd
        return found
