"""A workspace with a runner whose workers know the recipes of these tests."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from percepta.jobs.kinds import EXTRA_KINDS
from percepta.jobs.runner import JobRunner, Patience
from percepta.storage import Job, JobStatus, Workspace

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = Patience(look=0.02, orphan=0.3, cancel=0.3, terminate=0.3)


def until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Return as soon as a condition holds; fail if it does not in time."""
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}"
        tick.wait(0.01)


def until_status(workspace: Workspace, job: Job, *wanted: JobStatus) -> Job:
    """Return the job as soon as it has one of the statuses."""
    until(
        lambda: workspace.catalogue.job(job.id).status in wanted,
        f"{job.kind} job is {workspace.catalogue.job(job.id)}",
    )
    return workspace.catalogue.job(job.id)


def ended(workspace: Workspace, job: Job) -> Job:
    """Return the job as soon as it has ended."""
    return until_status(workspace, job, *(status for status in JobStatus if status.finished))


def said(workspace: Workspace, job: Job, text: str) -> None:
    """Return as soon as the job's log holds a text."""
    until(lambda: text in "\n".join(workspace.catalogue.log(job.id).lines), f"log says {text!r}")


@pytest.fixture
def test_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and its workers know the recipes of these tests."""
    monkeypatch.setenv(EXTRA_KINDS, "tests.jobs.recipes:KINDS")
    path = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), path]))


@pytest.fixture
def workspace(workspace_path: Path, test_kinds: None) -> Iterator[Workspace]:
    opened = Workspace.open(workspace_path)
    yield opened
    opened.close()


@pytest.fixture
def runner(workspace: Workspace) -> Iterator[JobRunner]:
    """A runner that serves the queue; what it leaves running is ended."""
    serving = JobRunner(workspace, patience=PATIENCE)
    serving.start()
    yield serving
    for job_id in serving.stop():
        end(workspace, job_id)


def end(workspace: Workspace, job_id: str) -> None:
    """End a worker that a test left running."""
    import signal

    from percepta.jobs import processes

    job = workspace.catalogue.job(job_id)
    if job.pid is not None:
        processes.end_group(job.pid, signal.SIGKILL)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    """A named pipe at which a job waits until :func:`open_gate`."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    yield path


def open_gate(gate: Path) -> None:
    """Let the job that waits at the gate go on."""
    with gate.open("wb") as pipe:
        pipe.write(b"go")
