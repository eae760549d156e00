"""What the command line tells of runs and maps: a few lines for people, JSON for scripts."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from percepta.cli.evaluation import Evaluated
    from percepta.storage import Job, MapInfo, Workspace


def print_summary(
    result: Evaluated,
    *,
    as_json: bool,
    workspace: Path | None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Print how an evaluation went: samples, means by subset, clusters, worst samples.

    Args:
        result: what the evaluation made.
        as_json: as one JSON object.
        workspace: the folder that was named on the command line, so that it is served too.
        extra: what the JSON has besides.
    """
    if as_json:
        typer.echo(json.dumps(result.to_json() | dict(extra or {})))
        return
    from rich.markup import escape
    from rich.table import Table

    from percepta.terminal import console

    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"run {result.run_id[:8]}")
    subsets = list(result.subsets)
    for subset in subsets:
        table.add_column(subset, justify="right")
    table.add_row("samples", *(f"{result.subsets[subset]:,}" for subset in subsets))
    for name, means in result.metrics.items():
        table.add_row(escape(name), *(_number(means.get(subset)) for subset in subsets))
    out.print(table)
    for note in result.notes:
        out.print(f"[yellow]note:[/yellow] {escape(note)}", soft_wrap=True)
    if result.training:
        out.print("training curves: " + ", ".join(result.training), style="dim", markup=False)
    if result.map is not None:
        print_map(result.map, as_json=False)
    if result.worst:
        out.print("highest loss: " + ", ".join(result.worst), style="dim", markup=False)
    project = escape(repr(result.project))
    serve = "percepta serve" + (f" -w {shlex.quote(str(workspace))}" if workspace else "")
    out.print(f"[bold]look at it:[/bold] {escape(serve)}   (project {project})", soft_wrap=True)


def print_map(made: MapInfo, *, as_json: bool) -> None:
    """Print a map's figures and its clusters."""
    if as_json:
        typer.echo(json.dumps(made.to_json()))
        return
    from percepta.terminal import console

    out = console()
    clusters = [cluster for cluster in made.clusters if cluster.parent is None]
    trust = "" if made.trustworthiness is None else f", trustworthiness {made.trustworthiness:.3f}"
    out.print(f"map of {made.space} ({made.algorithm}): {made.n:,} samples{trust}", markup=False)
    names = "; ".join(_cluster(c) for c in clusters[:12])
    out.print(f"{len(clusters)} clusters: {names}", style="dim", markup=False)


def print_runs(workspace: Workspace, *, as_json: bool) -> None:
    """Print all runs, newest first."""
    catalogue = workspace.catalogue
    projects = {project.id: project.name for project in catalogue.projects()}
    found = catalogue.runs()
    if as_json:
        typer.echo(
            json.dumps([run.to_json() | {"project": projects[run.project]} for run in found])
        )
        return
    from rich.markup import escape
    from rich.table import Table

    from percepta.terminal import console

    if not found:
        console().print("There are no runs here yet. Try: percepta demo")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("run", "project", "status", "samples", "begun"):
        table.add_column(title, justify="right" if title == "samples" else "left")
    for run in found:
        begun = run.created.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(
            run.id[:8], escape(projects[run.project]), run.status, f"{run.samples:,}", begun
        )
    console().print(table)


def print_jobs(workspace: Workspace, *, as_json: bool) -> None:
    """Print the jobs, newest first, with how far they are or how they ended."""
    found = workspace.catalogue.jobs()
    if as_json:
        typer.echo(json.dumps([job.to_json() for job in found]))
        return
    from rich.markup import escape
    from rich.table import Table

    from percepta.terminal import console

    if not found:
        console().print("There are no jobs here yet. Try: percepta demo")
        return
    projects = {project.id: project.name for project in workspace.catalogue.projects()}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("job", "kind", "project", "status", "begun", "progress"):
        table.add_column(title, no_wrap=title in ("job", "status"))
    for job in found:
        begun = job.created.astimezone().strftime("%m-%d %H:%M")
        project = projects.get(job.project or "", "")
        told = (job.id[:8], job.kind, escape(project), job.status, begun, escape(_progress(job)))
        table.add_row(*told)
    console().print(table)


def _progress(job: Job) -> str:
    if job.status.finished:
        return str(job.error["message"]) if job.error else job.message
    if job.total is None:
        return job.stage
    return f"{job.stage}: {job.done:,} of {job.total:,} {job.unit}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _cluster(cluster: Any) -> str:
    return f"{cluster.name} ({cluster.size:,})"
