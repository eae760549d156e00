"""Work in this process that owns a job row too: what the command line does shows in the page."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from percepta.core.errors import ConflictError
from percepta.jobs.ending import end_job
from percepta.jobs.progress import JobProgress
from percepta.jobs.submission import create

if TYPE_CHECKING:
    from percepta.core.progress import Progress
    from percepta.storage import Workspace

T = TypeVar("T")


def run_here(
    workspace: Workspace,
    kind: str,
    params: dict[str, Any],
    function: Callable[[JobProgress], T],
    *,
    watcher: Progress | None = None,
    resumable: bool | None = None,
) -> T:
    """Call ``function(progress)`` as a job of this process.

    Its row shows the progress to the page, and lets the page ask it to stop. Ctrl-C cancels it.

    Args:
        workspace: where the job is kept.
        kind: kind of job, e.g. ``evaluate``.
        params: what a worker would need to do or resume it, JSON.
        function: does the work; calls ``progress.belongs_to`` once its run exists.
        watcher: who else is told of the progress, e.g. the terminal.
        resumable: whether a worker could resume it; None: as the kind says.

    Returns:
        What the function returns; what it raises is raised.
    """
    job = create(workspace, kind, params, resumable=resumable)
    if workspace.catalogue.claim_job(os.getpid(), job.id) is None:
        raise ConflictError("Another process has taken this job.", fix="Try again.")
    failure: BaseException | None = None
    try:
        with JobProgress(workspace.catalogue, job.id, watcher) as progress:
            return function(progress)
    except BaseException as error:
        failure = error
        raise
    finally:
        end_job(workspace, workspace.catalogue.job(job.id), failure)
