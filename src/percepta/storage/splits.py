"""Splits: which group every row belongs to, the same groups over several runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.charts import Split, SplitKind, SplitOrder
from percepta.core.errors import ChartError
from percepta.core.fields import Field, FieldType
from percepta.core.filters import Scalar
from percepta.core.spelling import did_you_mean
from percepta.storage.bins import bin_codes, bin_edges
from percepta.storage.queries import RunQuery
from percepta.storage.values import (
    CodedColumn,
    are_finite,
    coded,
    joined,
    ranks,
    without_values,
)

Codes = NDArray[Any]
"""Code of every row, ``[n]``, of the narrowest type."""

MeasureByCode = Callable[[Codes, int], NDArray[np.float64]]
"""From codes of the first population, and how many there are, to the measure of each (NaN: none)."""


@dataclass(frozen=True)
class Population:
    """The samples of one run that a chart is about.

    Attributes:
        query: asks the run.
        whole: which rows, ``bool [n]``; the shared filter aside.
    """

    query: RunQuery
    whole: NDArray[np.bool_]


@dataclass(frozen=True)
class Division:
    """How a split divides the populations.

    Attributes:
        field: its name.
        kind: what ``values`` or ``edges`` say.
        values: of distinct values and versions, by code.
        edges: of bins, by code.
        whole_numbers: bins of whole numbers, between whole edges; none holds its upper one.
        other: code of what is beyond the limit; None: nothing is.
        missing: code of rows without a value; None: there are none.
        beyond: distinct values beyond the limit.
        codes: of every population.
        size: how many codes there are.
    """

    field: str
    kind: SplitKind
    values: list[Scalar] | None
    edges: list[float] | None
    other: int | None
    missing: int | None
    beyond: int
    codes: tuple[Codes, ...]
    size: int
    whole_numbers: bool = False

    @property
    def bytes(self) -> int:
        """Memory that the codes take."""
        return sum(codes.nbytes for codes in self.codes)

    def to_json(self) -> dict[str, Any]:
        """Return what the codes stand for."""
        names = ("field", "kind", "values", "edges", "whole_numbers", "other", "missing", "beyond")
        return {name: getattr(self, name) for name in names}


def known_field(query: RunQuery, name: str) -> Field:
    """Return a field of a run.

    Raises:
        ChartError: there is none of that name; says which was perhaps meant.
    """
    fields = {field.name: field for field in query.fields()}
    if name in fields:
        return fields[name]
    raise ChartError(
        f"The run has no field {name!r}.",
        fix=did_you_mean(name, fields, "Choose one of its fields."),
    )


def has_field(query: RunQuery, name: str) -> bool:
    """Whether a run has a field."""
    return any(field.name == name for field in query.fields())


def divide(split: Split, populations: Sequence[Population], measured: MeasureByCode) -> Division:
    """Divide populations by a field; values and bins are those of all of them together.

    A run other than the first may lack the field: its rows have no value.

    Args:
        split: how; not by version.
        populations: at least one.
        measured: for the order by measure.

    Raises:
        ChartError: no such field, or one that cannot be split so.
    """
    field = known_field(populations[0].query, split.field)
    if split.kind is SplitKind.BINS:
        if field.type in (FieldType.FLOAT, FieldType.INTEGER):
            return _bins(split, field, populations)
        if field.type is FieldType.STRING:
            raise ChartError(
                f"Bins need numbers; field {field.name!r} holds texts.",
                fix="Split it by its distinct values.",
            )
    return _distinct(split, populations, measured)


def divide_by_version(populations: Sequence[Population]) -> Division:
    """Divide populations by the run they are of."""
    codes = tuple(
        np.full(len(population.whole), at, np.uint8) for at, population in enumerate(populations)
    )
    runs: list[Scalar] = [population.query.run.id for population in populations]
    return Division("", SplitKind.VERSION, runs, None, None, None, 0, codes, len(runs))


def _bins(split: Split, field: Field, populations: Sequence[Population]) -> Division:
    values = [_doubles(population, field) for population in populations]
    chosen = [
        column[population.whole] for column, population in zip(values, populations, strict=True)
    ]
    finite = [column[np.isfinite(column)] for column in chosen]
    ranges = [(column.min(), column.max()) for column in finite if len(column)]
    edges: tuple[float, ...] = ()
    if ranges:
        edges = bin_edges(
            float(min(low for low, _ in ranges)),
            float(max(high for _, high in ranges)),
            bins=split.bins,
            interval=split.interval,
            whole_numbers=field.type is FieldType.INTEGER,
        )
    whole_numbers = (
        field.type is FieldType.INTEGER
        and all(edge.is_integer() for edge in edges)
        and all(high < edges[-1] for _, high in ranges)
    )
    bins = max(len(edges) - 1, 0)
    infinite = set(np.concatenate([column[np.isinf(column)] for column in chosen]).tolist())
    missing = any(np.isnan(column).any() for column in chosen)
    other, empty, size = _special(bins, bool(infinite), missing)
    codes = []
    for column in values:
        found = bin_codes(column, edges) if bins else np.full(len(column), -1)
        found[(found < 0) | (found >= bins)] = size - 1 if other is None else other
        found[np.isnan(column)] = size - 1 if empty is None else empty
        codes.append(_narrow(found, size))
    return Division(
        split.field,
        SplitKind.BINS,
        None,
        list(edges),
        other,
        empty,
        len(infinite),
        tuple(codes),
        size,
        whole_numbers,
    )


def _distinct(split: Split, populations: Sequence[Population], measured: MeasureByCode) -> Division:
    parts = [_coded(population, split.field) for population in populations]
    values, places = joined([part.values for part in parts])
    k = len(values)
    codes = [np.append(place, -1)[part.codes] for part, place in zip(parts, places, strict=True)]
    counts = np.zeros(k + 1, np.int64)
    for code, population in zip(codes, populations, strict=True):
        counts += np.bincount(code[population.whole] + 1, minlength=k + 1)
    rising = ranks(values)
    match split.order:
        case SplitOrder.VALUE:
            key = rising.astype(np.float64)
        case SplitOrder.COUNT:
            key = counts[1:].astype(np.float64)
        case SplitOrder.MEASURE:
            key = measured(codes[0] + 1, k + 1)[1:]
    present = np.flatnonzero((counts[1:] > 0) & are_finite(values))
    signed = -key[present] if split.descending else key[present]
    order = present[np.lexsort((rising[present], signed))]  # NaN last; ties by value
    kept = order[: split.limit]
    beyond = int((counts[1:] > 0).sum()) - len(kept)
    other, missing, size = _special(len(kept), beyond > 0, bool(counts[0]))
    lookup = np.full(k + 1, size - 1 if other is None else other)
    lookup[kept] = np.arange(len(kept))
    lookup[-1] = size - 1 if missing is None else missing
    return Division(
        split.field,
        SplitKind.DISTINCT,
        values.take(kept).to_pylist(),
        None,
        other,
        missing,
        beyond,
        tuple(_narrow(lookup[code], size) for code in codes),
        size,
    )


def _special(kept: int, other: bool, missing: bool) -> tuple[int | None, int | None, int]:
    """Codes of the groups behind the kept ones, and how many codes there are (at least one)."""
    other_code = kept if other else None
    missing_code = kept + other if missing else None
    return other_code, missing_code, max(kept + other + missing, 1)


def _narrow(codes: NDArray[Any], size: int) -> Codes:
    return codes.astype(np.min_scalar_type(size))


def _doubles(population: Population, field: Field) -> NDArray[np.float64]:
    if not has_field(population.query, field.name):
        return np.full(len(population.whole), np.nan)
    if known_field(population.query, field.name).type is FieldType.STRING:
        raise ChartError(
            f"Bins need numbers; field {field.name!r} holds texts in one of the versions.",
            fix="Split it by its distinct values, or leave that version out.",
        )
    values = population.query.column(field.name).cast("double", safe=False).to_numpy()
    return values  # type: ignore[no-any-return]


def _coded(population: Population, name: str) -> CodedColumn:
    if has_field(population.query, name):
        return coded(population.query.column(name))
    return without_values(len(population.whole))
