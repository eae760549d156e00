"""Filters: typed predicates over samples, one JSON form for page, server, URL and command line.

A filter is a list of clauses that must all match. A clause that is not ``enabled`` is kept but ignored. A
``negate`` clause matches exactly the samples its positive form does not match. A missing value (None or
NaN) matches no positive clause except ``missing``.

Two executors answer filters: DuckDB on the server (:mod:`percepta.storage.queries`) and typed arrays in the
page (``web/src/filters``); ``tests/corpus/filters.json`` holds them equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeGuard

from percepta.core.errors import FilterError

MAX_CLAUSES = 64
MAX_VALUES = 10_000
MAX_POLYGON = 2_000
MAX_TEXT = 1_000
MAX_NAME = 200

Scalar = bool | int | float | str


class Operator(StrEnum):
    """How a field is compared."""

    BETWEEN = "between"
    """Value is a pair ``[low, high]``, both inclusive; numbers only."""
    GREATER = "gt"
    GREATER_EQUAL = "ge"
    LESS = "lt"
    LESS_EQUAL = "le"
    IN = "in"
    """Value is a list of scalars of the field's type."""
    CONTAINS = "contains"
    """Value is a text; matches strings that contain it, ignoring case."""
    MISSING = "missing"
    """No value; matches samples that have none for the field."""


