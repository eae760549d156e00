"""Jobs in the catalogue: created, claimed by one process, watched, cancelled, queued again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from percepta.core.errors import ConflictError, NotFoundError
from percepta.storage import tables
from percepta.storage.database import reading, writing
from percepta.storage.documents import read_document, write_document
from percepta.storage.files import make_folder, os_errors
from percepta.storage.records import Job, JobLog, JobStatus

_UPDATABLE = frozenset(
    "stage done total unit rate eta message project run params resumable pid".split()
)
_MAX_LOG_LINE = 10_000
_ID = re.compile(r"[0-9a-f]{8,32}")


def new_id() -> str:
    """Return a fresh opaque id."""
    return secrets.token_hex(8)


def known_id(text: str) -> bool:
    """Whether a text has the form of an id: the only texts that ever become part of a path."""
    return _ID.fullmatch(text) is not None


def now() -> datetime:
    """Return the present time, UTC."""
    return datetime.now(UTC)


class JobTable:
    """The jobs of a catalogue; safe across processes and threads.

    Args:
        engine: the open database.
        logs: folder of the jobs' logs.
    """

    def __init__(self, engine: sa.Engine, logs: Path) -> None:
        self._engine = engine
        self._logs = logs

    def create_job(
        self,
        kind: str,
        params: dict[str, Any],
        *,
        project: str | None = None,
        run: str | None = None,
        resumable: bool = False,
    ) -> Job:
        """Queue a job and return it."""
        row = {
            "id": new_id(),
            "kind": kind,
            "params": params,
            "status": JobStatus.QUEUED.value,
            "resumable": resumable,
            "stage": "",
            "done": 0,
            "unit": "",
            "message": "",
            "project": project,
            "run": run,
            "created": now(),
        }
        with writing(self._engine) as connection:
            connection.execute(tables.jobs.insert(), row)
            return _get(connection, str(row["id"]))

    def claim_job(self, pid: int, job_id: str | None = None) -> Job | None:
        """Take a queued job for process ``pid``: exactly one claimer gets it.

        Args:
            pid: the process that will do the work.
            job_id: that job only; otherwise the one that has waited longest.

        Returns:
            The job, now running; None if there is none to take.
        """
        table = tables.jobs
        queued = sa.select(table.c.id).where(table.c.status == JobStatus.QUEUED.value)
        if job_id is not None:
            queued = queued.where(table.c.id == job_id)
        moment = now()
        with writing(self._engine) as connection:
            oldest = queued.order_by(table.c.created, sa.literal_column("rowid")).limit(1)
            found = connection.execute(oldest).scalar()
            if found is None:
                return None
            connection.execute(
                table.update().where(table.c.id == found),
                {
                    "status": JobStatus.RUNNING.value,
                    "pid": pid,
                    "started": moment,
                    "heartbeat": moment,
                    "finished": None,
                    "error": None,
                },
            )
            return _get(connection, found)

    def update_job(self, job_id: str, **changes: Any) -> Job:
        """Record progress and a sign of life; returns the row as it is now.

        Args:
            job_id: the job.
            **changes: any of ``stage done total unit rate eta message project run params resumable
                pid``.

        Raises:
            NotFoundError: no such job.
        """
        unknown = changes.keys() - _UPDATABLE
        if unknown:
            raise TypeError(f"not attributes of a job that change: {', '.join(sorted(unknown))}")
        with writing(self._engine) as connection:
            connection.execute(
                tables.jobs.update().where(tables.jobs.c.id == job_id),
                changes | {"heartbeat": now()},
            )
            return _get(connection, job_id)

    def heartbeat(self, job_id: str) -> Job:
        """Record a sign of life; returns the row as it is now."""
        return self.update_job(job_id)

    def request_cancel(self, job_id: str) -> Job:
        """Ask a job to stop: a queued one is cancelled at once, a running one when it looks.

        Raises:
            NotFoundError: no such job.
            ConflictError: it has ended.
        """
        with writing(self._engine) as connection:
            job = _get(connection, job_id)
            if job.status.finished:
                raise ConflictError(f"The job has ended ({job.status}); there is nothing to stop.")
            if job.status is JobStatus.QUEUED:
                change: dict[str, Any] = {"status": JobStatus.CANCELLED.value, "finished": now()}
            else:
                change = {"status": JobStatus.CANCELLING.value}
            connection.execute(tables.jobs.update().where(tables.jobs.c.id == job_id), change)
            return _get(connection, job_id)

    def cancel_requested(self, job_id: str) -> bool:
        """Whether the job was asked to stop."""
        return self.job(job_id).status in (JobStatus.CANCELLING, JobStatus.CANCELLED)

    def finish_job(
        self,
        job_id: str,
        status: JobStatus,
        *,
        error: dict[str, Any] | None = None,
        message: str | None = None,
    ) -> Job:
        """Record how a job ended. A job that has ended keeps its first ending.

        Args:
            job_id: the job.
            status: a finished status.
            error: ``PerceptaError.to_json()`` of what went wrong.
            message: last line; kept as it was if None.
        """
        if not status.finished:
            raise ValueError(f"a job does not end as {status}")
        change: dict[str, Any] = {"status": status.value, "error": error, "finished": now()}
        if message is not None:
            change["message"] = message
        with writing(self._engine) as connection:
            if not _get(connection, job_id).status.finished:
                connection.execute(tables.jobs.update().where(tables.jobs.c.id == job_id), change)
            return _get(connection, job_id)

    def requeue_job(self, job_id: str) -> Job:
        """Queue a job again, to go on where it stopped.

        Raises:
            ConflictError: it is not over, is complete, or cannot be resumed.
        """
        with writing(self._engine) as connection:
            job = _get(connection, job_id)
            if not job.status.finished or job.status is JobStatus.COMPLETE or not job.resumable:
                raise ConflictError(f"A {job.status} job of kind {job.kind} cannot be resumed.")
            fresh = {"status": JobStatus.QUEUED.value, "error": None, "finished": None, "pid": None}
            connection.execute(tables.jobs.update().where(tables.jobs.c.id == job_id), fresh)
            return _get(connection, job_id)

    def supersede_jobs(self, job_id: str) -> None:
        """Take the offer to resume from ended jobs whose run this job has gone on with."""
        table = tables.jobs
        ended = [status.value for status in JobStatus if status.finished]
        with writing(self._engine) as connection:
            job = _get(connection, job_id)
            same = (table.c.run == job.run) & (table.c.kind == job.kind) & (table.c.id != job_id)
            query = table.update().where(same & table.c.status.in_(ended))
            connection.execute(query, {"resumable": False})

    def job(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            NotFoundError: no such job.
        """
        with reading(self._engine) as connection:
            return _get(connection, job_id)

    def jobs(
        self,
        *,
        status: JobStatus | Sequence[JobStatus] | None = None,
        kind: str | None = None,
        run: str | None = None,
        project: str | None = None,
        limit: int = 200,
    ) -> list[Job]:
        """Return jobs, newest first."""
        table = tables.jobs
        query = table.select()
        if status is not None:
            wanted = [status] if isinstance(status, JobStatus) else list(status)
            query = query.where(table.c.status.in_([entry.value for entry in wanted]))
        for column, value in ((table.c.kind, kind), (table.c.run, run), (table.c.project, project)):
            if value is not None:
                query = query.where(column == value)
        newest = query.order_by(table.c.created.desc(), sa.literal_column("rowid").desc())
        with reading(self._engine) as connection:
            return [_job(row) for row in connection.execute(newest.limit(limit))]

    def log_path(self, job_id: str) -> Path:
        """Return the file of a job's log (it may not exist yet).

        Raises:
            NotFoundError: the text cannot be the id of a job.
        """
        if not known_id(job_id):
            raise NotFoundError("There is no such job.")
        make_folder(self._logs)
        return self._logs / f"{job_id}.log"

    def append_log(self, job_id: str, line: str) -> None:
        """Add a line to a job's log (line breaks in it become spaces)."""
        path = self.log_path(job_id)
        text = " ".join(line.splitlines()) + "\n"
        with os_errors(path), path.open("ab") as file:
            file.write(text.encode("utf-8", "replace"))  # one append: lines never mix

    def log(self, job_id: str, after: int = 0, limit: int = 1000) -> JobLog:
        """Return complete lines of a job's log.

        Args:
            job_id: the job.
            after: lines to skip, i.e. ``next`` of the answer before.
            limit: at most so many lines.
        """
        path = self.log_path(job_id)
        lines: list[str] = []
        if path.exists():
            with path.open("rb") as file:
                for index, line in enumerate(file):
                    if index < after:
                        continue
                    if len(lines) == limit or not line.endswith(b"\n"):
                        break
                    lines.append(line[:_MAX_LOG_LINE].decode("utf-8", "replace").rstrip("\r\n"))
        return JobLog(tuple(lines), after + len(lines))

    def keep_result(self, job_id: str, value: dict[str, Any]) -> None:
        """Keep what a job found out, a JSON object, e.g. a check's report."""
        write_document(self.log_path(job_id).with_suffix(".json"), value)

    def result(self, job_id: str) -> dict[str, Any] | None:
        """Return what :meth:`keep_result` kept; None: nothing yet."""
        path = self.log_path(job_id).with_suffix(".json")
        return read_document(path) if path.exists() else None


def _get(connection: sa.Connection, job_id: str) -> Job:
    row = connection.execute(tables.jobs.select().where(tables.jobs.c.id == job_id)).first()
    if row is None:
        raise NotFoundError("There is no such job.")
    return _job(row)


def _job(row: sa.Row[Any]) -> Job:
    values = dict(row._mapping)
    return Job(**values | {"status": JobStatus(values["status"])})
