"""Jobs in the catalogue: one claimer each, progress, cancel, resume, log."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from percepta.core.errors import ConflictError, NotFoundError
from percepta.storage import JobStatus, Workspace
from tests.storage.builders import new_run


def test_the_life_of_a_job(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    run = new_run(workspace)
    job = catalogue.create_job("evaluate", {"script": "a.py"}, run=run, resumable=True)
    assert (job.status, job.params, job.run) == (JobStatus.QUEUED, {"script": "a.py"}, run)
    claimed = catalogue.claim_job(123)
    assert claimed is not None
    assert (claimed.id, claimed.status, claimed.pid) == (job.id, JobStatus.RUNNING, 123)
    assert catalogue.claim_job(124) is None
    seen = catalogue.update_job(job.id, stage="evaluating", done=5, total=10, rate=2.5, eta=2.0)
    assert (seen.stage, seen.done, seen.total, seen.eta) == ("evaluating", 5, 10, 2.0)
    assert seen.heartbeat is not None
    assert claimed.heartbeat is not None
    assert seen.heartbeat >= claimed.heartbeat
    done = catalogue.finish_job(job.id, JobStatus.COMPLETE, message="done")
    assert (done.status, done.message) == (JobStatus.COMPLETE, "done")
    assert catalogue.finish_job(job.id, JobStatus.FAILED).status is JobStatus.COMPLETE
    with pytest.raises(ConflictError):
        catalogue.requeue_job(job.id)
    with pytest.raises(ConflictError, match="has ended"):
        catalogue.request_cancel(job.id)


def test_a_run_that_another_job_has_gone_on_with_is_not_resumed_by_the_first(
    workspace: Workspace,
) -> None:
    catalogue = workspace.catalogue
    run = new_run(workspace)
    stopped, map_job, later = (
        catalogue.create_job(kind, {}, run=run, resumable=True)
        for kind in ("evaluate", "explore", "evaluate")
    )
    catalogue.finish_job(stopped.id, JobStatus.CANCELLED)
    catalogue.finish_job(map_job.id, JobStatus.FAILED)
    catalogue.supersede_jobs(later.id)
    resumable = [catalogue.job(job.id).resumable for job in (stopped, map_job, later)]
    assert resumable == [False, True, True]
    with pytest.raises(ConflictError, match="cannot be resumed"):
        catalogue.requeue_job(stopped.id)


def test_cancelling(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    waiting = catalogue.create_job("explore", {})
    assert catalogue.request_cancel(waiting.id).status is JobStatus.CANCELLED
    assert catalogue.claim_job(1) is None
    running = catalogue.create_job("explore", {})
    catalogue.claim_job(1, running.id)
    assert not catalogue.cancel_requested(running.id)
    assert catalogue.request_cancel(running.id).status is JobStatus.CANCELLING
    assert catalogue.cancel_requested(running.id)
    assert catalogue.update_job(running.id, done=1).status is JobStatus.CANCELLING
    ended = catalogue.finish_job(running.id, JobStatus.CANCELLED)
    assert ended.finished is not None


def test_resuming(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    job = catalogue.create_job("evaluate", {}, resumable=True)
    with pytest.raises(ConflictError, match="cannot be resumed"):
        catalogue.requeue_job(job.id)  # it waits already
    catalogue.claim_job(1)
    failed = catalogue.finish_job(job.id, JobStatus.INTERRUPTED, error={"code": "killed"})
    assert failed.error == {"code": "killed"}
    again = catalogue.requeue_job(job.id)
    assert (again.status, again.error, again.pid) == (JobStatus.QUEUED, None, None)
    once = catalogue.create_job("explore", {})
    catalogue.claim_job(1, once.id)
    catalogue.finish_job(once.id, JobStatus.FAILED)
    with pytest.raises(ConflictError, match="cannot be resumed"):
        catalogue.requeue_job(once.id)


def test_the_oldest_is_claimed_first_and_the_newest_listed_first(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    ids = [catalogue.create_job("explore", {"n": n}).id for n in range(5)]
    claimed = catalogue.claim_job(1, ids[3])
    assert claimed is not None
    assert claimed.id == ids[3]
    assert [catalogue.claim_job(1).id for _ in range(4)] == [*ids[:3], ids[4]]  # type: ignore[union-attr]
    assert [job.id for job in catalogue.jobs()] == ids[::-1]
    assert [job.id for job in catalogue.jobs(limit=2)] == [ids[4], ids[3]]
    catalogue.finish_job(ids[0], JobStatus.COMPLETE)
    assert [job.id for job in catalogue.jobs(status=JobStatus.COMPLETE)] == [ids[0]]
    assert len(catalogue.jobs(status=[JobStatus.COMPLETE, JobStatus.RUNNING])) == 5
    assert catalogue.jobs(kind="evaluate") == []


def test_a_job_is_claimed_once_by_many_threads(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    ids = {catalogue.create_job("explore", {}).id for _ in range(40)}
    claimed: list[str] = []

    def claim(pid: int) -> None:
        while (job := catalogue.claim_job(pid)) is not None:
            claimed.append(job.id)

    threads = [threading.Thread(target=claim, args=(pid,)) for pid in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 40
    assert set(claimed) == ids


def test_a_job_is_claimed_once_by_many_processes(workspace: Workspace) -> None:
    ids = {workspace.catalogue.create_job("explore", {}).id for _ in range(30)}
    program = """
import os
from percepta.storage import Workspace
with Workspace.open() as w:
    while (job := w.catalogue.claim_job(os.getpid())) is not None:
        print(job.id)
"""
    workers = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    claimed = [line for worker in workers for line in worker.communicate()[0].split()]
    assert len(claimed) == 30
    assert set(claimed) == ids


def test_the_log(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    job = catalogue.create_job("explore", {}).id
    assert catalogue.log(job).lines == ()
    catalogue.append_log(job, "first")
    catalogue.append_log(job, "two\nlines")
    catalogue.append_log(job, "odd \ud800 猫")
    assert catalogue.log(job).lines == ("first", "two lines", "odd ? 猫")
    assert catalogue.log(job, 1, limit=1).to_json() == {"lines": ["two lines"], "next": 2}
    with catalogue.log_path(job).open("ab") as file:
        file.write(b"not yet complete")
    assert catalogue.log(job, 3).next == 3
    with catalogue.log_path(job).open("ab") as file:
        file.write(b" \xff\n")
    assert catalogue.log(job, 3).lines == ("not yet complete \ufffd",)


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "", "/etc/passwd", "a" * 33, "x.log", "A" * 16]
)
def test_no_text_from_outside_becomes_a_path(workspace: Workspace, text: str) -> None:
    for ask in (workspace.catalogue.log_path, workspace.catalogue.log, workspace.run):
        with pytest.raises(NotFoundError):
            ask(text)
    assert not list(Path(workspace.root).glob("**/*.log"))
