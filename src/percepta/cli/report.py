"""A check's report in the terminal: one table of every part, then what is wrong and how to mend it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from percepta.integration import CheckReport
    from percepta.integration.check_report import CheckedPart, Finding


def print_report(report: CheckReport, *, as_json: bool, tracebacks: bool = False) -> None:
    """Print the report, for people or (``as_json``) as one JSON object."""
    if as_json:
        typer.echo(json.dumps(report.to_json()))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    out = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "part", "name", "gives"):
        table.add_column(title)
    table.add_column("ms/sample", justify="right", no_wrap=True)
    for part in report.parts:
        table.add_row(
            "[green]✓[/green]" if part.passed else "[red]✗[/red]",
            part.kind.replace("_", " "),
            escape(part.name),
            escape(_gives(part)),
            "" if part.ms_per_sample is None else f"{part.ms_per_sample:.3f}",
        )
    out.print(table)
    for part in report.parts:
        for finding in part.findings:
            _print_finding(out, "[red]✗[/red]", finding, tracebacks)
    for warning in report.warnings:
        _print_finding(out, "[yellow]![/yellow]", warning, tracebacks)
    if report.output:
        out.print("[bold]the script printed:[/bold]")
        for line in report.output:
            out.print(f"  {line}", markup=False, soft_wrap=True)
    failed = sum(not part.passed for part in report.parts)
    if failed:
        out.print(f"[bold red]{failed} of {len(report.parts)} parts failed[/bold red]")
    else:
        script = report.path or "SCRIPT"
        out.print(f"[bold green]all {len(report.parts)} parts passed[/bold green]", end="")
        out.print(f"   next: percepta evaluate {escape(script)}")


def _gives(part: CheckedPart) -> str:
    """Return what a part gives: its detail or type and shape, then its range."""
    shape = "" if part.shape is None else " × ".join(map(str, part.shape)) or "scalar"
    what = part.detail or " ".join(text for text in (part.dtype, shape) if text)
    if part.range is None or part.detail:
        return what
    low, high = (f"{end:.4g}" for end in part.range)
    return f"{what}, {low} … {high}"


def _print_finding(out: Console, mark: str, finding: Finding, traceback: bool) -> None:
    from rich.markup import escape

    place = [f"{finding.file}:{finding.line}" if finding.line else finding.file or ""]
    place += [f"in {finding.function}()" if finding.function else ""]
    place += [f"sample {finding.sample}" if finding.sample else ""]
    where = ", ".join(part for part in place if part)
    out.print(
        f"{mark} {escape(finding.message)}" + (f" [dim]({escape(where)})[/dim]" if where else ""),
        soft_wrap=True,
    )
    if finding.fix:
        out.print(f"  [bold]do:[/bold] {escape(finding.fix)}", soft_wrap=True)
    if traceback and finding.traceback:
        for line in finding.traceback.splitlines():
            out.print(f"    {line}", style="dim", markup=False, soft_wrap=True)
