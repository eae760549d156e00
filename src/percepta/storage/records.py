"""What the catalogue knows, as frozen values: projects, versions, runs, jobs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunStatus(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class JobStatus(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def finished(self) -> bool:
        """Whether the job will not move again unless it is queued again."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.CANCELLING)


class _Record:
    """A record with a JSON form: its attributes, times as ISO 8601 in UTC."""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}  # type: ignore[arg-type]
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
        }


@dataclass(frozen=True)
class Project(_Record):
    """A named workspace of versions and runs.

    Attributes:
        id: opaque hex.
        name: unique, as the user wrote it.
        created: when it was made.
        runs: number of runs.
        samples: samples in those runs.
        updated: when its newest run was begun or finished; ``created`` if it has none.
    """

    id: str
    name: str
    created: datetime
    runs: int
    samples: int
    updated: datetime


@dataclass(frozen=True)
class Version(_Record):
    """One model and one integration, both by content hash.

    Attributes:
        id: opaque hex.
        project: id of its project.
        number: 1, 2, 3 … within the project.
        model_hash: content hash of the model.
        code_hash: content hash of the integration.
        model: what the model says of itself (format, parameters …), JSON.
        name: given by the user, else ``v<number>``.
        notes: the user's words.
        parent: id of the version it came from.
        colour: slot of the categorical palette that charts draw it in, 0-based.
        created: when it was first seen.
    """

    id: str
    project: str
    number: int
    model_hash: str
    code_hash: str
    model: dict[str, Any]
    name: str
    notes: str
    parent: str | None
    colour: int
    created: datetime


@dataclass(frozen=True)
class RunRecord(_Record):
    """One evaluation of a version, as the catalogue lists it.

    Attributes:
        id: opaque hex.
        project: id of its project.
        version: id of its version.
        name: shown to people.
        status: where it stands.
        samples: samples with a row (0 until committed).
        failures: samples that failed (0 until committed).
        subsets: rows of each subset, empty until committed.
        metrics: mean of every loss and metric over each subset, ``{field: {subset: mean}}``.
        created: when it was begun.
        finished: when it was committed or given up.
    """

    id: str
    project: str
    version: str
    name: str
    status: RunStatus
    samples: int
    failures: int
    subsets: dict[str, int]
    metrics: dict[str, dict[str, float]]
    created: datetime
    finished: datetime | None


@dataclass(frozen=True)
class Dashboard(_Record):
    """A page of charts, as the catalogue keeps it.

    Attributes:
        id: opaque hex.
        project: id of its project.
        name: unique in the project; the document says the same.
        document: what it shows, JSON.
        revision: 1, 2, 3 … with every change.
        created: when it was made.
        updated: when it was last changed.
    """

    id: str
    project: str
    name: str
    document: dict[str, Any]
    revision: int
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Collection(_Record):
    """A kept set of samples, without who belongs to it.

    Attributes:
        id: opaque hex.
        project: id of its project.
        run: id of the run it was made in.
        name: unique in the project.
        description: the user's words.
        filter: what chose its samples, the JSON form of :class:`percepta.core.filters.Filter`.
        samples: how many there were.
        created: when it was made.
    """

    id: str
    project: str
    run: str
    name: str
    description: str
    filter: list[dict[str, Any]]
    samples: int
    created: datetime


@dataclass(frozen=True)
class Job(_Record):
    """A long task with progress, log, cancel and resume.

    Attributes:
        id: opaque hex.
        kind: which recipe, e.g. ``evaluate``, ``explore``.
        params: arguments of the recipe, JSON.
        status: where it stands.
        resumable: whether it can be queued again to go on where it stopped.
        stage: what it is doing, a few words.
        done: units of the stage done.
        total: units of the stage, None if unknown.
        unit: what is counted, e.g. ``samples``.
        rate: units per second.
        eta: seconds left in the stage.
        message: last line worth showing.
        error: ``{code, message, where, fix}`` of the failure.
        project: id of the project it belongs to.
        run: id of the run it reads or writes.
        pid: process that works on it.
        heartbeat: last sign of life of that process.
        created: when it was asked for.
        started: when work began (last time).
        finished: when it ended.
    """

    id: str
    kind: str
    params: dict[str, Any]
    status: JobStatus
    resumable: bool
    stage: str
    done: int
    total: int | None
    unit: str
    rate: float | None
    eta: float | None
    message: str
    error: dict[str, Any] | None
    project: str | None
    run: str | None
    pid: int | None
    heartbeat: datetime | None
    created: datetime
    started: datetime | None
    finished: datetime | None


@dataclass(frozen=True)
class DerivedField:
    """A field made of others by an expression, for every run of a project that has those.

    Attributes:
        id: opaque hex.
        project: id of its project.
        name: unique in the project.
        expression: see :mod:`percepta.core.expressions`.
        description: what it means, for people.
        created: when it was made; one may be made of those that are older.
    """

    id: str
    project: str
    name: str
    expression: str
    description: str
    created: datetime


@dataclass(frozen=True)
class JobLog:
    """Part of a job's log.

    Attributes:
        lines: complete lines, oldest first.
        next: what to give as ``after`` to read on.
    """

    lines: tuple[str, ...] = field(default=())
    next: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"lines": list(self.lines), "next": self.next}
