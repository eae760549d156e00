"""Progress in a job's row, and work done in this process."""

from __future__ import annotations

import os

import pytest

from percepta.core.errors import IntegrationError, JobCancelledError
from percepta.jobs.here import run_here
from percepta.jobs.progress import JobProgress, Pace
from percepta.jobs.submission import cancel
from percepta.storage import JobStatus, RunStatus, Workspace
from tests.jobs.conftest import until


class Terminal:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        self.told.append((name, total, unit))

    def advance(self, count: int = 1) -> None:
        self.told.append(count)

    def note(self, message: str) -> None:
        self.told.append(message)

    def belongs_to(self, *, run: str, project: str | None = None) -> None:
        self.told.append(run)

    def check_cancelled(self) -> None:
        pass


def test_pace_is_that_of_the_last_ten_seconds() -> None:
    pace = Pace(0.0)
    assert pace.rate(0.0, 0) is None
    assert pace.rate(2.0, 100) == 50
    assert pace.rate(9.0, 100) == pytest.approx(100 / 9)
    for second in range(10, 40):
        pace.rate(second, 100 + 10 * (second - 9))
    assert pace.rate(40.0, 410) == pytest.approx(10)


def test_work_here_owns_a_row(workspace: Workspace) -> None:
    terminal = Terminal()
    seen = []

    def work(progress: JobProgress) -> str:
        progress.stage("evaluating", 10, "shards")
        progress.advance(4)
        row = lambda: workspace.catalogue.job(progress.job_id)  # noqa: E731
        until(lambda: row().done == 4, "progress is in the row")
        seen.append(row())
        progress.note("half way")
        return "result"

    assert run_here(workspace, "count", {}, work, watcher=terminal) == "result"
    (during,) = seen
    assert (during.status, during.pid) == (JobStatus.RUNNING, os.getpid())
    assert (during.stage, during.total, during.unit) == ("evaluating", 10, "shards")
    (job,) = workspace.catalogue.jobs()
    assert (job.status, job.done, job.message) == (JobStatus.COMPLETE, 4, "half way")
    assert terminal.told == [("evaluating", 10, "shards"), 4, "half way"]


def test_work_here_can_be_cancelled_from_the_page(workspace: Workspace) -> None:
    def work(progress: JobProgress) -> None:
        cancel(workspace, progress.job_id)

        def noticed() -> bool:
            try:
                progress.check_cancelled()
            except JobCancelledError:
                return True
            return False

        until(noticed, "the request to stop is noticed")
        progress.check_cancelled()

    with pytest.raises(JobCancelledError):
        run_here(workspace, "count", {}, work)
    (job,) = workspace.catalogue.jobs()
    assert job.status is JobStatus.CANCELLED


@pytest.mark.parametrize(
    ("raised", "resumable", "status", "run_status"),
    [
        (KeyboardInterrupt(), True, JobStatus.INTERRUPTED, RunStatus.INTERRUPTED),
        (KeyboardInterrupt(), False, JobStatus.FAILED, RunStatus.FAILED),
        (IntegrationError("No."), True, JobStatus.FAILED, RunStatus.INTERRUPTED),
        (ValueError("No."), False, JobStatus.FAILED, RunStatus.FAILED),
    ],
)
def test_how_work_here_ends_is_kept(
    workspace: Workspace,
    raised: BaseException,
    resumable: bool,
    status: JobStatus,
    run_status: RunStatus,
) -> None:
    owner = workspace.catalogue.project_named("p")
    version = workspace.catalogue.version_of(owner.id, "m", "c", {})
    run = workspace.catalogue.create_run(owner.id, version.id)

    def work(progress: JobProgress) -> None:
        progress.belongs_to(run=run.id, project=owner.id)
        raise raised

    with pytest.raises(type(raised)):
        run_here(workspace, "count", {}, work, resumable=resumable)
    (job,) = workspace.catalogue.jobs()
    assert (job.status, job.run, job.project) == (status, run.id, owner.id)
    assert job.error is not None
    assert workspace.catalogue.run(run.id).status is run_status
