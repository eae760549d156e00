"""The catalogue: projects, versions, runs and jobs in one database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from percepta.core.errors import NotFoundError, StorageError
from percepta.storage import tables
from percepta.storage.collection_table import CollectionTable
from percepta.storage.dashboard_table import DashboardTable
from percepta.storage.database import open_database, reading, writing
from percepta.storage.derived_table import DerivedTable
from percepta.storage.job_table import JobTable, new_id, now
from percepta.storage.records import Project, RunRecord, RunStatus, Version

_PALETTE = 12


class Catalogue(JobTable):
    """Projects, versions, runs and jobs; safe across processes and threads.

    Args:
        path: the SQLite file; made and migrated when needed.
        logs: folder of the jobs' logs.

    Raises:
        WorkspaceError: made by a newer percepta, not a catalogue, or not writable.

    Attributes:
        dashboards: of all projects.
        derived_fields: of all projects.
        collections: of all projects.
    """

    def __init__(self, path: Path, logs: Path) -> None:
        super().__init__(open_database(path), logs)
        self.dashboards = DashboardTable(self._engine)
        self.derived_fields = DerivedTable(self._engine)
        self.collections = CollectionTable(self._engine)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    def projects(self) -> list[Project]:
        """Return all projects, the most recently used first."""
        with reading(self._engine) as connection:
            found = [_project(row) for row in connection.execute(_projects())]
        return sorted(found, key=lambda project: project.updated, reverse=True)

    def project(self, project_id: str) -> Project:
        """Return a project.

        Raises:
            NotFoundError: no such project.
        """
        with reading(self._engine) as connection:
            row = connection.execute(_projects().where(tables.projects.c.id == project_id)).first()
        if row is None:
            raise NotFoundError("There is no such project.")
        return _project(row)

    def project_named(self, name: str) -> Project:
        """Return the project of that name; it is made if there is none.

        Raises:
            StorageError: an empty or overlong name.
        """
        name = name.strip()
        if not 0 < len(name) <= 200:
            raise StorageError("The name of a project must have 1 to 200 characters.")
        table = tables.projects
        with writing(self._engine) as connection:
            found = connection.execute(sa.select(table.c.id).where(table.c.name == name)).scalar()
            if found is None:
                found = new_id()
                connection.execute(table.insert(), {"id": found, "name": name, "created": now()})
        return self.project(found)

    def version_of(
        self,
        project_id: str,
        model_hash: str,
        code_hash: str,
        model: Mapping[str, Any],
        *,
        name: str | None = None,
    ) -> Version:
        """Return the version with these hashes; it gets the next number if it is new.

        Args:
            project_id: its project.
            model_hash: content hash of the model.
            code_hash: content hash of the integration.
            model: what the model says of itself, JSON; kept of the first time.
            name: for a new version; otherwise ``v<number>``.
        """
        table = tables.versions
        self.project(project_id)
        with writing(self._engine) as connection:
            same = (
                (table.c.project == project_id)
                & (table.c.model_hash == model_hash)
                & (table.c.code_hash == code_hash)
            )
            row = connection.execute(table.select().where(same)).first()
            if row is None:
                newest = connection.execute(
                    table.select()
                    .where(table.c.project == project_id)
                    .order_by(table.c.number.desc())
                ).first()
                number = 1 if newest is None else newest.number + 1
                values = {
                    "id": new_id(),
                    "project": project_id,
                    "number": number,
                    "model_hash": model_hash,
                    "code_hash": code_hash,
                    "model": dict(model),
                    "name": name or f"v{number}",
                    "notes": "",
                    "parent": None if newest is None else newest.id,
                    "colour": (number - 1) % _PALETTE,
                    "created": now(),
                }
                connection.execute(table.insert(), values)
                row = connection.execute(table.select().where(same)).one()
        return Version(**row._mapping)

    def version(self, version_id: str) -> Version:
        """Return a version.

        Raises:
            NotFoundError: no such version.
        """
        with reading(self._engine) as connection:
            query = tables.versions.select().where(tables.versions.c.id == version_id)
            row = connection.execute(query).first()
        if row is None:
            raise NotFoundError("There is no such version.")
        return Version(**row._mapping)

    def versions(self, project_id: str) -> list[Version]:
        """Return the versions of a project, newest first."""
        table = tables.versions
        query = table.select().where(table.c.project == project_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.number.desc())).all()
        return [Version(**row._mapping) for row in rows]

    def create_run(self, project_id: str, version_id: str, name: str | None = None) -> RunRecord:
        """Begin a run: it is listed as running, and its id is what the run store wants.

        Args:
            project_id: its project.
            version_id: its version.
            name: shown to people; otherwise the name of the version and the number of its run.
        """
        table = tables.runs
        version = self.version(version_id)
        with writing(self._engine) as connection:
            if name is None:
                count = sa.select(sa.func.count()).where(table.c.version == version_id)
                earlier = connection.execute(count).scalar_one()
                name = version.name if earlier == 0 else f"{version.name} · {earlier + 1}"
            values = {
                "id": new_id(),
                "project": project_id,
                "version": version_id,
                "name": name,
                "status": RunStatus.RUNNING.value,
                "samples": 0,
                "failures": 0,
                "subsets": {},
                "metrics": {},
                "created": now(),
            }
            connection.execute(table.insert(), values)
        return self.run(str(values["id"]))

    def run(self, run_id: str) -> RunRecord:
        """Return a run as the catalogue lists it.

        Raises:
            NotFoundError: no such run.
        """
        with reading(self._engine) as connection:
            row = connection.execute(tables.runs.select().where(tables.runs.c.id == run_id)).first()
        if row is None:
            raise NotFoundError("There is no such run.")
        return _run(row)

    def runs(
        self, project_id: str | None = None, status: RunStatus | None = None
    ) -> list[RunRecord]:
        """Return runs, newest first."""
        table = tables.runs
        query = table.select()
        if project_id is not None:
            query = query.where(table.c.project == project_id)
        if status is not None:
            query = query.where(table.c.status == status.value)
        newest = query.order_by(table.c.created.desc(), sa.literal_column("rowid").desc())
        with reading(self._engine) as connection:
            return [_run(row) for row in connection.execute(newest)]

    def end_run(self, run_id: str, status: RunStatus) -> RunRecord:
        """Record that a run is not being written any more (failed, interrupted).

        A complete run stays complete.
        """
        return self._set_run(run_id, {"status": status.value, "finished": now()})

    def restart_run(self, run_id: str) -> RunRecord:
        """Record that a run is being written again."""
        return self._set_run(run_id, {"status": RunStatus.RUNNING.value, "finished": None})

    def complete_run(
        self,
        run_id: str,
        *,
        samples: int,
        failures: int,
        subsets: Mapping[str, int],
        metrics: Mapping[str, Mapping[str, float]],
    ) -> RunRecord:
        """Record that a run is committed; called by the run store."""
        return self._set_run(
            run_id,
            {
                "status": RunStatus.COMPLETE.value,
                "samples": samples,
                "failures": failures,
                "subsets": dict(subsets),
                "metrics": {name: dict(values) for name, values in metrics.items()},
                "finished": now(),
            },
        )

    def _set_run(self, run_id: str, changes: dict[str, Any]) -> RunRecord:
        table = tables.runs
        with writing(self._engine) as connection:
            open_run = (table.c.id == run_id) & (table.c.status != RunStatus.COMPLETE.value)
            connection.execute(table.update().where(open_run), changes)
        return self.run(run_id)


def _projects() -> sa.Select[Any]:
    projects, runs = tables.projects, tables.runs
    newest = sa.func.max(sa.func.coalesce(runs.c.finished, runs.c.created), type_=tables.UtcTime)
    return (
        sa.select(
            projects,
            sa.func.count(runs.c.id).label("runs"),
            sa.func.coalesce(sa.func.sum(runs.c.samples), 0).label("samples"),
            sa.func.coalesce(newest, projects.c.created, type_=tables.UtcTime).label("updated"),
        )
        .outerjoin(runs, runs.c.project == projects.c.id)
        .group_by(projects.c.id)
    )


def _project(row: sa.Row[Any]) -> Project:
    return Project(**row._mapping)


def _run(row: sa.Row[Any]) -> RunRecord:
    values = dict(row._mapping)
    return RunRecord(**values | {"status": RunStatus(values["status"])})
