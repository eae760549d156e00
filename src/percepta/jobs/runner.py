"""The queue's other end: starts a worker for each job, and sees how it ends.

Workers live in sessions of their own and keep what they know in the catalogue, so that they outlive the
server that started them; whoever comes next finds them there, alive or dead.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from percepta.jobs import processes
from percepta.jobs.ending import KilledJobError, end_job

if TYPE_CHECKING:
    from percepta.storage import Job, Workspace

logger = logging.getLogger("percepta.jobs")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the runner waits, seconds.

    Attributes:
        look: between two looks at the queue.
        orphan: after a strange process's last sign of life, before its job counts as dead.
        cancel: for a job to heed a request to stop, before SIGTERM.
        terminate: after SIGTERM, before SIGKILL.
    """

    look: float = 0.2
    orphan: float = 5.0
    cancel: float = 10.0
    terminate: float = 5.0


@dataclass(slots=True)
class _Child:
    """A worker that this runner has started."""

    job_id: str
    process: subprocess.Popen[bytes]
    starved_before: int
    peak: int = 0


@dataclass(slots=True)
class _Stopping:
    """How far the ending of a job has come."""

    since: float = field(default_factory=time.monotonic)
    sent: signal.Signals | None = None


class JobRunner:
    """Runs the jobs of a workspace, one at a time, in worker processes.

    Args:
        workspace: whose queue it serves.
        patience: how long it waits for what.
        environment: added to the workers' environment.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        patience: Patience | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.workspace = workspace
        self.patience = patience or Patience()
        self._environment = environment or {}
        self._child: _Child | None = None
        self._stopping: dict[str, _Stopping] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to serve the queue, in a thread."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._serve, name="job runner", daemon=True)
        self._thread.start()

    def stop(self) -> list[str]:
        """Stop serving; workers go on. Returns the ids of jobs that still run in workers."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._child is not None and self._child.process.poll() is None:
            left = self._child
            # The worker is meant to outlive us: without this, Popen complains that nobody waited.
            left.process.returncode = 0
            self._child = None
            ended = self.workspace.catalogue.job(left.job_id).status.finished
            return [] if ended else [left.job_id]
        return []

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except Exception:
                logger.exception("The queue could not be looked at; trying again")
            self._stop.wait(self.patience.look)

    def look(self) -> None:
        """See what has ended, end what should stop, start what waits."""
        from percepta.storage import JobStatus

        self._see_child()
        active = self.workspace.catalogue.jobs(status=(JobStatus.RUNNING, JobStatus.CANCELLING))
        for job in active:
            if self._child is None or job.id != self._child.job_id:
                self._see_stranger(job)
            if job.status is JobStatus.CANCELLING:
                self._press(job)
        self._stopping = {j.id: s for j in active if (s := self._stopping.get(j.id)) is not None}
        if self._child is None and not any(processes.is_worker(job) for job in active):
            waiting = self.workspace.catalogue.jobs(status=JobStatus.QUEUED)
            if waiting:
                self._child = self._begin(waiting[-1])

    def _begin(self, job: Job) -> _Child:
        """Start a worker; it claims the job itself, so that two runners cannot both have it."""
        command = [sys.executable, "-P", "-m", processes.WORKER_MODULE]
        environment = {
            **os.environ,
            "OMP_WAIT_POLICY": "PASSIVE",
            "PYTHONFAULTHANDLER": "1",
            "PYTHONUNBUFFERED": "1",
            **self._environment,
        }
        with self.workspace.catalogue.log_path(job.id).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module, our own ids
                [*command, str(self.workspace.root), job.id],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment,
            )
        return _Child(job.id, process, processes.out_of_memory_kills())

    def _see_child(self) -> None:
        child = self._child
        if child is None:
            return
        exit_code = child.process.poll()
        if exit_code is None:
            child.peak = max(child.peak, processes.memory_of(child.process.pid))
            return
        self._child = None
        job = self.workspace.catalogue.job(child.job_id)
        ours = job.pid == child.process.pid or (job.status.value == "queued" and exit_code != 0)
        if job.status.finished or not ours:
            return
        starved = processes.out_of_memory_kills() > child.starved_before
        error = processes.cause_of_death(exit_code, starved=starved, peak=child.peak)
        end_job(self.workspace, job, error)

    def _see_stranger(self, job: Job) -> None:
        """Give up a job whose process is gone; whoever started it has had its time to say why."""
        if processes.is_alive(job):
            return
        alive = job.heartbeat or job.started or job.created
        if (datetime.now(UTC) - alive).total_seconds() < self.patience.orphan:
            return
        error = KilledJobError(
            "The process that worked on this job is gone without a word: it was killed, or the"
            " machine was restarted.",
            fix="Resume the job." if job.resumable else "Start it again.",
        )
        with contextlib.suppress(Exception):
            end_job(self.workspace, self.workspace.catalogue.job(job.id), error)

    def _press(self, job: Job) -> None:
        """End a worker that does not heed a request to stop: SIGTERM, later SIGKILL."""
        stopping = self._stopping.setdefault(job.id, _Stopping())
        waited = time.monotonic() - stopping.since
        if waited > self.patience.cancel + self.patience.terminate:
            wanted = signal.SIGKILL
        elif waited > self.patience.cancel:
            wanted = signal.SIGTERM
        else:
            return
        if stopping.sent is not wanted and job.pid is not None and processes.is_worker(job):
            processes.end_group(job.pid, wanted)
            stopping.sent = wanted
