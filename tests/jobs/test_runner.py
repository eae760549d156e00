"""Promise T11: jobs survive a server restart, can be cancelled, and how they ended is named."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from percepta.core.errors import ConflictError, NotFoundError
from percepta.jobs.runner import JobRunner
from percepta.jobs.submission import cancel, resume, submit
from percepta.storage import JobStatus, RunStatus, Workspace
from tests.jobs.conftest import PATIENCE, end, ended, open_gate, said, until_status


def test_a_job_runs_in_a_process_of_its_own(workspace: Workspace, runner: JobRunner) -> None:
    job = ended(workspace, submit(workspace, "count", {"total": 1000}))
    assert job.status is JobStatus.COMPLETE
    assert (job.stage, job.done, job.total, job.unit) == ("counting", 1000, 1000, "samples")
    assert job.pid not in (None, os.getpid())
    assert job.error is None
    assert job.message == "counted to 1000"
    assert workspace.catalogue.log(job.id).lines == ("counting aloud", "counted to 1000")


def test_jobs_wait_for_one_another(workspace: Workspace, runner: JobRunner, gate: Path) -> None:
    first = submit(workspace, "gated", {"gate": str(gate)})
    second = submit(workspace, "count", {"total": 1})
    said(workspace, first, "waiting")
    assert workspace.catalogue.job(second.id).status is JobStatus.QUEUED
    open_gate(gate)
    first, second = ended(workspace, first), ended(workspace, second)
    assert (first.status, second.status) == (JobStatus.COMPLETE, JobStatus.COMPLETE)
    assert first.finished is not None and second.started is not None
    assert second.started >= first.finished


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ("percepta error", "integration", "returned nothing"),
        ("exception", "error", "ZeroDivisionError: by zero"),
        ("exit", "error", "ended the process itself"),
        ("hard exit", "killed", "exit code 7"),
        ("memory", "out_of_memory", "more memory than there was"),
        ("crash", "killed", "crashed in native code (SIGSEGV)"),
        ("kill", "killed", "killed (SIGKILL)"),
    ],
)
def test_the_end_of_a_job_is_named(
    workspace: Workspace, runner: JobRunner, how: str, code: str, words: str
) -> None:
    job = ended(workspace, submit(workspace, "fail", {"how": how}))
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    # A machine that is short of memory at this moment may turn "killed" into "out_of_memory".
    assert job.error["code"] in {code, "out_of_memory" if how == "kill" else code}
    assert words in job.error["message"]
    assert job.message == job.error["message"]
    if how == "percepta error":
        assert job.error["where"] == "script.py:12, in image()"
        assert job.error["fix"] == "Return an array."
    if how == "exception":
        said(workspace, job, "ZeroDivisionError")
        said(workspace, job, "recipes.py")
    if how == "crash":
        said(workspace, job, "Segmentation fault")


def test_the_next_job_runs_after_one_that_died(workspace: Workspace, runner: JobRunner) -> None:
    died = submit(workspace, "fail", {"how": "kill"})
    after = submit(workspace, "count", {"total": 3})
    assert ended(workspace, after).status is JobStatus.COMPLETE
    assert workspace.catalogue.job(died.id).status is JobStatus.FAILED


def test_a_recipe_that_cannot_be_imported_fails_the_job(
    workspace: Workspace, runner: JobRunner
) -> None:
    job = ended(workspace, submit(workspace, "missing", {}))
    assert job.status is JobStatus.FAILED
    assert job.error is not None and "ModuleNotFoundError" in job.error["message"]


def test_an_unknown_kind_is_refused(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no kind of job named 'dance'"):
        submit(workspace, "dance", {})
    assert workspace.catalogue.jobs() == []


def test_a_running_job_is_cancelled(workspace: Workspace, runner: JobRunner) -> None:
    job = submit(workspace, "patient", {})
    until_status(workspace, job, JobStatus.RUNNING)
    assert cancel(workspace, job.id).status is JobStatus.CANCELLING
    job = ended(workspace, job)
    assert job.status is JobStatus.CANCELLED
    with pytest.raises(ConflictError):
        cancel(workspace, job.id)


def test_a_waiting_job_is_cancelled_at_once(workspace: Workspace) -> None:
    job = submit(workspace, "count", {"total": 1})
    assert cancel(workspace, job.id).status is JobStatus.CANCELLED


@pytest.mark.parametrize("deaf", [False, True], ids=["heeds SIGTERM", "ignores SIGTERM"])
def test_a_job_that_does_not_listen_is_ended(workspace: Workspace, deaf: bool) -> None:
    terminate = 0.3 if deaf else 1_000.0
    runner = JobRunner(workspace, patience=replace(PATIENCE, terminate=terminate))
    runner.start()
    job = submit(workspace, "stubborn", {"deaf": deaf})
    until_status(workspace, job, JobStatus.RUNNING)
    said(workspace, job, "going on")
    cancel(workspace, job.id)
    assert ended(workspace, job).status is JobStatus.CANCELLED
    runner.stop()


def test_a_job_outlives_the_server_that_started_it(
    workspace: Workspace, workspace_path: Path, gate: Path
) -> None:
    before = JobRunner(workspace, patience=PATIENCE)
    before.start()
    job = submit(workspace, "gated", {"gate": str(gate)})
    said(workspace, job, "waiting")
    assert before.stop() == [job.id]
    assert workspace.catalogue.job(job.id).status is JobStatus.RUNNING

    again = Workspace.open(workspace_path)
    after = JobRunner(again, patience=PATIENCE)
    waiting = submit(again, "count", {"total": 1})
    after.look()
    assert again.catalogue.job(waiting.id).status is JobStatus.QUEUED, "one job at a time"
    after.start()
    open_gate(gate)
    assert ended(again, job).status is JobStatus.COMPLETE
    assert ended(again, waiting).status is JobStatus.COMPLETE
    after.stop()
    again.close()


def test_a_job_that_died_while_no_server_ran_is_found(
    workspace: Workspace, workspace_path: Path, gate: Path
) -> None:
    before = JobRunner(workspace, patience=PATIENCE)
    before.start()
    job = submit(workspace, "gated", {"gate": str(gate)})
    said(workspace, job, "waiting")
    before.stop()
    end(workspace, job.id)

    after = JobRunner(workspace, patience=PATIENCE)
    after.start()
    job = ended(workspace, job)
    assert job.status is JobStatus.INTERRUPTED
    assert job.error is not None and "gone without a word" in job.error["message"]

    resume(workspace, job.id)
    said(workspace, job, "waiting")
    open_gate(gate)
    assert ended(workspace, job).status is JobStatus.COMPLETE
    after.stop()


def test_a_killed_job_resumes_where_it_was(
    workspace: Workspace, runner: JobRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "shards"
    folder.mkdir()
    job = ended(workspace, submit(workspace, "shards", {"folder": str(folder)}))
    assert job.status is JobStatus.INTERRUPTED
    assert job.error is not None and "SIGKILL" in job.error["message"]
    assert {path.name for path in folder.iterdir()} == {"0", "1"}
    assert resume(workspace, job.id).status is JobStatus.QUEUED
    job = ended(workspace, job)
    assert (job.status, job.done, job.error) == (JobStatus.COMPLETE, 5, None)


def test_a_terminated_job_is_interrupted(workspace: Workspace, runner: JobRunner) -> None:
    job = submit(workspace, "patient", {})
    job = until_status(workspace, job, JobStatus.RUNNING)
    assert job.pid is not None
    os.kill(job.pid, signal.SIGTERM)
    job = ended(workspace, job)
    assert job.status is JobStatus.INTERRUPTED
    assert job.error is not None and "SIGTERM" in job.error["message"]


def test_the_run_of_a_dead_job_does_not_look_alive(workspace: Workspace, runner: JobRunner) -> None:
    job = ended(workspace, submit(workspace, "on_run", {}))
    assert job.run is not None and job.project is not None
    assert workspace.catalogue.run(job.run).status is RunStatus.INTERRUPTED


def test_only_jobs_that_stopped_resume(workspace: Workspace, runner: JobRunner) -> None:
    job = ended(workspace, submit(workspace, "count", {"total": 1}))
    with pytest.raises(ConflictError):
        resume(workspace, job.id)


def test_two_runners_do_a_job_once(workspace: Workspace, tmp_path: Path) -> None:
    runners = [JobRunner(workspace, patience=PATIENCE) for _ in range(2)]
    jobs = [submit(workspace, "count", {"total": 1}) for _ in range(3)]
    for each in runners:
        each.start()
    for job in jobs:
        assert ended(workspace, job).status is JobStatus.COMPLETE
        assert workspace.catalogue.log(job.id).lines == ("counting aloud", "counted to 1")
    for each in runners:
        each.stop()
