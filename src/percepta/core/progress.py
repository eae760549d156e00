"""Progress of long work, seen by whoever watches: a terminal, a job row, a test."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What a recipe tells, and asks, while it works."""

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        """Begin a stage of ``total`` units (None: unknown)."""

    def advance(self, count: int = 1) -> None:
        """``count`` more units of the present stage are done."""

    def note(self, message: str) -> None:
        """Tell one line worth keeping in the log."""

    def belongs_to(self, *, run: str, project: str | None = None) -> None:
        """Tell which run (and project) the work is for, once that is known; ids."""

    def check_cancelled(self) -> None:
        """Return quickly, or raise :class:`~percepta.core.errors.JobCancelledError` if asked to stop."""


class Silent:
    """Progress nobody watches."""

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        """Ignore."""

    def advance(self, count: int = 1) -> None:
        """Ignore."""

    def note(self, message: str) -> None:
        """Ignore."""

    def belongs_to(self, *, run: str, project: str | None = None) -> None:
        """Ignore."""

    def check_cancelled(self) -> None:
        """Never cancelled."""
