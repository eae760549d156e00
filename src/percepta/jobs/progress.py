"""Progress of a job, written to its row a few times a second.

What a recipe calls only changes numbers in memory; a thread writes them, gives the sign of life, and learns
whether the job has been asked to stop. So a recipe may call ``advance`` for every sample.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from percepta.core.errors import JobCancelledError

if TYPE_CHECKING:
    from percepta.core.progress import Progress
    from percepta.storage import Catalogue

WRITE_EVERY = 0.25
SIGN_OF_LIFE_EVERY = 1.0
RATE_OVER = 10.0


class Pace:
    """How fast a stage goes, over the last seconds.

    Args:
        began: time of the start, seconds.
    """

    def __init__(self, began: float) -> None:
        self._seen: deque[tuple[float, int]] = deque([(began, 0)])

    def rate(self, now: float, done: int) -> float | None:
        """Return units a second, None while nothing is known."""
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= RATE_OVER:
            self._seen.popleft()
        then, before = self._seen[0]
        return (done - before) / (now - then) if now > then and done > before else None


class JobProgress:
    """Progress kept in a job's row; a context manager around the work.

    Args:
        catalogue: where the row is.
        job_id: which one.
        watcher: who else is told, e.g. a terminal.
    """

    def __init__(self, catalogue: Catalogue, job_id: str, watcher: Progress | None = None) -> None:
        self.job_id = job_id
        self._catalogue = catalogue
        self._watcher = watcher
        self._lock = threading.Lock()
        self._stage: dict[str, Any] = {}
        self._done = 0
        self._total: int | None = None
        self._pace = Pace(time.monotonic())
        self._message: str | None = None
        self._changed = False
        self._wake = threading.Event()
        self._ended = False
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._report, name="job progress", daemon=True)

    def __enter__(self) -> Self:
        """Begin to report."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Report for the last time."""
        self._ended = True
        self._wake.set()
        self._thread.join()

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        """Begin a stage of ``total`` units (None: unknown)."""
        with self._lock:
            self._stage = {"stage": name, "total": total, "unit": unit}
            self._done, self._total = 0, total
            self._pace = Pace(time.monotonic())
            self._changed = True
        if self._watcher is not None:
            self._watcher.stage(name, total, unit)

    def advance(self, count: int = 1) -> None:
        """``count`` more units of the present stage are done."""
        with self._lock:
            self._done += count
            self._changed = True
        if self._watcher is not None:
            self._watcher.advance(count)

    def note(self, message: str) -> None:
        """Write one line into the job's log and show it as its message."""
        self._catalogue.append_log(self.job_id, message)
        with self._lock:
            self._message = message
            self._changed = True
        if self._watcher is not None:
            self._watcher.note(message)

    def check_cancelled(self) -> None:
        """Return at once, or raise if the job has been asked to stop.

        Raises:
            JobCancelledError: it has.
        """
        if self._cancelled.is_set():
            raise JobCancelledError("The job was cancelled.")
        if self._watcher is not None:
            self._watcher.check_cancelled()

    def belongs_to(self, *, run: str, project: str | None = None) -> None:
        """Say which run the job works on; jobs that stopped midway in it are no longer the ones to resume."""
        self._catalogue.update_job(
            self.job_id, run=run, **({"project": project} if project is not None else {})
        )
        self._catalogue.supersede_jobs(self.job_id)
        if self._watcher is not None:
            self._watcher.belongs_to(run=run, project=project)

    def _report(self) -> None:
        alive = time.monotonic()
        while not self._ended:
            self._wake.wait(WRITE_EVERY)
            changes = self._changes()
            now = time.monotonic()
            if not changes and now - alive < SIGN_OF_LIFE_EVERY and not self._ended:
                continue
            alive = now
            job = (
                self._catalogue.update_job(self.job_id, **changes)
                if changes
                else self._catalogue.heartbeat(self.job_id)
            )
            if job.status.value == "cancelling":
                self._cancelled.set()

    def _changes(self) -> dict[str, Any]:
        with self._lock:
            if not self._changed:
                return {}
            self._changed = False
            rate = self._pace.rate(time.monotonic(), self._done)
            left = None if self._total is None else max(0, self._total - self._done)
            eta = left / rate if rate and left is not None else None
            changes = {**self._stage, "done": self._done, "rate": rate, "eta": eta}
            if self._message is not None:
                changes["message"] = self._message
            return changes
