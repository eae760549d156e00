"""Typed filters as SQL over columns with names of our own; every value is a parameter.

The meaning of each clause is :mod:`percepta.core.filters`; ``tests/corpus/filters.json`` holds this executor and
the page's equal. float32 values compare as doubles. Text ignores case letter by letter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from percepta.core.errors import FilterError
from percepta.core.fields import Field, FieldType
from percepta.core.filters import Compare, Filter, Lasso, Operator, Rows, Scalar

_COMPARISONS = {
    Operator.GREATER: ">",
    Operator.GREATER_EQUAL: ">=",
    Operator.LESS: "<",
    Operator.LESS_EQUAL: "<=",
}
_NUMBERS = (FieldType.FLOAT, FieldType.INTEGER)


@dataclass(frozen=True)
class Source:
    """What a filter is compiled against.

    Attributes:
        field: finds a field by name; raises FilterError.
        column: finds its values.
        lasso: which rows a lasso clause matches, ``bool [n]``; raises FilterError.
        n: number of rows.
    """

    field: Callable[[str], Field]
    column: Callable[[str], pa.ChunkedArray]
    lasso: Callable[[Lasso], NDArray[np.bool_]]
    n: int


@dataclass
class Predicate:
    """SQL under construction: expressions, the columns they use, their parameters in order."""

    source: Source
    columns: dict[str, pa.ChunkedArray | pa.Array] = field(default_factory=dict)
    parameters: list[Any] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def where(self, filter: Filter) -> str:
        """Return the condition of a filter; adds what it needs to columns and parameters.

        Raises:
            FilterError: an unknown field, or a clause that does not fit the type of its field.
        """
        parts = []
        for clause in filter.clauses:
            if not clause.enabled:
                continue
            match clause:
                case Compare():
                    part = self._compare(clause)
                case Lasso():
                    part = self._mask(self.source.lasso(clause))
                case Rows():
                    part = self._mask(_row_mask(clause, self.source.n))
            parts.append(f"NOT coalesce({part}, false)" if clause.negate else f"({part})")
        return " AND ".join(parts) or "true"

    def use(self, name: str) -> str:
        """Return our own name for a field's column."""
        if name not in self._names:
            self._names[name] = f"c{len(self._names)}"
            self.columns[self._names[name]] = self.source.column(name)
        return self._names[name]

    def missing(self, name: str) -> str:
        """Return the condition that a field has no value."""
        column = self.use(name)
        if self.source.field(name).type is FieldType.FLOAT:
            return f"({column} IS NULL OR isnan({column}))"
        return f"({column} IS NULL)"

    def _mask(self, mask: NDArray[np.bool_]) -> str:
        name = f"m{len(self.columns)}"
        self.columns[name] = pa.array(mask)
        return name

    def _compare(self, clause: Compare) -> str:
        kind = self.source.field(clause.field).type
        if clause.op is Operator.MISSING:
            return self.missing(clause.field)
        if clause.op is Operator.CONTAINS:
            if kind is not FieldType.STRING:
                raise FilterError(f"'contains' needs a text; field {clause.field!r} is {kind}.")
            if not _encodable(clause.value[0]):
                return "false"
            self.parameters.append(clause.value[0])
            return f"contains(lower({self.use(clause.field)}), lower(CAST(? AS VARCHAR)))"
        if clause.op is Operator.IN:
            return self._member(clause, kind)
        if kind not in _NUMBERS:
            raise FilterError(f"'{clause.op}' needs a number; field {clause.field!r} is {kind}.")
        column = self._number(clause.field, kind)
        present = f"NOT isnan({column}) AND " if kind is FieldType.FLOAT else ""
        self.parameters += [_number(value) for value in clause.value]
        if clause.op is Operator.BETWEEN:
            return f"{present}{column} >= CAST(? AS DOUBLE) AND {column} <= CAST(? AS DOUBLE)"
        return f"{present}{column} {_COMPARISONS[clause.op]} CAST(? AS DOUBLE)"

    def _number(self, name: str, kind: FieldType) -> str:
        return f"CAST({self.use(name)} AS DOUBLE)"

    def _member(self, clause: Compare, kind: FieldType) -> str:
        fits = {
            FieldType.BOOLEAN: bool,
            FieldType.STRING: str,
            FieldType.FLOAT: (int, float),
            FieldType.INTEGER: (int, float),
        }[kind]
        for value in clause.value:
            if not isinstance(value, fits) or (isinstance(value, bool) and fits is not bool):
                raise FilterError(
                    f"Field {clause.field!r} is {kind}; 'in' cannot look for {value!r} in it."
                )
        if kind in _NUMBERS:
            values: list[Any] = [_number(value) for value in clause.value]
            column, wanted = self._number(clause.field, kind), "DOUBLE"
        else:
            values = [value for value in clause.value if _encodable(value)]
            column = self.use(clause.field)
            wanted = "BOOLEAN" if kind is FieldType.BOOLEAN else "VARCHAR"
        if not values:
            return "false"
        self.parameters.append(values)
        return f"{column} IN (SELECT unnest(CAST(? AS {wanted}[])))"


def _number(value: Scalar) -> float:
    return float(value)


def _encodable(value: Scalar) -> bool:
    try:
        return not isinstance(value, str) or bool(value.encode()) or value == ""
    except UnicodeEncodeError:  # half a surrogate pair: no stored text has one
        return False


def _row_mask(clause: Rows, n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, bool)
    mask[[row for row in clause.rows if row < n]] = True
    return mask
