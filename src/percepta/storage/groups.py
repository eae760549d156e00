"""Groups of rows and what is measured of each: the one place where a chart's question becomes SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from percepta.core.charts import Aggregate, Measure
from percepta.core.errors import ChartError
from percepta.core.fields import FieldType
from percepta.storage.predicates import Predicate, storable
from percepta.storage.queries import RunQuery
from percepta.storage.sandbox import Box
from percepta.storage.splits import Codes, has_field, known_field

_FUNCTIONS = {
    Aggregate.AVERAGE: "avg({})",
    Aggregate.MIN: "min({})",
    Aggregate.MAX: "max({})",
    Aggregate.MEDIAN: "median({})",
    Aggregate.QUANTILE: "quantile_cont({}, CAST(? AS DOUBLE))",
    Aggregate.STD: "stddev_samp({})",
    Aggregate.SUM: "sum({})",
}


@dataclass(frozen=True)
class Groups:
    """Groups that have rows.

    Attributes:
        keys: the codes of each group as one number, rising, ``int64 [g]``.
        count: rows of each, ``int64 [g]``.
        values: every measure of each, ``float64 [measures, g]``; NaN: none.
    """

    keys: NDArray[np.int64]
    count: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def bytes(self) -> int:
        """Memory that they take."""
        return self.keys.nbytes + self.count.nbytes + self.values.nbytes

    def chosen(self, positions: NDArray[np.int64]) -> Groups:
        """Return the groups at some positions."""
        return Groups(self.keys[positions], self.count[positions], self.values[:, positions])

    def aligned(self, keys: NDArray[np.int64]) -> Groups:
        """Return the groups of the given keys, in their order; those without rows count 0."""
        places = np.searchsorted(self.keys, keys)
        found = places < len(self.keys)
        found[found] = self.keys[places[found]] == keys[found]
        count = np.zeros(len(keys), np.int64)
        values = np.full((len(self.values), len(keys)), np.nan)
        count[found] = self.count[places[found]]
        values[:, found] = self.values[:, places[found]]
        return Groups(keys, count, values)


class ChosenRows:
    """The rows of a run that are asked about; every column is cut down to them once.

    Args:
        query: asks the run.
        mask: which rows, ``bool [n]``.

    Attributes:
        query: asks the run.
        mask: which rows.
        count: how many.
    """

    def __init__(self, query: RunQuery, mask: NDArray[np.bool_]) -> None:
        self.query = query
        self.mask = mask
        self.count = int(mask.sum())
        self._values: dict[str, pa.ChunkedArray] = {}
        self._codes: dict[int, tuple[Codes, pa.Array]] = {}

    def column(self, name: str) -> pa.ChunkedArray:
        """Return the values of a field."""
        if name not in self._values:
            self._values[name] = self._cut(self.query.column(name))
        return self._values[name]

    def codes(self, codes: Codes) -> pa.Array:
        """Return the codes of a split, given those of all rows."""
        if id(codes) not in self._codes:
            self._codes[id(codes)] = (
                codes,
                self._cut(pa.array(codes)),
            )  # held, so that its id stays
        return self._codes[id(codes)][1]

    def _cut(self, values: Any) -> Any:
        return values if self.count == len(self.mask) else values.filter(pa.array(self.mask))


def group(
    rows: ChosenRows, splits: Sequence[tuple[Codes, int]], measures: Sequence[Measure]
) -> Groups:
    """Group rows and measure the groups.

    Args:
        rows: of a run; measures of fields that it lacks have no value.
        splits: codes of every row of the run, and how many codes there are.
        measures: at least one.

    Raises:
        ChartError: a measure that does not fit the type of its field.
    """
    predicate = Predicate(lambda name: known_field(rows.query, name), rows.column)
    said = [_measure(predicate, rows, measure) for measure in measures]
    names = [f"s{at}" for at in range(len(splits))]
    columns = {name: rows.codes(codes) for name, (codes, _) in zip(names, splits, strict=True)}
    columns |= {"r": pa.nulls(rows.count), **predicate.columns}
    sql = f"SELECT {', '.join([*names, 'count(*)', *said])} FROM run"  # noqa: S608
    if names:
        sql += f" GROUP BY {', '.join(names)}"
    with Box(pa.table(columns)) as box:
        found = [column.to_numpy() for column in box.query(sql, predicate.parameters).columns]
    sizes = [size for _, size in splits]
    keys = np.zeros(len(found[len(names)]), np.int64)
    for codes, size in zip(found, sizes, strict=False):
        keys = keys * size + codes
    order = np.argsort(keys)
    count = found[len(names)].astype(np.int64)
    values = np.array([column.astype(np.float64) for column in found[len(names) + 1 :]])
    return Groups(keys, count, values).chosen(order)


def key_codes(keys: NDArray[np.int64], sizes: Sequence[int]) -> list[NDArray[np.int64]]:
    """Return the code of every split in each key."""
    return [
        keys // prod(sizes[at + 1 :]) % size  # the last split's codes are the last digits
        for at, size in enumerate(sizes)
    ]


def joined_groups(parts: Sequence[Groups]) -> Groups:
    """Return the groups of several runs, none of which has a key of another."""
    keys = np.concatenate([part.keys for part in parts])
    count = np.concatenate([part.count for part in parts])
    values = np.concatenate([part.values for part in parts], axis=1)
    return Groups(keys, count, values).chosen(np.argsort(keys))


def _measure(predicate: Predicate, rows: ChosenRows, measure: Measure) -> str:
    """Return a measure as SQL that gives a number, NULL where a group has no value."""
    if measure.field is None:
        if measure.aggregate is Aggregate.COUNT:
            return "count(*)"
        predicate.parameters.append(float(rows.count))
        return "count(*) / CAST(? AS DOUBLE)"
    if not has_field(rows.query, measure.field):
        return "CAST(NULL AS DOUBLE)"
    column, kind = predicate.use(measure.field), known_field(rows.query, measure.field).type
    present = f"NOT {predicate.missing(measure.field)}"
    if measure.aggregate is Aggregate.COUNT:
        return f"count(*) FILTER (WHERE {present})"
    if measure.aggregate is Aggregate.SHARE:
        equal = _equal(predicate, measure, column, kind)
        return f"count(*) FILTER (WHERE {equal}) / nullif(count(*) FILTER (WHERE {present}), 0)"
    if kind is FieldType.STRING:
        raise ChartError(
            f"The measure '{measure.aggregate}' needs numbers; field {measure.field!r} holds texts.",
            fix="Count samples, or take the share of one of its values.",
        )
    if measure.quantile is not None:
        predicate.parameters.append(float(measure.quantile))
    if kind is FieldType.FLOAT:
        number = f"CASE WHEN isfinite({column}) THEN {column} END"
    else:
        number = f"CAST({column} AS DOUBLE)"
    return _FUNCTIONS[measure.aggregate].format(number)


def _equal(predicate: Predicate, measure: Measure, column: str, kind: FieldType) -> str:
    value = measure.value
    match kind:
        case FieldType.STRING if storable(value):
            wanted = "VARCHAR"
        case FieldType.BOOLEAN if isinstance(value, bool):
            wanted = "BOOLEAN"
        case FieldType.FLOAT | FieldType.INTEGER if not isinstance(value, bool | str):
            column, wanted = f"CAST({column} AS DOUBLE)", "DOUBLE"
        case _:
            raise ChartError(
                f"The share of {value!r}: field {measure.field!r} is {kind}, and never has that value."
            )
    predicate.parameters.append(value)
    return f"{column} = CAST(? AS {wanted})"
