"""Worker processes seen from outside: are they alive, how did they die, how are they ended."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from percepta.core.errors import PerceptaError
from percepta.jobs.ending import KilledJobError, OutOfMemoryError

if TYPE_CHECKING:
    from percepta.storage import Job

WORKER_MODULE = "percepta.jobs.worker"
CLOCK_TOLERANCE = 5.0
WORTH_TELLING = 2**27  # bytes


def is_alive(job: Job) -> bool:
    """Whether the process that began a job is still there (and its pid not used by another)."""
    if job.pid is None:
        return False
    try:
        process = psutil.Process(job.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        begun = job.started.timestamp() if job.started is not None else None
        return begun is None or process.create_time() <= begun + CLOCK_TOLERANCE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def is_worker(job: Job) -> bool:
    """Whether a job's process is one of ours, made for that job, and may be ended."""
    if job.pid is None:
        return False
    try:
        command = psutil.Process(job.pid).cmdline()
    except psutil.Error:
        return False
    return WORKER_MODULE in command and job.id in command


def end_group(pid: int, how: signal.Signals) -> None:
    """Send a signal to a worker and the processes it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, how)


def memory_of(pid: int) -> int:
    """Bytes of memory a process uses now; 0 if it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def out_of_memory_kills() -> int:
    """How often this machine or container has ended a process for lack of memory; 0 if unknown."""
    count = 0
    for path, name in (
        ("/proc/vmstat", "oom_kill"),
        ("/sys/fs/cgroup/memory.events", "oom_kill"),
        ("/sys/fs/cgroup/memory/memory.oom_control", "oom_kill"),
    ):
        with contextlib.suppress(OSError, ValueError):
            for line in Path(path).read_text().splitlines():
                key, _, value = line.partition(" ")
                if key == name:
                    count += int(value)
    return count


def cause_of_death(exit_code: int, *, starved: bool, peak: int) -> PerceptaError:
    """Name what ended a worker that could not say so itself.

    Args:
        exit_code: as :class:`subprocess.Popen` gives it, negative for signals.
        starved: whether something was ended for lack of memory meanwhile.
        peak: the most memory the worker was seen to use, bytes.
    """
    used = f" It had used up to {peak / 2**30:.1f} GiB." if peak >= WORTH_TELLING else ""
    if exit_code >= 0:
        return KilledJobError(
            f"The worker ended with exit code {exit_code} before the job was done.",
            fix="The job's log shows what it said last.",
        )
    name = signal.Signals(-exit_code).name
    if -exit_code == signal.SIGKILL and starved:
        return OutOfMemoryError(
            f"The worker was killed (SIGKILL) because the machine ran out of memory.{used}",
            fix="Use a smaller batch size, or free memory, and resume the job.",
        )
    if -exit_code == signal.SIGKILL:
        return KilledJobError(
            f"The worker was killed (SIGKILL), most often a sign of too little memory.{used}",
            fix="Use a smaller batch size if memory was short; resume the job.",
        )
    if -exit_code in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT):
        return KilledJobError(
            f"The worker crashed in native code ({name}).{used}",
            fix="The job's log shows where; a library or a custom operator is the usual cause.",
        )
    return KilledJobError(f"The worker was ended by a signal ({name}).", fix="Resume the job.")
