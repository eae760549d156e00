"""How jobs end: what is told of the error, and what becomes of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from percepta.core.errors import JobCancelledError, PerceptaError

if TYPE_CHECKING:
    from percepta.storage import Job, JobStatus, Workspace


class InterruptedJobError(PerceptaError):
    """A job was stopped from outside; what it had committed stays."""

    code = "interrupted"


class KilledJobError(PerceptaError):
    """A job's process was killed or died."""

    code = "killed"


class OutOfMemoryError(PerceptaError):
    """A job needed more memory than there was."""

    code = "out_of_memory"


def end_job(workspace: Workspace, job: Job, error: BaseException | None) -> Job:
    """Write down how a job ended, and do not leave its run looking alive.

    A job that has ended already stays as it is.
    """
    from percepta.storage import RunStatus

    if (
        error is not None and job.run is not None
    ):  # before the job: who sees that end looks here next
        record = workspace.catalogue.run(job.run)
        if record.status is RunStatus.RUNNING:
            ended = RunStatus.INTERRUPTED if job.resumable else RunStatus.FAILED
            workspace.catalogue.end_run(record.id, ended)
    return workspace.catalogue.finish_job(
        job.id,
        _status_after(job, error),
        error=None if error is None else describe(error),
        message=None if error is None else describe(error)["message"],
    )


def describe(error: BaseException) -> dict[str, Any]:
    """Return an error in the one JSON shape."""
    if isinstance(error, PerceptaError):
        return error.to_json()
    if isinstance(error, MemoryError):
        return OutOfMemoryError(
            "The job needed more memory than there was.", fix="Use a smaller batch size."
        ).to_json()
    if isinstance(error, KeyboardInterrupt):
        return InterruptedJobError("The job was stopped from the keyboard.").to_json()
    if isinstance(error, SystemExit):
        return PerceptaError("The script ended the process itself (SystemExit).").to_json()
    return PerceptaError(
        f"{type(error).__name__}: {error}", fix="The job's log shows the details."
    ).to_json()


def _status_after(job: Job, error: BaseException | None) -> JobStatus:
    from percepta.storage import JobStatus

    if error is None:
        return JobStatus.COMPLETE
    if isinstance(error, JobCancelledError) or job.status is JobStatus.CANCELLING:
        return JobStatus.CANCELLED
    stopped = isinstance(error, InterruptedJobError | KilledJobError | KeyboardInterrupt)
    return JobStatus.INTERRUPTED if stopped and job.resumable else JobStatus.FAILED
