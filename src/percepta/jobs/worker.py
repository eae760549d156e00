"""The process that does one job: ``python -m percepta.jobs.worker WORKSPACE JOB``.

User code and models run here and nowhere else: a crash, a leak or an out-of-memory kill ends the job, and
nothing besides. What the process prints is the job's log.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from percepta.core.errors import PerceptaError
from percepta.jobs.ending import InterruptedJobError, end_job
from percepta.jobs.kinds import kind_named
from percepta.jobs.progress import JobProgress

if TYPE_CHECKING:
    from percepta.storage import Job, Workspace


class _Terminated(BaseException):
    """SIGTERM; no ``except Exception`` in user code may swallow it."""


def work(workspace: Workspace, job: Job) -> bool:
    """Do a job that this process has claimed, and write down how it ended; True if it is done."""
    failure: BaseException | None = None
    try:
        with JobProgress(workspace.catalogue, job.id) as progress:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            kind_named(job.kind).load()(workspace, job, progress)
    except _Terminated:
        failure = InterruptedJobError("The job was asked to end (SIGTERM).", fix="Resume it.")
    except BaseException as error:
        failure = error
        if not isinstance(error, PerceptaError):
            traceback.print_exc()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    end_job(workspace, workspace.catalogue.job(job.id), failure)
    if failure is not None:
        print(f"{type(failure).__name__}: {failure}", file=sys.stderr)
    return failure is None


def main(arguments: list[str]) -> int:
    """Claim the job and do it; 0 also if it has been claimed or cancelled meanwhile."""
    from percepta.storage import Workspace

    root, job_id = arguments
    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Held back until the work has begun: raised while the job is claimed, nobody would write it down.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    workspace = Workspace.open(Path(root))
    job = workspace.catalogue.claim_job(os.getpid(), job_id)
    if job is None:
        return 0
    return 0 if work(workspace, job) else 1


def _terminated(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Terminated


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
