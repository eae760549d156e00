"""A real map made by a worker, without the engine: the run store's part of exploring."""

from __future__ import annotations

from pathlib import Path

from percepta.jobs.kinds import JobKind
from percepta.jobs.progress import JobProgress
from percepta.storage import Job, Workspace
from tests.server.sample_run import write_map


def explore(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Wait at the gate named by ``settings.gate``, if there is one, then save a map."""
    progress.stage("map", 2, "epochs")
    gate = job.params["settings"].get("gate")
    if gate:
        progress.note("waiting")
        Path(gate).read_bytes()
    progress.advance(2)
    write_map(workspace.run(job.params["run"]))


KINDS = {"explore": JobKind("tests.server.recipes:explore", resumable=True)}
