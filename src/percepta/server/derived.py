"""Derived fields as they travel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from percepta.core.errors import ConflictError, ExpressionError
from percepta.server.schema.derived import (
    DerivedField,
    DerivedFieldCheck,
    DerivedFieldCheckRequest,
    DerivedFieldRequest,
)
from percepta.server.services import Services

if TYPE_CHECKING:
    from percepta.storage import DerivedField as StoredField
    from percepta.storage import RunQuery


def of_project(services: Services, project: str) -> list[DerivedField]:
    """Return the derived fields of a project, oldest first.

    Raises:
        NotFoundError: no such project.
    """
    return [_view(field) for field in services.catalogue.derived_fields.of_project(project)]


def create(services: Services, project: str, request: DerivedFieldRequest) -> DerivedField:
    """Keep a derived field.

    Raises:
        NotFoundError: no such project.
        ConflictError: a name that is taken, or that a field cannot bear.
        ExpressionError: what is wrong with the expression, and where.
    """
    from percepta.storage.derived import create_derived_field

    expression, description = request.expression.strip(), request.description.strip()
    return _view(
        create_derived_field(services.workspace, project, request.name, expression, description)
    )


def check(services: Services, run: str, request: DerivedFieldCheckRequest) -> DerivedFieldCheck:
    """Return what an expression would give over a run, or what is wrong with it or its name.

    Raises:
        NotFoundError: no such run.
    """
    query = services.query(run, None)
    try:
        type_, examples = query.derived.examples(request.expression)
    except ExpressionError as error:
        return DerivedFieldCheck(type=None, examples=[], error=str(error), at=error.at)
    problem = None if request.name is None else _problem_of_name(query, request.name)
    return DerivedFieldCheck(type=type_, examples=examples, error=problem, at=None)


def _problem_of_name(query: RunQuery, name: str) -> str | None:
    from percepta.storage.derived import demand_free_name

    try:
        demand_free_name(name, [query.run])
        if name in query.derived.fields:
            raise ConflictError(f"There is a derived field {name!r} already.")
    except ConflictError as error:
        return str(error)
    return None


def _view(field: StoredField) -> DerivedField:
    return DerivedField(
        id=field.id,
        name=field.name,
        expression=field.expression,
        description=field.description,
        created=field.created,
    )
