"""Filters as they arrive; :class:`percepta.core.filters.Filter` judges their contents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from percepta.core.filters import MAX_CLAUSES, Filter, Operator
from percepta.server.schema.base import Id, Request, Scalar


class CompareClause(Request):
    """Compare a field with a value: a number, a pair, a list or a text, as the operator asks."""

    kind: Literal["compare"]
    field: str
    op: Operator
    value: Scalar | list[Scalar] | None = None
    negate: bool = False
    enabled: bool = True


class LassoClause(Request):
    """Match the dots inside a polygon in map coordinates."""

    kind: Literal["lasso"]
    map: Id
    polygon: list[tuple[float, float]]
    negate: bool = False
    enabled: bool = True


class RowsClause(Request):
    """Match the given rows; ``name`` says in words what they are."""

    kind: Literal["rows"]
    rows: list[int]
    name: str | None = None
    negate: bool = False
    enabled: bool = True


class CollectionClause(Request):
    """Match the samples of a collection that the run has; ``name`` says in words which it is."""

    kind: Literal["collection"]
    collection: Id
    name: str
    negate: bool = False
    enabled: bool = True


Clause = Annotated[
    CompareClause | LassoClause | RowsClause | CollectionClause, Field(discriminator="kind")
]
Clauses = Annotated[list[Clause], Field(max_length=MAX_CLAUSES)]


def read_filter(clauses: list[Clause]) -> Filter:
    """Return the filter that the clauses make.

    Raises:
        FilterError: naming the clause and what is wrong with it.
    """
    return Filter.from_json([clause.model_dump(mode="json") for clause in clauses])


def clauses_of(filter: Filter) -> list[Clause]:
    """Return the clauses of a filter, as they travel."""
    return TypeAdapter(list[Clause]).validate_python(filter.to_json())
