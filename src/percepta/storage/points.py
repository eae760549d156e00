"""Single samples of a chart: an even choice of rows that does not depend on the filter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from percepta.core.charts import PointsQuestion
from percepta.storage.queries import RunQuery
from percepta.storage.splits import known_field
from percepta.storage.taking import Taking


def points(query: RunQuery, question: PointsQuestion, mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the values of single rows, the JSON form of the server's ``PointsAnswer``.

    Args:
        query: asks the run.
        question: which fields.
        mask: which rows match, ``bool [n]``.

    Raises:
        ChartError: no such field.
    """
    names = [known_field(query, name).name for name in question.fields]
    rows = np.flatnonzero(mask)
    shown = even_choice(rows, question.limit)
    taking = Taking.of(shown)
    values = {name: _values(query.column(name), taking) for name in names}
    return {"kind": "points", "rows": shown.tolist(), "values": values, "matching": len(rows)}


def even_choice(rows: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Return at most ``limit`` of the rows, in their order.

    Those with the smallest hash: a row that is chosen of many is chosen of fewer, so points stay while
    a filter narrows.
    """
    if len(rows) <= limit:
        return rows
    mixed = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)  # the golden ratio, as hashes do
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    return rows[np.sort(np.argpartition(mixed, limit - 1)[:limit])]


def _values(column: pa.ChunkedArray, taking: Taking) -> list[Any]:
    """Return the values of rows, None where missing or not finite."""
    values: list[Any] = taking.values(column).to_pylist()
    if pa.types.is_floating(column.type):
        return [value if value is not None and math.isfinite(value) else None for value in values]
    return values
