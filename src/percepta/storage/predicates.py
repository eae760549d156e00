"""Comparisons as SQL over columns with names of our own; every value is a parameter.

The meaning of each clause is :mod:`percepta.core.filters`; ``tests/corpus/filters.json`` holds this executor
and the page's equal:

* Numbers compare as doubles, whatever they are stored as.
* ``in`` looks for values of the field's type; others in its list match nothing.
* ``contains`` ignores case letter by letter: both texts in lower case, every ``ς`` as ``σ``, ``İ`` as ``i``.
* A comparison that makes no sense for the field's type is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

import pyarrow as pa

from percepta.core.errors import FilterError
from percepta.core.fields import Field, FieldType
from percepta.core.filters import Compare, Operator

_COMPARISONS = {
    Operator.GREATER: ">",
    Operator.GREATER_EQUAL: ">=",
    Operator.LESS: "<",
    Operator.LESS_EQUAL: "<=",
}
_NUMBERS = (FieldType.FLOAT, FieldType.INTEGER)


@dataclass
class Predicate:
    """SQL under construction: the columns it uses under our own names, its parameters in order.

    Attributes:
        field: finds a field by name; raises FilterError.
        column: finds its values.
        columns: our name → values, of the fields used so far.
        parameters: values of the ``?`` so far.
    """

    field: Callable[[str], Field]
    column: Callable[[str], pa.ChunkedArray]
    columns: dict[str, pa.ChunkedArray] = attribute(default_factory=dict)
    parameters: list[Any] = attribute(default_factory=list)
    _names: dict[str, str] = attribute(default_factory=dict)

    def where(self, clauses: Sequence[Compare]) -> str:
        """Return the condition that all clauses match.

        Raises:
            FilterError: an unknown field, or a clause that does not fit the type of its field.
        """
        parts = []
        for clause in clauses:
            part = self._compare(clause)
            parts.append(f"NOT coalesce({part}, false)" if clause.negate else f"({part})")
        return " AND ".join(parts) or "true"

    def use(self, name: str) -> str:
        """Return our own name for a field's column."""
        if name not in self._names:
            self._names[name] = f"c{len(self._names)}"
            self.columns[self._names[name]] = self.column(name)
        return self._names[name]

    def missing(self, name: str) -> str:
        """Return the condition that a field has no value."""
        column = self.use(name)
        if self.field(name).type is FieldType.FLOAT:
            return f"({column} IS NULL OR isnan({column}))"
        return f"({column} IS NULL)"

    def _compare(self, clause: Compare) -> str:
        kind = self.field(clause.field).type
        if clause.op is Operator.MISSING:
            return self.missing(clause.field)
        if clause.op is Operator.IN:
            return self._member(clause, kind)
        if clause.op is Operator.CONTAINS:
            return self._contains(clause, kind)
        if kind not in _NUMBERS:
            raise FilterError(f"'{clause.op}' needs a number; field {clause.field!r} is {kind}.")
        column = f"CAST({self.use(clause.field)} AS DOUBLE)"
        present = f"NOT isnan({column}) AND "  # for DuckDB, NaN is the greatest number
        self.parameters += [float(value) for value in clause.value]
        if clause.op is Operator.BETWEEN:
            return f"{present}{column} >= CAST(? AS DOUBLE) AND {column} <= CAST(? AS DOUBLE)"
        return f"{present}{column} {_COMPARISONS[clause.op]} CAST(? AS DOUBLE)"

    def _contains(self, clause: Compare, kind: FieldType) -> str:
        if kind is not FieldType.STRING:
            raise FilterError(f"'contains' needs a text; field {clause.field!r} is {kind}.")
        needle = clause.value[0]
        if not storable(needle):
            return "false"
        self.parameters.append(needle)
        texts = (self.use(clause.field), "CAST(? AS VARCHAR)")
        return "contains({}, {})".format(*(f"replace(lower({text}), 'ς', 'σ')" for text in texts))

    def _member(self, clause: Compare, kind: FieldType) -> str:
        column = self.use(clause.field)
        values: list[Any]
        match kind:
            case FieldType.STRING:
                values, wanted = [v for v in clause.value if storable(v)], "VARCHAR"
            case FieldType.BOOLEAN:
                values, wanted = [v for v in clause.value if isinstance(v, bool)], "BOOLEAN"
            case FieldType.FLOAT | FieldType.INTEGER:
                numbers = [v for v in clause.value if not isinstance(v, bool | str)]
                values, wanted = [float(v) for v in numbers], "DOUBLE"
                column = f"CAST({column} AS DOUBLE)"
        if not values:
            return "false"
        self.parameters.append(values)
        return f"{column} IN (SELECT unnest(CAST(? AS {wanted}[])))"


def storable(value: object) -> bool:
    """Whether a value is a text that a column can hold: none holds half a surrogate pair."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False
