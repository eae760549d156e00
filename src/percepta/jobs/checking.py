"""Checking a script in a process of its own, so that whatever it does ends there.

A script that raises is told by the check itself. One that calls ``os._exit``, overflows the stack or
crashes in native code takes its process with it: here is who sees that, and still has a report to give, with
the last lines the script printed. The command line and the job kind ``check`` both ask here.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from percepta.core.errors import JobCancelledError, PerceptaError, Where
from percepta.core.secrets import masked
from percepta.jobs import processes
from percepta.jobs.ending import KilledJobError

if TYPE_CHECKING:
    from percepta.core.progress import Progress
    from percepta.integration import CheckReport

WORKER = "percepta.jobs.check_worker"
MOST_LINES = 200
LONGEST_LINE = 2_000
_KEPT = (
    1 << 18
)  # bytes of output kept while it runs; more than the lines above ever need in practice
_LOOK_EVERY = 0.2
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is to be checked, and how.

    Attributes:
        script: path of the script, its folder's ``leap.yaml``, or the folder.
        model: path of a model file; None: the script's own.
        samples_per_subset: samples of each subset to try.
        device: where the model runs; None: the best there is.
        trust: whether a model file may run code when it is opened.
        secrets: names of the environment variables whose values are masked.
    """

    script: str
    model: str | None = None
    samples_per_subset: int = 8
    device: str | None = None
    trust: bool = False
    secrets: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def check_in_worker(
    request: CheckRequest, progress: Progress, environment: Mapping[str, str] | None = None
) -> CheckReport:
    """Check a script in a new process.

    Args:
        request: what to check.
        progress: told of stages and samples; asked whether to stop.
        environment: added to the process's environment: the secrets' values.

    Returns:
        The report; of a script that cannot be loaded, or that ended its process, one that says so.

    Raises:
        JobCancelledError: asked to stop; the process has been ended.
    """
    starved_before = processes.out_of_memory_kills()
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", WORKER, str(writing), json.dumps(request.to_json())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us; we end the worker
            pass_fds=(writing,),
            env={
                **os.environ,
                "OMP_WAIT_POLICY": "PASSIVE",
                "PYTHONUNBUFFERED": "1",
                **(environment or {}),
            },
        )
    finally:
        os.close(writing)
    told = _Told(reading, progress)
    printed = _Printed(process.stdout)
    peak = 0
    try:
        while process.poll() is None:
            peak = max(peak, processes.memory_of(process.pid))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_EVERY)
            progress.check_cancelled()
    except JobCancelledError:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        raise
    finally:
        processes.end_group(process.pid, signal.SIGKILL)  # and what the script has started
        process.wait()
        printed.join()
        told.join()
    if told.report is None:
        starved = processes.out_of_memory_kills() > starved_before
        told.report = _dead(request, told.stage, process.returncode, starved=starved, peak=peak)
    from percepta.integration.check_report import CheckReport

    return CheckReport.from_json(told.report | {"output": printed.lines()})


def _dead(
    request: CheckRequest, stage: str, exit_code: int, *, starved: bool, peak: int
) -> dict[str, Any]:
    """Report a script whose process is gone."""
    from percepta.integration.check_report import CheckReport

    where = Where(file=request.script)
    when = f"at the stage {stage!r}" if stage else "while it was loaded"
    error: PerceptaError
    if exit_code >= 0:
        error = KilledJobError(
            f"The script ended its process with exit code {exit_code} {when}.",
            where=where,
            fix="Raise an exception instead of calling os._exit; see what it printed last, below.",
        )
    else:
        cause = processes.cause_of_death(exit_code, starved=starved, peak=peak)
        error = KilledJobError(
            cause.message.replace("The worker", f"The script's process, {when},"),
            where=where,
            fix="What it printed last is below; a library or a custom operator is the usual cause.",
        )
    return CheckReport.of_broken(Path(request.script).stem, request.script, error).to_json()


class _Told(threading.Thread):
    """Reads what the worker tells of its progress, line by line, and at last its report."""

    def __init__(self, descriptor: int, progress: Progress) -> None:
        super().__init__(name="check progress", daemon=True)
        self._descriptor = descriptor
        self._progress = progress
        self.stage = ""
        self.report: dict[str, Any] | None = None
        self.start()

    def run(self) -> None:
        """Read until the worker and all it has started are gone."""
        with os.fdopen(self._descriptor, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                with contextlib.suppress(ValueError):  # the script's own writing to our pipe
                    self._take(json.loads(line))

    def _take(self, told: dict[str, Any]) -> None:
        if "stage" in told:
            self.stage = told["stage"]
            self._progress.stage(told["stage"], told["total"], told["unit"])
        elif "advance" in told:
            self._progress.advance(told["advance"])
        elif "note" in told:
            self._progress.note(told["note"])
        elif "report" in told:
            self.report = told["report"]


class _Printed(threading.Thread):
    """Reads what the worker prints, and keeps the end of it."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        super().__init__(name="check output", daemon=True)
        assert stream is not None  # noqa: S101 - asked for by stdout=PIPE
        self._stream = stream
        self._end = b""
        self.start()

    def run(self) -> None:
        """Read until nobody writes any more."""
        with self._stream as stream:
            while chunk := stream.read1(_KEPT):  # type: ignore[attr-defined]
                self._end = (self._end + chunk)[-_KEPT:]

    def lines(self) -> list[str]:
        """Return the last lines, secrets masked; of a long line its beginning."""
        text = masked(self._end.decode("utf-8", "replace"))
        return [line[:LONGEST_LINE] for line in text.splitlines()[-MOST_LINES:]]
