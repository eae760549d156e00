"""Jobs: long tasks with progress, log, cancel and resume."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from percepta.server.schema.base import ErrorDetail, Message, Request, Scalar
from percepta.server.schema.filters import Clauses
from percepta.server.schema.runs import MapInfo, RunStatus

JobStatus = Literal[
    "queued", "running", "cancelling", "complete", "failed", "cancelled", "interrupted"
]


class Job(Message):
    """A long task.

    Attributes:
        title: what it does, in a few words.
        done: units of the present stage that are done.
        total: units of the present stage; null: unknown.
        rate: units a second.
        eta: seconds left in the present stage.
        resumable: whether ``resume`` goes on from where it stopped.
    """

    id: str
    kind: str
    title: str
    status: JobStatus
    resumable: bool
    project: str | None
    run: str | None
    stage: str
    done: int
    total: int | None
    unit: str
    rate: float | None
    eta: float | None
    message: str
    error: ErrorDetail | None
    created: datetime
    started: datetime | None
    finished: datetime | None


class JobLog(Message):
    """Lines of a job's log from a line on; ask again from ``next``."""

    lines: list[str]
    next: int


class MapRequest(Request):
    """Ask for a map of a latent space, of all samples or of those a filter matches.

    Attributes:
        map: the map whose clusters the filter names, if it names any.
    """

    space: str
    algorithm: Literal["umap", "tsne", "pca"] = "umap"
    filter: Clauses = Field(default_factory=list)
    map: str | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    settings: Annotated[dict[str, Scalar], Field(max_length=32)] = Field(default_factory=dict)


class RunEvent(Message):
    """A run was created, committed or changed."""

    run: str
    project: str
    status: RunStatus


class MapEvent(Message):
    """A map was committed to a run."""

    run: str
    map: MapInfo


class DashboardEvent(Message):
    """A dashboard was made, changed or deleted; ``revision`` is null where it is gone."""

    dashboard: str
    project: str
    revision: int | None


class Ready(Message):
    """The stream has told every job as it stands; what follows are changes."""

    jobs: int


class Events(Message):
    """The data of each event of the stream, by event name; never sent whole."""

    job: Job
    run: RunEvent
    map: MapEvent
    dashboard: DashboardEvent
    ready: Ready
