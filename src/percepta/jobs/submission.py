"""Asking for jobs, and asking them to stop or go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from percepta.jobs.kinds import kind_named

if TYPE_CHECKING:
    from percepta.storage import Job, Workspace


def submit(workspace: Workspace, kind: str, params: dict[str, Any]) -> Job:
    """Queue a job; whoever runs jobs for the workspace takes it.

    Args:
        workspace: where the job is kept.
        kind: kind of job.
        params: arguments of its recipe, JSON; ``run`` is the id of the run it works on, if any.

    Raises:
        NotFoundError: no such kind, or no such run.
    """
    return create(workspace, kind, params)


def create(
    workspace: Workspace, kind: str, params: dict[str, Any], resumable: bool | None = None
) -> Job:
    """Make a queued row; ``resumable`` None: as the kind says."""
    run = params.get("run")
    project = workspace.catalogue.run(run).project if run is not None else None
    return workspace.catalogue.create_job(
        kind,
        params,
        project=project,
        run=run,
        resumable=kind_named(kind).resumable if resumable is None else resumable,
    )


def cancel(workspace: Workspace, job_id: str) -> Job:
    """Ask a job to stop; one that waits is cancelled at once.

    Raises:
        NotFoundError: no such job.
        ConflictError: the job has ended.
    """
    return workspace.catalogue.request_cancel(job_id)


def resume(workspace: Workspace, job_id: str) -> Job:
    """Queue a job that stopped again, to go on from where it was.

    Raises:
        NotFoundError: no such job.
        ConflictError: the job has not stopped, or cannot go on.
    """
    return workspace.catalogue.requeue_job(job_id)
