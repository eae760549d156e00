"""Summaries of a field over a run, whole and under a filter."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from percepta.core.fields import Field, FieldType
from percepta.storage.sandbox import Box

BINS = 40
"""Bins of a histogram; integers that span fewer values get one bin each."""

TOP_VALUES = 100

# v: the value, m: whether the row matches
_COUNT_VALUES = """
    WITH g AS (SELECT v, count(*) AS a, count(*) FILTER (WHERE m) AS b FROM run GROUP BY v)
    SELECT v, a, b,
        CAST(coalesce(sum(a) FILTER (WHERE v IS NOT NULL) OVER (), 0) AS BIGINT) AS present,
        CAST(coalesce(sum(b) FILTER (WHERE v IS NOT NULL) OVER (), 0) AS BIGINT) AS matching,
        count(v) OVER () AS distinct_values
    FROM g ORDER BY v IS NOT NULL, a DESC, v LIMIT ?
"""

# d: the value as a double, NULL if missing; f: the same, NULL if not finite
_NUMBERS = """
    WITH d AS (SELECT m, CAST(v AS DOUBLE) AS x FROM run),
    b AS (SELECT m, CASE WHEN NOT isnan(x) THEN x END AS d, CASE WHEN isfinite(x) THEN x END AS f FROM d)
"""
_TOTALS = f"""{_NUMBERS}
    SELECT count(*), count(*) FILTER (WHERE m), count(d), count(d) FILTER (WHERE m),
        count(f), count(f) FILTER (WHERE m), min(f), max(f), avg(f), avg(f) FILTER (WHERE m) FROM b
"""  # noqa: S608
_SPREAD = f"{_NUMBERS} SELECT median(f), stddev_samp(f), count(DISTINCT d) FROM b"  # noqa: S608
_HISTOGRAM = f"""{_NUMBERS}
    SELECT CAST(least(greatest(floor((f / 2 - ?) / ? * ?), 0), ?) AS INTEGER),
        count(*), count(*) FILTER (WHERE m)
    FROM b WHERE f IS NOT NULL GROUP BY 1
