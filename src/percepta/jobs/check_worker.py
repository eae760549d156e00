"""The process that checks one script: ``python -m percepta.jobs.check_worker DESCRIPTOR REQUEST``.

What the script prints goes to this process's output; progress and the report go to the file descriptor, as
lines of JSON. See :mod:`percepta.jobs.checking`.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from percepta.core.errors import IntegrationError, PerceptaError, Where
from percepta.jobs.checking import CheckRequest
from percepta.jobs.secrets import hidden

_LOOK_EVERY = 1.0


class _Telling:
    """Progress told to the process that asked for the check."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "w", encoding="utf-8")

    def tell(self, **value: Any) -> None:
        """Send one line."""
        self._file.write(json.dumps(value) + "\n")
        self._file.flush()

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        """Tell of a stage."""
        self.tell(stage=name, total=total, unit=unit)

    def advance(self, count: int = 1) -> None:
        """Tell how far it is."""
        self.tell(advance=count)

    def note(self, message: str) -> None:
        """Tell a line."""
        self.tell(note=message)

    def belongs_to(self, *, run: str, project: str | None = None) -> None:
        """Ignore: a check belongs to no run."""

    def check_cancelled(self) -> None:
        """Go on: whoever asked ends this process instead."""


def main(arguments: list[str]) -> int:
    """Check, and send the report."""
    parent = os.getppid()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    faulthandler.enable()  # a crash in native code prints where Python was
    descriptor, text = arguments
    os.set_inheritable(int(descriptor), False)
    request = CheckRequest(**json.loads(text))
    telling = _Telling(int(descriptor))
    with hidden({name: os.environ[name] for name in request.secrets}):
        telling.tell(report=_report(request, telling))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads and exit handlers of the script must not keep a finished check waiting


def _report(request: CheckRequest, telling: _Telling) -> dict[str, Any]:
    from percepta.engine.check import check_script
    from percepta.integration.check_report import CheckReport

    try:
        report = check_script(
            Path(request.script),
            model=None if request.model is None else Path(request.model),
            samples_per_subset=request.samples_per_subset,
            device=request.device,
            trust=request.trust,
            progress=telling,
        )
    except BaseException as error:  # whatever a script does, there is a report
        told = error if isinstance(error, PerceptaError) else _unforeseen(error, request)
        report = CheckReport.of_broken(Path(request.script).stem, request.script, told)
    return report.to_json()


def _unforeseen(error: BaseException, request: CheckRequest) -> PerceptaError:
    """Tell of what the check itself does not catch, e.g. ``sys.exit()`` in one of the functions."""
    from percepta.integration.blame import raised_at, users_traceback

    what = f"{type(error).__name__}: {error}".rstrip(": ")
    told = IntegrationError(
        f"The check was ended by {what}.",
        where=raised_at(error, Where(file=request.script)),
        fix="Raise an ordinary exception for a sample that cannot be read; never end the process.",
    )
    told.traceback = users_traceback(error)
    return told


def _end_with(parent: int) -> None:
    """End this process when the one that asked is gone: nobody would read the report."""
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
