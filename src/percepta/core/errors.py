"""Errors for the person who reads them: what was wrong, where, and what to do.

One hierarchy for the whole system. The command line prints one as two lines (a traceback only with
``--debug``); the server sends one as ``{"error": {"code", "message", "where", "fix"}}``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from percepta.core.secrets import masked


@dataclass(frozen=True, slots=True)
class Where:
    """The place an error points at; every part is optional.

    Attributes:
        file: path of the user's file, as the user gave it.
        line: 1-based line in that file.
        function: name of the user's function.
        subset: subset of the sample.
        sample_id: id of the sample, as text.
    """

    file: str | None = None
    line: int | None = None
    function: str | None = None
    subset: str | None = None
    sample_id: str | None = None

    def __str__(self) -> str:
        """Render as ``script.py:12, in image(), sample training/17``; empty if nothing is known."""
        parts = []
        if self.file is not None:
            parts.append(self.file if self.line is None else f"{self.file}:{self.line}")
        if self.function is not None:
            parts.append(f"in {self.function}()")
        if self.sample_id is not None:
            owner = f"{self.subset}/" if self.subset is not None else ""
            parts.append(f"sample {owner}{self.sample_id}")
        elif self.subset is not None:
            parts.append(f"subset {self.subset}")
        return ", ".join(parts)


class PerceptaError(Exception):
    """Base of every error percepta raises on purpose.

    Secrets given to this process are masked in both sentences (:mod:`percepta.core.secrets`).

    Args:
        message: what was wrong, one sentence.
        where: the place it points at.
        fix: what the user can do, one sentence.

    Attributes:
        traceback: how the user's own code came there, as Python shows it; None: not known.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 400

    def __init__(self, message: str, *, where: Where | None = None, fix: str | None = None) -> None:
        self.message = masked(message)
        super().__init__(self.message)
        self.where = where or Where()
        self.fix = None if fix is None else masked(fix)
        self.traceback: str | None = None

    def __str__(self) -> str:
        """Render as one line: message, place, fix."""
        place = str(self.where)
        text = f"{self.message} ({place})" if place else self.message
        return f"{text} {self.fix}" if self.fix else text

    def __reduce__(self) -> tuple[object, ...]:
        """Let errors cross process boundaries with their place and fix."""
        state = {"traceback": self.traceback}
        return (_rebuild, (type(self), self.message, self.where, self.fix), state)

    def to_json(self) -> dict[str, str | None]:
        """Return the one error shape used over HTTP and by ``--json``."""
        return {
            "code": self.code,
            "message": self.message,
            "where": str(self.where) or None,
            "fix": self.fix,
        }


def _rebuild(
    kind: type[PerceptaError], message: str, where: Where, fix: str | None
) -> PerceptaError:
    return kind(message, where=where, fix=fix)


class IntegrationError(PerceptaError):
    """The integration script (or the objects given to ``evaluate``) is wrong."""

    code = "integration"


class SampleError(PerceptaError):
    """One sample could not be read, run or measured; it costs that sample only."""

    code = "sample"


class ModelError(PerceptaError):
    """A model could not be opened or run."""

    code = "model"


class ModelMemoryError(ModelError):
    """There was not enough memory to run a batch; a smaller one may fit."""

    code = "model_memory"


class UntrustedModelError(ModelError):
    """A model file would run code when opened, and was not trusted."""

    code = "untrusted_model"


class VisualError(PerceptaError):
    """A visual payload was built from values that do not fit it."""

    code = "visual"


class FilterError(PerceptaError):
    """A filter is malformed or names a field the run does not have."""

    code = "filter"


class DashboardError(PerceptaError):
    """A dashboard's document is malformed, or made by a newer percepta."""

    code = "dashboard"


class ChartError(PerceptaError):
    """A question of a chart is malformed, or does not fit the fields of the run."""

    code = "chart"


class ExpressionError(PerceptaError):
    """An expression of a derived field cannot be read, or does not fit the fields of the run.

    Args:
        message: what was wrong.
        at: where in the expression, counted in characters from 0.
        fix: what to do.
    """

    code = "expression"

    def __init__(self, message: str, at: int = 0, *, fix: str | None = None) -> None:
        super().__init__(message, fix=fix)
        self.at = at

    def __reduce__(self) -> tuple[object, ...]:
        """Let errors cross process boundaries with their place."""
        return (type(self), (self.message, self.at), {"fix": self.fix})


class CollectionError(PerceptaError):
    """A set of samples cannot be kept, or be found in a run."""

    code = "collection"


class TargetError(PerceptaError):
    """What is to be explained is not there, or cannot be explained so."""

    code = "target"


class FileError(PerceptaError):
    """A file that was given cannot become inputs of the model."""

    code = "file"


class NotFoundError(PerceptaError):
    """A project, run, map, sample, job or field does not exist."""

    code = "not_found"
    http_status = 404


class ConflictError(PerceptaError):
    """The request does not fit the present state, e.g. cancelling a finished job."""

    code = "conflict"
    http_status = 409


class DataUnavailableError(PerceptaError):
    """Data for a demo is neither here nor can be downloaded."""

    code = "data_unavailable"


class StorageError(PerceptaError):
    """The workspace could not be read or written."""

    code = "storage"
    http_status = 500


class WorkspaceError(StorageError):
    """The workspace cannot be used: not writable, or made by a newer percepta."""

    code = "workspace"


class DiskFullError(StorageError):
    """The disk is full; what was committed is untouched."""

    code = "disk_full"
    http_status = 507


class CorruptRunError(StorageError):
    """A file of a run does not match its checksum or cannot be decoded."""

    code = "corrupt_run"


class JobCancelledError(PerceptaError):
    """A job was asked to stop; what it had committed stays."""

    code = "cancelled"
    http_status = 409


class ServerError(PerceptaError):
    """The server cannot start as asked, e.g. the port is in use."""

    code = "server"
