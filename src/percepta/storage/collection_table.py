"""Collections in the catalogue: kept sets of samples."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from percepta.core.errors import CollectionError, ConflictError, NotFoundError
from percepta.core.filters import MAX_NAME
from percepta.storage import tables
from percepta.storage.database import reading, writing
from percepta.storage.job_table import known_id, new_id, now
from percepta.storage.records import Collection

_LISTED = [column for column in tables.collections.c if column.name != "members"]


class CollectionTable:
    """The collections of all projects; safe across processes and threads.

    Args:
        engine: the open database.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of_project(self, project_id: str) -> list[Collection]:
        """Return the collections of a project, oldest first."""
        table = tables.collections
        query = sa.select(*_LISTED).where(table.c.project == project_id)
        oldest = query.order_by(table.c.created, sa.literal_column("rowid"))
        with reading(self._engine) as connection:
            rows = connection.execute(oldest).all()
        return [Collection(**row._mapping) for row in rows]

    def get(self, collection_id: str) -> Collection:
        """Return a collection.

        Raises:
            NotFoundError: no such collection.
        """
        query = sa.select(*_LISTED).where(tables.collections.c.id == collection_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NotFoundError("There is no such collection.")
        return Collection(**row._mapping)

    def members(self, run_id: str, collection_id: str) -> bytes:
        """Return who belongs to a collection of the run's project, as it was given.

        Raises:
            NotFoundError: the project has no such collection.
        """
        if not known_id(collection_id):
            raise NotFoundError("There is no such collection.")
        table, runs = tables.collections, tables.runs
        project = sa.select(runs.c.project).where(runs.c.id == run_id).scalar_subquery()
        query = sa.select(table.c.members).where(
            table.c.id == collection_id, table.c.project == project
        )
        with reading(self._engine) as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise NotFoundError("There is no such collection.")
        return bytes(found)

    def create(
        self,
        run_id: str,
        name: str,
        description: str,
        filter: list[dict[str, Any]],
        samples: int,
        members: bytes,
    ) -> Collection:
        """Keep a new collection in the run's project.

        Raises:
            NotFoundError: no such run.
            CollectionError: an empty or overlong name.
            ConflictError: another collection of the project has the name.
        """
        name = name.strip()
        if not 0 < len(name) <= MAX_NAME:
            raise CollectionError(f"The name of a collection must have 1 to {MAX_NAME} characters.")
        table, runs = tables.collections, tables.runs
        with writing(self._engine) as connection:
            project = connection.execute(
                sa.select(runs.c.project).where(runs.c.id == run_id)
            ).scalar()
            if project is None:
                raise NotFoundError("There is no such run.")
            same = sa.select(table.c.id).where(table.c.project == project, table.c.name == name)
            if connection.execute(same).first() is not None:
                raise ConflictError(
                    f"The project has a collection {name!r} already.", fix="Choose another name."
                )
            row = {
                "id": new_id(),
                "project": project,
                "run": run_id,
                "name": name,
                "description": description,
                "filter": filter,
                "samples": samples,
                "members": members,
                "created": now(),
            }
            connection.execute(table.insert(), row)
        return self.get(str(row["id"]))

    def delete(self, collection_id: str) -> None:
        """Delete a collection; its samples stay where they are.

        Raises:
            NotFoundError: no such collection.
        """
        table = tables.collections
        with writing(self._engine) as connection:
            gone = connection.execute(table.delete().where(table.c.id == collection_id))
        if not gone.rowcount:
            raise NotFoundError("There is no such collection.")
