"""Changes of jobs, runs, maps and dashboards, told to every page that listens.

The catalogue is the only truth: workers, command lines and other servers write to it, this hub looks at it a
few times a second while somebody listens, and tells what changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel

from percepta.core.errors import PerceptaError
from percepta.server.schema.jobs import DashboardEvent, Job, MapEvent, Ready, RunEvent
from percepta.server.views import job_view, map_view

if TYPE_CHECKING:
    from percepta.storage import Workspace

BUSY_INTERVAL = 0.25
IDLE_INTERVAL = 1.0
MAX_LISTENERS = 64
MAX_WAITING = 1_000

logger = logging.getLogger("percepta.server")


class TooManyListenersError(PerceptaError):
    """More pages listen than one server serves."""

    code = "too_many_listeners"
    http_status = 503


@dataclass(frozen=True, slots=True)
class Event:
    """One change: its name in the stream and its data."""

    name: str
    data: BaseModel


@dataclass(frozen=True, slots=True)
class _Seen:
    """The catalogue as it was when last looked at."""

    jobs: dict[str, Job] = field(default_factory=dict)
    runs: dict[str, RunEvent] = field(default_factory=dict)
    dashboards: dict[str, DashboardEvent] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        return any(job.finished is None for job in self.jobs.values())


class EventHub:
    """Looks at the catalogue while somebody listens; used from one event loop."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._seen = _Seen()
        self._looking: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._closed = False

    @contextlib.contextmanager
    def _listening(self) -> Iterator[asyncio.Queue[Event | None]]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue(MAX_WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def admit(self) -> None:
        """Check that one more may listen.

        Raises:
            TooManyListenersError: enough do.
        """
        if len(self._listeners) >= MAX_LISTENERS:
            raise TooManyListenersError(
                f"{MAX_LISTENERS} pages listen already.", fix="Close some of percepta's tabs."
            )

    async def listen(self) -> AsyncIterator[Event]:
        """Yield every job as it stands, then ``ready``, then what changes, until the hub closes."""
        with self._listening() as queue:
            async with self._lock:
                if self._looking is None and not self._closed:
                    self._seen = await asyncio.to_thread(_look, self._workspace)
                    self._looking = asyncio.create_task(self._watch())
                while not queue.empty():
                    queue.get_nowait()
                jobs = list(self._seen.jobs.values())
            for job in jobs:
                yield Event("job", job)
            yield Event("ready", Ready(jobs=len(jobs)))
            while not self._closed:
                event = await queue.get()
                if event is None:
                    return
                yield event

    async def close(self) -> None:
        """End every stream."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        for queue in self._listeners:
            _tell(queue, None)

    async def _watch(self) -> None:
        try:
            while self._listeners:
                await asyncio.sleep(BUSY_INTERVAL if self._seen.busy else IDLE_INTERVAL)
                try:
                    await self._tell_changes()
                except Exception:
                    logger.exception("The catalogue could not be looked at; trying again")
        finally:
            self._looking = None

    async def _tell_changes(self) -> None:
        async with self._lock:
            now = await asyncio.to_thread(_look, self._workspace)
            events = await asyncio.to_thread(_changes, self._seen, now, self._workspace)
            for event in events:
                for queue in self._listeners:
                    _tell(queue, event)
            self._seen = now


def _tell(queue: asyncio.Queue[Event | None], event: Event | None) -> None:
    """Hand an event over; a listener that does not keep up is let go, to begin afresh."""
    if event is None or queue.full():
        while not queue.empty():
            queue.get_nowait()
        event = None
    queue.put_nowait(event)


def _look(workspace: Workspace) -> _Seen:
    jobs = [job_view(job) for job in workspace.catalogue.jobs()]
    runs = [
        RunEvent(run=record.id, project=record.project, status=record.status.value)
        for record in workspace.catalogue.runs()
    ]
    dashboards = {
        name: DashboardEvent(dashboard=name, project=project, revision=revision)
        for name, (project, revision) in workspace.catalogue.dashboards.revisions().items()
    }
    return _Seen(
        {job.id: job for job in reversed(jobs)}, {run.run: run for run in runs}, dashboards
    )


def _changes(before: _Seen, now: _Seen, workspace: Workspace) -> list[Event]:
    events = [Event("run", run) for run in now.runs.values() if run != before.runs.get(run.run)]
    for job in now.jobs.values():
        known = before.jobs.get(job.id)
        if job == known:
            continue
        if job.finished is not None and (known is None or known.finished is None):
            events += [Event("map", made) for made in _maps_made(job, workspace)]
        events.append(Event("job", job))
    return events + _dashboards_changed(before.dashboards, now.dashboards)


def _dashboards_changed(
    before: dict[str, DashboardEvent], now: dict[str, DashboardEvent]
) -> list[Event]:
    changed = [board for name, board in now.items() if board != before.get(name)]
    gone = [before[name].model_copy(update={"revision": None}) for name in before.keys() - now]
    return [Event("dashboard", board) for board in (*changed, *gone)]


def _maps_made(job: Job, workspace: Workspace) -> list[MapEvent]:
    """The maps that a job has just committed: those of its run that are younger than its start."""
    if job.run is None or job.started is None:
        return []
    try:
        views = [map_view(info) for info in workspace.run(job.run).maps()]
    except PerceptaError:
        return []
    return [MapEvent(run=job.run, map=view) for view in views if view.created >= job.started]
