"""Asking for jobs, and asking them to stop or go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from percepta.storage import Job, Workspace


def submit(workspace: Workspace, kind: str, params: dict[str, Any]) -> Job:
    """Queue a job; whoever runs jobs for the workspace takes it."""
    raise NotImplementedError


def cancel(workspace: Workspace, job_id: str) -> Job:
    """Ask a job to stop."""
    return workspace.catalogue.request_cancel(job_id)


def resume(workspace: Workspace, job_id: str) -> Job:
    """Queue a stopped job again."""
    return workspace.catalogue.requeue_job(job_id)