_NUMERIC = {Operator.GREATER, Operator.GREATER_EQUAL, Operator.LESS, Operator.LESS_EQUAL}


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare a field with a value."""

    field: str
    op: Operator
    value: tuple[Scalar, ...] = ()
    negate: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Lasso:
    """Match the samples whose dot lies inside a polygon on a map (even-odd rule).

    Attributes:
        map: id of the map the polygon was drawn on.
        polygon: at least three ``(x, y)`` corners in map coordinates.
    """

    map: str
    polygon: tuple[tuple[float, float], ...]
    negate: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """Match a given set of samples by their row in the run.

    Attributes:
        rows: the samples.
        name: what the set is, in words for people, such as ``similar to training/17, 50``; None: unsaid.
    """

    rows: tuple[int, ...]
    negate: bool = False
    enabled: bool = True
    name: str | None = None


@dataclass(frozen=True, slots=True)
class InCollection:
    """Match the samples of a collection: those of its identities (subset and id) that the run has.

    Attributes:
        collection: its id.
        name: its name, in words for people.
    """

    collection: str
    name: str
    negate: bool = False
    enabled: bool = True


Clause = Compare | Lasso | Rows | InCollection


@dataclass(frozen=True, slots=True)
class Filter:
    """A predicate over samples: every enabled clause must match."""

    clauses: tuple[Clause, ...] = ()

    def to_json(self) -> list[dict[str, Any]]:
        """Return the JSON form."""
        return [_clause_to_json(clause) for clause in self.clauses]

    @classmethod
    def from_json(cls, value: object) -> Filter:
        """Read a filter that came from outside.

        Args:
            value: decoded JSON, a list of clause objects.

        Raises:
            FilterError: naming the clause and what is wrong with it.
        """
        if not isinstance(value, list):
            raise FilterError("A filter must be a list of clauses.")
        if len(value) > MAX_CLAUSES:
            raise FilterError(f"A filter may have at most {MAX_CLAUSES} clauses, not {len(value)}.")
        return cls(tuple(_clause_from_json(item, index) for index, item in enumerate(value)))


def _clause_to_json(clause: Clause) -> dict[str, Any]:
    flags: dict[str, Any] = {}
    if clause.negate:
        flags["negate"] = True
    if not clause.enabled:
        flags["enabled"] = False
    match clause:
        case Compare():
            body: dict[str, Any] = {"kind": "compare", "field": clause.field, "op": clause.op.value}
            if clause.op in _NUMERIC or clause.op is Operator.CONTAINS:
                body["value"] = clause.value[0]
            elif clause.op is not Operator.MISSING:
                body["value"] = list(clause.value)
        case Lasso():
            polygon = [list(corner) for corner in clause.polygon]
            body = {"kind": "lasso", "map": clause.map, "polygon": polygon}
        case Rows():
            body = {"kind": "rows", "rows": list(clause.rows)}
            if clause.name is not None:
                body["name"] = clause.name
        case InCollection():
            body = {"kind": "collection", "collection": clause.collection, "name": clause.name}
    return body | flags


def _clause_from_json(item: object, index: int) -> Clause:
    def bad(reason: str) -> FilterError:
        return FilterError(f"Clause {index + 1} of the filter: {reason}")

    if not isinstance(item, dict):
        raise bad("must be an object.")
    negate, enabled = item.get("negate", False), item.get("enabled", True)
    if not isinstance(negate, bool) or not isinstance(enabled, bool):
        raise bad("'negate' and 'enabled' must be true or false.")
    match item.get("kind"):
        case "compare":
            field = item.get("field")
            if not isinstance(field, str) or not 0 < len(field) <= MAX_TEXT:
                raise bad("'field' must be the name of a field.")
            try:
                op = Operator(str(item.get("op")))
            except ValueError:
                known = ", ".join(Operator)
                raise bad(f"unknown operator {item.get('op')!r}; known: {known}.") from None
            value = _compare_value(op, item.get("value"), bad)
            return Compare(field, op, value, negate, enabled)
        case "lasso":
            map_id, polygon = item.get("map"), item.get("polygon")
            if not isinstance(map_id, str) or not 0 < len(map_id) <= MAX_TEXT:
                raise bad("'map' must be the id of a map.")
            if not isinstance(polygon, list) or not 3 <= len(polygon) <= MAX_POLYGON:
                raise bad(f"'polygon' must have 3 to {MAX_POLYGON} corners.")
            corners = []
            for corner in polygon:
                pair = isinstance(corner, list | tuple) and len(corner) == 2
                if not pair or not all(is_number(part) for part in corner):
                    raise bad("every corner of 'polygon' must be a pair of finite numbers.")
                corners.append((float(corner[0]), float(corner[1])))
            return Lasso(map_id, tuple(corners), negate, enabled)
        case "rows":
            rows = item.get("rows")
            if not isinstance(rows, list) or len(rows) > MAX_VALUES:
                raise bad(f"'rows' must be a list of at most {MAX_VALUES} row numbers.")
            if not all(isinstance(r, int) and not isinstance(r, bool) and r >= 0 for r in rows):
                raise bad("'rows' must hold row numbers (0 or more).")
            name = item.get("name")
            if name is not None and not _is_name(name):
                raise bad(f"'name' must be a text of 1 to {MAX_NAME} characters.")
            return Rows(tuple(rows), negate, enabled, name)
        case "collection":
            collection, name = item.get("collection"), item.get("name")
            if not isinstance(collection, str) or not 0 < len(collection) <= MAX_TEXT:
                raise bad("'collection' must be the id of a collection.")
            if not _is_name(name):
                raise bad(f"'name' must be a text of 1 to {MAX_NAME} characters.")
            return InCollection(collection, name, negate, enabled)
        case other:
            raise bad(f"unknown kind {other!r}; known: compare, lasso, rows, collection.")


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME


def _compare_value(op: Operator, value: object, bad: Any) -> tuple[Scalar, ...]:
    if op is Operator.MISSING:
        return ()
    if op in _NUMERIC:
        if not is_number(value):
            raise bad(f"'{op}' needs a finite number.")
        return (value,)  # type: ignore[return-value]
    if op is Operator.BETWEEN:
        pair = isinstance(value, list) and len(value) == 2 and all(is_number(v) for v in value)
        if not pair:
            raise bad("'between' needs a pair of finite numbers.")
        return tuple(value)  # type: ignore[arg-type]
    if op is Operator.CONTAINS:
        if not isinstance(value, str) or len(value) > MAX_TEXT:
            raise bad(f"'contains' needs a text of at most {MAX_TEXT} characters.")
        return (value,)
    if not isinstance(value, list) or len(value) > MAX_VALUES:
        raise bad(f"'in' needs a list of at most {MAX_VALUES} values.")
    for entry in value:
        text = isinstance(entry, str) and len(entry) <= MAX_TEXT
        if not (text or isinstance(entry, bool) or is_number(entry)):
            raise bad("'in' takes texts, numbers and booleans only.")
    return tuple(value)


def is_number(value: object) -> bool:
    """Whether a value that came from outside is a number that columns are compared with: finite, 64 bits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(value, int):
        return abs(value) < 2**63
    return math.isfinite(value)
