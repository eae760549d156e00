"""What the command line does with dashboards, and what it tells of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from percepta.core.errors import NotFoundError

if TYPE_CHECKING:
    from percepta.dashboards import Dashboards
    from percepta.storage import Workspace


def dashboards_of(workspace: Workspace, project: str | None) -> Dashboards:
    """Return the dashboards of a project; None: of the one that is there, or was used last.

    Raises:
        NotFoundError: there is no project (of that name).
    """
    from percepta.dashboards import Dashboards

    if project is None:
        projects = workspace.catalogue.projects()
        if not projects:
            raise NotFoundError("There is no project here yet.", fix="Make one: percepta demo.")
        project = projects[0].name
    return Dashboards(project, workspace)


def print_list(workspace: Workspace, project: str | None, *, as_json: bool) -> None:
    """Print the dashboards of one project, or of all."""
    catalogue = workspace.catalogue
    if project is not None:
        dashboards_of(workspace, project)  # raises where there is no such project
    rows = [
        (owner.name, kept)
        for owner in catalogue.projects()
        if project in (None, owner.name)
        for kept in catalogue.dashboards.of_project(owner.id)
    ]
    if as_json:
        listed = [
            {"id": kept.id, "project": owner, "name": kept.name, "revision": kept.revision}
            | {"dashlets": len(kept.document.get("dashlets", []))}
            | {"updated": kept.updated.isoformat()}
            for owner, kept in rows
        ]
        typer.echo(json.dumps(listed))
        return
    from rich.markup import escape
    from rich.table import Table

    from percepta.terminal import console

    if not rows:
        console().print("There are no dashboards here yet. Try: percepta dashboards default latest")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("dashboard", "project", "dashlets", "changed"):
        table.add_column(title, justify="right" if title == "dashlets" else "left")
    for owner, kept in rows:
        changed = kept.updated.astimezone().strftime("%Y-%m-%d %H:%M")
        count = len(kept.document.get("dashlets", []))
        table.add_row(escape(kept.name), escape(owner), str(count), changed)
    console().print(table)


def print_dashboard(boards: Dashboards, name: str, *, as_json: bool) -> None:
    """Print a dashboard: its document, or its dashlets in words."""
    document = boards[name]
    if as_json:
        typer.echo(json.dumps(document))
        return
    from rich.markup import escape
    from rich.table import Table

    from percepta.terminal import console

    out = console()
    out.print(f"[bold]{escape(document['name'])}[/bold]  (project {escape(boards.project)})")
    if document.get("description"):
        out.print(escape(document["description"]), style="dim")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("kind", "title", "shows", "place"):
        table.add_column(title)
    for dashlet in document.get("dashlets", []):
        place = dashlet["place"]
        at = f"{place['x']},{place['y']}  {place['w']}×{place['h']}"
        shows = _shows(dashlet.get("settings", {}))
        table.add_row(dashlet["kind"], escape(dashlet.get("title", "")), escape(shows), at)
    out.print(table)


def write_dashboard(boards: Dashboards, name: str, file: Path | None) -> None:
    """Write a dashboard to a file, or to standard output."""
    from percepta.terminal import console

    if file is None:
        typer.echo(json.dumps(boards[name], indent=2, ensure_ascii=False))
        return
    console().print(f"written: {boards.export(name, file)}", markup=False, soft_wrap=True)


def _shows(settings: dict[str, object]) -> str:
    """Say in a few words what a chart shows: ``average loss by label``."""
    told = []
    for measure in _all(settings, "measures"):
        told.append(
            " ".join(str(part) for part in (measure["aggregate"], measure.get("field")) if part)
        )
    splits = [settings.get(name) for name in ("x", "y", "color", "columns", "rows")]
    fields = [
        str(split.get("field") or split.get("kind")) for split in splits if isinstance(split, dict)
    ]
    by = f" by {', '.join(fields)}" if fields else ""
    if told:
        return ", ".join(told) + by
    named = settings.get("fields")
    return ", ".join(str(name) for name in named) if isinstance(named, list) else ""


def _all(settings: dict[str, object], name: str) -> list[dict[str, object]]:
    found = settings.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
