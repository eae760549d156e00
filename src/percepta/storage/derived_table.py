"""Derived fields in the catalogue: a name and an expression, for all runs of a project."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from percepta.core.errors import ConflictError, NotFoundError
from percepta.core.expressions import names, parse
from percepta.storage import tables
from percepta.storage.database import reading, writing
from percepta.storage.job_table import new_id, now
from percepta.storage.records import DerivedField

MAX_OF_PROJECT = 200


class DerivedTable:
    """The derived fields of all projects; safe across processes and threads.

    They never change: another expression is another field. Whoever creates one has had it checked
    (:func:`percepta.storage.derived.create_derived_field`).

    Args:
        engine: the open database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of_project(self, project_id: str) -> tuple[DerivedField, ...]:
        """Return the derived fields of a project, oldest first.

        Raises:
            NotFoundError: no such project.
        """
        table = tables.projects
        with reading(self._engine) as connection:
            known = sa.select(table.c.id).where(table.c.id == project_id)
            if connection.execute(known).first() is None:
                raise NotFoundError("There is no such project.")
            return _of_project(connection, project_id)

    def of_run(self, run_id: str) -> tuple[DerivedField, ...]:
        """Return the derived fields of the project of a run, oldest first; none if there is no such run."""
        table = tables.runs
        with reading(self._engine) as connection:
            project = sa.select(table.c.project).where(table.c.id == run_id)
            return _of_project(connection, connection.execute(project).scalar())

    def create(
        self, project_id: str, name: str, expression: str, description: str = ""
    ) -> DerivedField:
        """Keep a derived field.

        Raises:
            ConflictError: the project has one of that name, or too many.
        """
        values: dict[str, Any] = {
            "id": new_id(),
            "project": project_id,
            "name": name,
            "expression": expression,
            "description": description,
            "created": now(),
        }
        with writing(self._engine) as connection:
            known = _of_project(connection, project_id)
            if any(field.name == name for field in known):
                raise ConflictError(
                    f"There is a derived field {name!r} already.",
                    fix="Choose another name, or delete that one first.",
                )
            if len(known) >= MAX_OF_PROJECT:
                raise ConflictError(
                    f"A project has at most {MAX_OF_PROJECT} derived fields.",
                    fix="Delete one that nobody needs.",
                )
            connection.execute(tables.derived_fields.insert(), values)
        return DerivedField(**values)

    def delete(self, field_id: str) -> None:
        """Delete a derived field.

        Raises:
            NotFoundError: no such field.
            ConflictError: others are made of it.
        """
        table = tables.derived_fields
        with writing(self._engine) as connection:
            row = connection.execute(table.select().where(table.c.id == field_id)).first()
            if row is None:
                raise NotFoundError("There is no such derived field.")
            users = [
                field.name
                for field in _of_project(connection, row.project)
                if row.name in names(parse(field.expression))
            ]
            if users:
                raise ConflictError(
                    f"Other fields are made of {row.name!r}: {', '.join(users)}.",
                    fix="Delete them first.",
                )
            connection.execute(table.delete().where(table.c.id == field_id))


def _of_project(connection: sa.Connection, project_id: str | None) -> tuple[DerivedField, ...]:
    table = tables.derived_fields
    oldest = table.select().where(table.c.project == project_id)
    rows = connection.execute(oldest.order_by(table.c.created, sa.literal_column("rowid")))
    return tuple(_record(row) for row in rows)


def _record(row: sa.Row[Any]) -> DerivedField:
    return DerivedField(**row._mapping)
