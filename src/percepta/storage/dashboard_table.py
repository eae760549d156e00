"""Dashboards in the catalogue: kept as documents, changed by whoever saw the newest revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from percepta.core.errors import ConflictError, NotFoundError
from percepta.core.filters import MAX_NAME
from percepta.storage import tables
from percepta.storage.database import reading, writing
from percepta.storage.job_table import new_id, now
from percepta.storage.records import Dashboard


class DashboardTable:
    """The dashboards of all projects; safe across processes and threads.

    A document is kept as it is given, but for its ``name``: one that is taken in the project gets a
    number. Whoever writes has had it checked.

    Args:
        engine: the open database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of_project(self, project_id: str) -> list[Dashboard]:
        """Return the dashboards of a project, oldest first.

        Raises:
            NotFoundError: no such project.
        """
        table = tables.dashboards
        oldest = table.select().where(table.c.project == project_id)
        with reading(self._engine) as connection:
            _demand_project(connection, project_id)
            rows = connection.execute(
                oldest.order_by(table.c.created, sa.literal_column("rowid"))
            ).all()
        return [Dashboard(**row._mapping) for row in rows]

    def revisions(self) -> dict[str, tuple[str, int]]:
        """Return the project and the revision of every dashboard, by its id."""
        table = tables.dashboards
        query = sa.select(table.c.id, table.c.project, table.c.revision)
        with reading(self._engine) as connection:
            return {row.id: (row.project, row.revision) for row in connection.execute(query)}

    def get(self, dashboard_id: str) -> Dashboard:
        """Return a dashboard.

        Raises:
            NotFoundError: no such dashboard.
        """
        with reading(self._engine) as connection:
            return _get(connection, dashboard_id)

    def create(self, project_id: str, document: Mapping[str, Any]) -> Dashboard:
        """Keep a new dashboard.

        Raises:
            NotFoundError: no such project.
        """
        moment = now()
        with writing(self._engine) as connection:
            _demand_project(connection, project_id)
            name = _free_name(connection, project_id, str(document["name"]))
            row = {
                "id": new_id(),
                "project": project_id,
                "name": name,
                "document": {**document, "name": name},
                "revision": 1,
                "created": moment,
                "updated": moment,
            }
            connection.execute(tables.dashboards.insert(), row)
            return _get(connection, str(row["id"]))

    def change(self, dashboard_id: str, document: Mapping[str, Any], revision: int) -> Dashboard:
        """Replace the document of a dashboard.

        Args:
            dashboard_id: which.
            document: the new one.
            revision: of the dashboard as the writer knows it.

        Raises:
            NotFoundError: no such dashboard.
            ConflictError: someone else changed it since.
        """
        table = tables.dashboards
        with writing(self._engine) as connection:
            known = _get(connection, dashboard_id)
            if known.revision != revision:
                raise ConflictError(
                    f"Someone else changed the dashboard {known.name!r} in the meantime "
                    f"(revision {known.revision}; yours is {revision}).",
                    fix="Load it again, then make your change.",
                )
            name = _free_name(connection, known.project, str(document["name"]), but=dashboard_id)
            connection.execute(
                table.update().where(table.c.id == dashboard_id),
                {
                    "name": name,
                    "document": {**document, "name": name},
                    "revision": revision + 1,
                    "updated": now(),
                },
            )
            return _get(connection, dashboard_id)

    def delete(self, dashboard_id: str) -> None:
        """Delete a dashboard.

        Raises:
            NotFoundError: no such dashboard.
        """
        table = tables.dashboards
        with writing(self._engine) as connection:
            _get(connection, dashboard_id)
            connection.execute(table.delete().where(table.c.id == dashboard_id))


def _get(connection: sa.Connection, dashboard_id: str) -> Dashboard:
    table = tables.dashboards
    row = connection.execute(table.select().where(table.c.id == dashboard_id)).first()
    if row is None:
        raise NotFoundError("There is no such dashboard.")
    return Dashboard(**row._mapping)


def _demand_project(connection: sa.Connection, project_id: str) -> None:
    table = tables.projects
    if connection.execute(sa.select(table.c.id).where(table.c.id == project_id)).first() is None:
        raise NotFoundError("There is no such project.")


def _free_name(
    connection: sa.Connection, project_id: str, wanted: str, but: str | None = None
) -> str:
    """Return the name, with a number where another dashboard (``but`` aside) of the project has it."""
    table = tables.dashboards
    others = sa.select(table.c.name).where(table.c.project == project_id)
    if but is not None:
        others = others.where(table.c.id != but)
    taken = set(connection.execute(others).scalars())
    name, number = wanted, 1
    while name in taken:
        number += 1
        ending = f" {number}"
        name = wanted[: MAX_NAME - len(ending)] + ending
    return name