"""  # noqa: S608


@dataclass(frozen=True)
class NumericSummary:
    """Distribution of numbers.

    Attributes:
        min: smallest finite value of the whole run; None if there is none.
        max: largest finite value of the whole run.
        mean: mean of the finite values of the whole run.
        mean_matching: the same under the filter.
        median: median of the finite values of the whole run.
        std: their standard deviation (n − 1); None for fewer than two.
        infinite: values that are ±infinity; in no bin.
        edges: ``bins + 1`` edges over the whole run's range; the last bin includes its upper edge.
        counts: values in each bin, whole run.
        counts_matching: the same under the filter.
    """

    min: float | None
    max: float | None
    mean: float | None
    mean_matching: float | None
    median: float | None
    std: float | None
    infinite: int
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    counts_matching: tuple[int, ...]


@dataclass(frozen=True)
class ValueCount:
    """How often a value occurs."""

    value: str | bool
    count: int
    matching: int


@dataclass(frozen=True)
class FieldSummary:
    """Distribution of a field; exactly one of ``numeric`` and ``values`` is set.

    Attributes:
        field: name.
        type: ``float``, ``integer``, ``boolean`` or ``string``.
        total: samples of the run.
        matching: samples under the filter.
        missing: samples without a value.
        missing_matching: the same under the filter.
        numeric: for floats and integers.
        values: for booleans and strings: the most frequent 100, most frequent first.
        distinct: number of distinct values.
        other: samples with a value that is not among ``values``.
        other_matching: the same under the filter.
    """

    field: str
    type: str
    total: int
    matching: int
    missing: int
    missing_matching: int
    numeric: NumericSummary | None = None
    values: tuple[ValueCount, ...] | None = None
    distinct: int = 0
    other: int = 0
    other_matching: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


@dataclass(frozen=True)
class Spread:
    """What of numbers takes long to find out, and depends on no filter.

    Attributes:
        median: of the finite values; None: there are none.
        std: their standard deviation (n − 1); None for fewer than two.
        distinct: number of distinct values.
    """

    median: float | None
    std: float | None
    distinct: int


def spread_of(column: pa.ChunkedArray) -> Spread:
    """Return how the numbers of a column spread."""
    with Box(pa.table({"v": column, "m": pa.nulls(len(column), pa.bool_())})) as box:
        found = box.query(_SPREAD)
    return Spread(*(column[0].as_py() for column in found.columns))


def is_numeric(field: Field) -> bool:
    """Whether a field holds numbers."""
    return field.type in (FieldType.FLOAT, FieldType.INTEGER)


def summarize(
    field: Field, column: pa.ChunkedArray, mask: NDArray[np.bool_], spread: Spread | None
) -> FieldSummary:
    """Summarise a column, whole and where ``mask`` is true.

    Args:
        field: what it is.
        column: its values, ``n``.
        mask: ``bool [n]``.
        spread: of numbers.
    """
    table = pa.table({"v": column, "m": pa.array(mask)})
    with Box(table) as box:
        return _categorical(field, box) if spread is None else _numeric(field, box, spread)


def _categorical(field: Field, box: Box) -> FieldSummary:
    found = box.query(_COUNT_VALUES, [TOP_VALUES + 1]).to_pydict()
    rows = list(zip(*found.values(), strict=True))
    missing = next(((a, b) for v, a, b, *_ in rows if v is None), (0, 0))
    values = [ValueCount(v, a, b) for v, a, b, *_ in rows if v is not None][:TOP_VALUES]
    present, present_matching, distinct = rows[0][3:] if rows else (0, 0, 0)
    return FieldSummary(
        field=field.name,
        type=field.type.value,
        total=present + missing[0],
        matching=present_matching + missing[1],
        missing=missing[0],
        missing_matching=missing[1],
        values=tuple(values),
        distinct=distinct,
        other=present - sum(value.count for value in values),
        other_matching=present_matching - sum(value.matching for value in values),
    )


def _numeric(field: Field, box: Box, spread: Spread) -> FieldSummary:
    totals = box.query(_TOTALS)
    total, matching, present, present_matching, *rest = (c[0].as_py() for c in totals.columns)
    finite, finite_matching, low, high, mean, mean_matching = rest
    edges = _edges(low, high, field.type is FieldType.INTEGER)
    bins = len(edges) - 1
    counts, counts_matching = [0] * bins, [0] * bins
    if bins == 1:
        counts, counts_matching = [finite], [finite_matching]
    elif bins > 1:
        half = edges[-1] / 2 - edges[0] / 2  # halves: the range itself may be beyond every double
        found = box.query(_HISTOGRAM, [edges[0] / 2, half, bins, bins - 1])
        for at, a, b in zip(*(column.to_pylist() for column in found.columns), strict=True):
            counts[at], counts_matching[at] = a, b
    return FieldSummary(
        field=field.name,
        type=field.type.value,
        total=total,
        matching=matching,
        missing=total - present,
        missing_matching=matching - present_matching,
        numeric=NumericSummary(
            min=low,
            max=high,
            mean=mean,
            mean_matching=mean_matching,
            median=spread.median,
            std=spread.std,
            infinite=present - finite,
            edges=edges,
            counts=tuple(counts),
            counts_matching=tuple(counts_matching),
        ),
        distinct=spread.distinct,
    )


def _edges(low: float | None, high: float | None, integer: bool) -> tuple[float, ...]:
    if low is None or high is None:
        return ()
    if integer and high - low < BINS:
        edges = tuple(low - 0.5 + at for at in range(int(high - low) + 2))
    else:
        shares = (at / BINS for at in range(BINS + 1))
        edges = tuple(low * (1 - share) + high * share for share in shares)
    if all(before < after for before, after in pairwise(edges)) and high / 2 > low / 2:
        return edges
    if low < high:  # so close that there is no room for bins
        return (low, high)
    if low - 0.5 < low < low + 0.5:
        return (low - 0.5, low + 0.5)
    return (math.nextafter(low, 0), low) if low > 0 else (low, math.nextafter(low, 0))
