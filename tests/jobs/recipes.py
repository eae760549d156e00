"""Recipes that do what workers must survive; run in real worker processes."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from pathlib import Path

from percepta.core.errors import IntegrationError, Where
from percepta.jobs.kinds import JobKind
from percepta.jobs.progress import JobProgress
from percepta.storage import Job, Workspace


def count(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    total = job.params["total"]
    progress.stage("counting", total)
    print("counting aloud")
    for _ in range(total):
        progress.check_cancelled()
        progress.advance()
    progress.note(f"counted to {total}")


def gated(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Wait until the test opens the gate, a named pipe."""
    progress.stage("at the gate", 1)
    progress.note("waiting")
    Path(job.params["gate"]).read_bytes()
    progress.advance()


def patient(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Go on until asked to stop."""
    progress.stage("going on")
    tick = threading.Event()
    while not tick.wait(0.01):
        progress.advance()
        progress.check_cancelled()


def stubborn(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Never look whether to stop, and swallow every exception, as user code may."""
    if job.params.get("deaf"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    progress.note("going on")
    never = threading.Event()
    while True:
        try:
            never.wait(0.05)
        except Exception:  # noqa: S110 - that is the point
            pass


def fail(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    match job.params["how"]:
        case "percepta error":
            raise IntegrationError(
                "The function returned nothing.",
                where=Where(file="script.py", line=12, function="image"),
                fix="Return an array.",
            )
        case "exception":
            raise ZeroDivisionError("by zero")
        case "exit":
            sys.exit(3)
        case "hard exit":
            os._exit(7)
        case "memory":
            bytearray(2**62)
        case "crash":
            faulthandler._sigsegv()
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)


def shards(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Do five shards; die by SIGKILL in the third, the first time."""
    folder = Path(job.params["folder"])
    done = {int(path.name) for path in folder.iterdir()}
    progress.stage("shards", 5, "shards")
    progress.advance(len(done))
    for index in range(5):
        if index in done:
            continue
        if index == 2 and not done:
            os.kill(os.getpid(), signal.SIGKILL)
        (folder / str(index)).touch()
        progress.advance()


def on_run(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Begin a run, say so, and die."""
    owner = workspace.catalogue.project_named("p")
    version = workspace.catalogue.version_of(owner.id, "m", "c", {})
    run = workspace.catalogue.create_run(owner.id, version.id)
    progress.belongs_to(run=run.id, project=owner.id)
    os.kill(os.getpid(), signal.SIGKILL)


KINDS = {
    "count": JobKind("tests.jobs.recipes:count"),
    "gated": JobKind("tests.jobs.recipes:gated", resumable=True),
    "patient": JobKind("tests.jobs.recipes:patient", resumable=True),
    "stubborn": JobKind("tests.jobs.recipes:stubborn"),
    "fail": JobKind("tests.jobs.recipes:fail"),
    "shards": JobKind("tests.jobs.recipes:shards", resumable=True),
    "on_run": JobKind("tests.jobs.recipes:on_run", resumable=True),
    "missing": JobKind("tests.jobs.nowhere:nothing"),
}
