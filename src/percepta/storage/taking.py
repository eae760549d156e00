"""Some rows of a column: only they are held, not the column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Taking:
    """Rows to take from columns, worked out once for all of them.

    Arrow's own ``take`` over several chunks reads the whole column; here each chunk is read by itself, and
    only where it has a row that is wanted.

    Attributes:
        rising: the rows, ``int [m]``, in order.
        back: where each of the wanted rows is among them, ``int [m]``.
    """

    rising: NDArray[np.integer[Any]]
    back: NDArray[np.integer[Any]]

    @classmethod
    def of(cls, rows: NDArray[np.integer[Any]]) -> Taking:
        """Take rows ``int [m]``, in any order."""
        order = np.argsort(rows, kind="stable")
        back = np.empty_like(order)
        back[order] = np.arange(len(order))
        return cls(rows[order], back)

    def values(self, column: pa.ChunkedArray) -> pa.Array:
        """Return the values of the rows in the order that was asked for; texts are plain."""
        ends = np.cumsum([0, *(len(chunk) for chunk in column.chunks)])
        bounds = np.searchsorted(self.rising, ends)
        parts = [_plain(pa.array([], column.type))]
        for at in np.flatnonzero(np.diff(bounds)):
            own = self.rising[bounds[at] : bounds[at + 1]] - ends[at]
            parts.append(_plain(column.chunk(int(at)).take(pa.array(own))))
        return pa.concat_arrays(parts).take(pa.array(self.back))


def _plain(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
