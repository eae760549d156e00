"""What the routes work with: one workspace, its open queries, its jobs."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from percepta.jobs.answering import AnswerPool
from percepta.server.hub import EventHub

if TYPE_CHECKING:
    from percepta.storage import Catalogue, Run, RunQuery, Workspace
    from percepta.storage.charts import Charts

MAX_OPEN_QUERIES = 8


class Services:
    """One workspace as the routes see it; safe for threads.

    Attributes:
        workspace: where everything is kept.
        events: what is told to the pages that listen.
        answers: warm workers that answer questions about samples.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.events = EventHub(workspace)
        self.answers = AnswerPool(workspace)
        self._charts: Charts | None = None
        self._queries: OrderedDict[tuple[str, str | None], RunQuery] = OrderedDict()
        self._lock = Lock()

    @property
    def catalogue(self) -> Catalogue:
        """The workspace's catalogue."""
        return self.workspace.catalogue

    @property
    def charts(self) -> Charts:
        """What answers questions of charts, and keeps what it worked out."""
        from percepta.storage.charts import Charts

        with self._lock:
            self._charts = self._charts or Charts()
            return self._charts

    def run(self, run_id: str) -> Run:
        """Return a committed run.

        Raises:
            NotFoundError: no such run.
            ConflictError: the run is not committed yet.
            CorruptRunError: naming the file that is damaged.
        """
        return self.workspace.run(run_id)

    def working_jobs(self) -> dict[str, str]:
        """Return the job that works, or waits to work, on each run that has one."""
        from percepta.storage import JobStatus

        working = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.CANCELLING)
        jobs = self.catalogue.jobs(status=working)
        return {job.run: job.id for job in jobs if job.run is not None}

    def query(self, run_id: str, map_id: str | None) -> RunQuery:
        """Return what asks a run and one of its maps; the last few stay open.

        Raises:
            NotFoundError: no such run or map.
            ConflictError: the run is not committed yet.
            CorruptRunError: naming the file that is damaged.
        """
        derived = self.catalogue.derived_fields.of_run(run_id)
        with self._lock:
            query = self._queries.pop((run_id, map_id), None)
            if query is None or query.derived.definitions != derived:
                query = self.workspace.query(run_id, map_id)
            self._queries[run_id, map_id] = query
            while len(self._queries) > MAX_OPEN_QUERIES:
                self._queries.popitem(last=False)
            return query


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Serving = Annotated[Services, Depends(_services)]
