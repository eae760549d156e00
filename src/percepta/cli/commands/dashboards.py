"""``percepta dashboards``: list, look at, export, import, copy, rename, delete; make the default one."""

from __future__ import annotations

import json as jsons
from pathlib import Path
from typing import Annotated

import typer

from percepta.cli.commands.options import JsonOption, RunArgument, WorkspaceOption, open_workspace

verbs = typer.Typer(help="Keep the dashboards of a project.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of the dashboard.")]
ProjectOption = Annotated[
    str | None, typer.Option("--project", "-p", help="Name of the project; else the newest.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(verbs, name="dashboards")


@verbs.command("list")
def list_(
    project: Annotated[
        str | None, typer.Option("--project", "-p", help="Name of the project; else all.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """List the dashboards."""
    from percepta.cli.dashboards import print_list

    print_list(open_workspace(workspace), project, as_json=json)


@verbs.command()
def show(
    name: NameArgument,
    project: ProjectOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a dashboard holds."""
    from percepta.cli.dashboards import dashboards_of, print_dashboard

    print_dashboard(dashboards_of(open_workspace(workspace), project), name, as_json=json)


@verbs.command()
def export(
    name: NameArgument,
    file: Annotated[
        Path | None, typer.Option("--output", "-o", help="JSON file; else standard output.")
    ] = None,
    project: ProjectOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a dashboard to a JSON file."""
    from percepta.cli.dashboards import dashboards_of, write_dashboard

    write_dashboard(dashboards_of(open_workspace(workspace), project), name, file)


@verbs.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="JSON file that was exported.")],
    name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    project: ProjectOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep the dashboard of a file; a name that is taken gets a number."""
    from percepta.cli.dashboards import dashboards_of

    boards = dashboards_of(open_workspace(workspace), project)
    _told(boards.load(file, name), boards.project, as_json=json)


@verbs.command()
def copy(
    name: NameArgument,
    new: Annotated[str | None, typer.Argument(help="Name of the copy; else with a number.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Project that the copy goes to.")] = None,
    project: ProjectOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Copy a dashboard, also to another project."""
    from percepta.cli.dashboards import dashboards_of

    opened = open_workspace(workspace)
    boards = dashboards_of(opened, project)
    target = boards if to is None else dashboards_of(opened, to)
    _told(target.add(boards[name], new), target.project, as_json=json)


@verbs.command()
def rename(
    name: NameArgument,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    project: ProjectOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Give a dashboard another name."""
    from percepta.cli.dashboards import dashboards_of

    boards = dashboards_of(open_workspace(workspace), project)
    _told(boards.rename(name, new), boards.project, as_json=json)


@verbs.command()
def delete(
    name: NameArgument, project: ProjectOption = None, workspace: WorkspaceOption = None
) -> None:
    """Delete a dashboard."""
    from percepta.cli.dashboards import dashboards_of
    from percepta.terminal import console

    boards = dashboards_of(open_workspace(workspace), project)
    boards.delete(name)
    console().print(f"dashboard {name!r} is gone from {boards.project!r}", markup=False)


@verbs.command()
def default(
    run: RunArgument = "latest", workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Make a dashboard from the fields that a run has."""
    from percepta.cli.dashboards import dashboards_of
    from percepta.cli.evaluation import find_run

    opened = open_workspace(workspace)
    record = find_run(opened, run)
    boards = dashboards_of(opened, opened.catalogue.project(record.project).name)
    _told(boards.make_default(record.id), boards.project, as_json=json)


def _told(name: str, project: str, *, as_json: bool) -> None:
    """Say where a dashboard is kept now."""
    from percepta.terminal import console

    if as_json:
        typer.echo(jsons.dumps({"name": name, "project": project}))
        return
    console().print(f"dashboard {name!r} is in {project!r}", markup=False)
