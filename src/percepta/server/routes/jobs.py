"""Jobs: list, look, log, cancel, resume."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from percepta.jobs import submission
from percepta.server.routes.parameters import Id
from percepta.server.schema.jobs import Job, JobLog, JobStatus
from percepta.server.services import Serving
from percepta.server.views import job_view

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get("", operation_id="list_jobs")
def list_jobs(
    services: Serving,
    run: Annotated[str | None, Query(max_length=64)] = None,
    project: Annotated[str | None, Query(max_length=64)] = None,
    status: JobStatus | None = None,
) -> list[Job]:
    """List the newest 200 jobs, newest first."""
    from percepta.storage import JobStatus as Status

    wanted = Status(status) if status is not None else None
    jobs = services.catalogue.jobs(status=wanted, run=run, project=project)
    return [job_view(job) for job in jobs]


@router.get("/{job}", operation_id="get_job")
def get_job(job: Id, services: Serving) -> Job:
    """Return one job."""
    return job_view(services.catalogue.job(job))


@router.get("/{job}/log", operation_id="get_job_log")
def get_job_log(
    job: Id, services: Serving, after: Annotated[int, Query(ge=0, lt=2**63)] = 0
) -> JobLog:
    """Return a part of a job's log; give ``next`` as ``after`` to read on."""
    services.catalogue.job(job)
    return JobLog.model_validate(services.catalogue.log(job, after).to_json())


@router.post("/{job}/cancel", operation_id="cancel_job")
def cancel_job(job: Id, services: Serving) -> Job:
    """Ask a job to stop; what it has committed stays."""
    return job_view(submission.cancel(services.workspace, job))


@router.post("/{job}/resume", operation_id="resume_job")
def resume_job(job: Id, services: Serving) -> Job:
    """Let a job that stopped go on from where it was."""
    return job_view(submission.resume(services.workspace, job))
