"""The catalogue (signatures first; being filled in)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from percepta.storage.records import Job, JobLog, JobStatus, Project, RunRecord, RunStatus, Version


class Catalogue:
    """Projects, versions, runs and jobs in one database; safe across processes and threads."""

    # projects, versions, runs
    def projects(self) -> list[Project]: ...
    def project(self, project_id: str) -> Project: ...  # NotFoundError
    def project_named(self, name: str) -> Project: ...  # found or created
    def version_of(self, project_id: str, model_hash: str, code_hash: str, model: dict[str, Any], *, name: str | None = None) -> Version: ...  # found by hashes or created with the next number
    def version(self, version_id: str) -> Version: ...
    def versions(self, project_id: str) -> list[Version]: ...
    def create_run(self, project_id: str, version_id: str, name: str | None = None) -> RunRecord: ...  # status running
    def run(self, run_id: str) -> RunRecord: ...
    def runs(self, project_id: str | None = None, status: RunStatus | None = None) -> list[RunRecord]: ...  # newest first
    def end_run(self, run_id: str, status: RunStatus) -> RunRecord: ...  # failed | interrupted (RunWriter.commit sets complete; resume_run sets running)

    # jobs
    def create_job(self, kind: str, params: dict[str, Any], *, project: str | None = None, run: str | None = None, resumable: bool = False) -> Job: ...  # queued
    def claim_job(self, pid: int, job_id: str | None = None) -> Job | None: ...  # oldest queued (or that one) -> running; None: nothing to claim. Atomic across processes
    def update_job(self, job_id: str, **changes: Any) -> Job: ...  # any of stage done total unit rate eta message project run params resumable pid; sets heartbeat; returns the present row (see .status for cancelling)
    def heartbeat(self, job_id: str) -> Job: ...
    def request_cancel(self, job_id: str) -> Job: ...  # queued -> cancelled, running -> cancelling; finished: ConflictError
    def cancel_requested(self, job_id: str) -> bool: ...
    def finish_job(self, job_id: str, status: JobStatus, *, error: dict[str, Any] | None = None, message: str | None = None) -> Job: ...
    def requeue_job(self, job_id: str) -> Job: ...  # interrupted/failed/cancelled and resumable -> queued; else ConflictError
    def job(self, job_id: str) -> Job: ...
    def jobs(self, *, status: JobStatus | Sequence[JobStatus] | None = None, kind: str | None = None, run: str | None = None, project: str | None = None, limit: int = 200) -> list[Job]: ...  # newest first
    def append_log(self, job_id: str, line: str) -> None: ...
    def log(self, job_id: str, after: int = 0, limit: int = 1000) -> JobLog: ...
    def log_path(self, job_id: str) -> Any: ...  # Path, for redirecting a worker's stdout/stderr
