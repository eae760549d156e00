"""What the terminal shows: progress of long work, errors in two lines, and how Ctrl-C is taken."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from percepta.core.errors import JobCancelledError, PerceptaError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import Task, TaskID


def console() -> Console:
    """Return the console for people: the error stream, so that ``--json`` output stays clean."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def print_error(error: PerceptaError) -> None:
    """Print what was wrong and where on one line, and what to do on the next."""
    from rich.markup import escape

    out = console()
    if isinstance(error, JobCancelledError):  # asked for, so no error
        out.print(f"[yellow]{escape(error.message)}[/yellow]", soft_wrap=True)
        if error.fix:
            out.print(escape(error.fix), soft_wrap=True)
        return
    place = str(error.where)
    where = f" [dim]({escape(place)})[/dim]" if place else ""
    out.print(f"[bold red]error:[/bold red] {escape(error.message)}{where}", soft_wrap=True)
    if error.fix:
        out.print(f"[bold]do:[/bold] {escape(error.fix)}", soft_wrap=True)


class TerminalProgress:
    """Progress as one line a stage: a bar, the rate, the time left.

    Ctrl-C asks the work to stop at the next safe point; a second Ctrl-C stops at once.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._stopping = False

    @contextmanager
    def shown(self) -> Iterator[TerminalProgress]:
        """Show progress and take Ctrl-C for the time of the block."""
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
        from rich.text import Text

        class Told(TextColumn):
            """How far a stage is, in words."""

            def render(self, task: Task) -> Text:
                return Text(_told(task), style="dim" if task.finished else "")

        self._bars = Progress(
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            Told(""),
            console=console(),
            disable=self._quiet,
        )
        previous = signal.getsignal(signal.SIGINT)
        signal.signal(signal.SIGINT, self._interrupt)
        try:
            with self._bars:
                yield self
                self._finish()
        finally:
            signal.signal(signal.SIGINT, previous)

    def stage(self, name: str, total: int | None = None, unit: str = "samples") -> None:
        """Finish the line of the stage before and begin a new one."""
        if self._bars is not None:
            self._finish()
            self._task = self._bars.add_task(name, total=total, unit=unit, unknown=total is None)

    def advance(self, count: int = 1) -> None:
        """Move the bar."""
        if self._bars is not None and self._task is not None:
            self._bars.advance(self._task, count)

    def note(self, message: str) -> None:
        """Print a line above the bars."""
        from rich.markup import escape

        if self._bars is not None and not self._quiet:
            self._bars.console.print(f"[dim]{escape(message)}[/dim]")

    def belongs_to(self, *, run: str, project: str | None = None) -> None:
        """Ignore: the summary names the run."""

    def check_cancelled(self) -> None:
        """Raise if Ctrl-C was pressed."""
        if self._stopping:
            raise JobCancelledError("Stopped from the keyboard.")

    def _finish(self) -> None:
        if self._bars is not None and self._task is not None:
            task = next(task for task in self._bars.tasks if task.id == self._task)
            total = task.total if task.total is not None else max(task.completed, 1)
            self._bars.update(self._task, total=total, completed=total)

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        if self._stopping:
            sys.exit(130)
        self._stopping = True
        console().print("[yellow]stopping after this batch; Ctrl-C again to stop at once[/yellow]")


def _told(task: Task) -> str:
    """Return ``640 of 3,000 samples, 131/s, about 18 s left``; once finished, what it took."""
    unit = task.fields["unit"]
    if task.finished:
        count = "" if task.fields["unknown"] else f"{task.completed:,.0f} {unit}, "
        return f"{count}{_duration(task.finished_time or 0.0)}"
    if task.total is None:
        return _duration(task.elapsed or 0.0)
    parts = [f"{task.completed:,.0f} of {task.total:,.0f} {unit}"]
    if task.speed:
        parts.append(f"{task.speed:,.0f}/s")
    if task.time_remaining:
        parts.append(f"about {_duration(task.time_remaining)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "< 1 s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
