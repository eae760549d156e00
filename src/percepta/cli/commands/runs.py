"""``percepta runs`` and ``percepta verify``."""

from __future__ import annotations

import typer

from percepta.cli.commands.options import JsonOption, RunArgument, WorkspaceOption, open_workspace


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(runs)
    app.command()(verify)


def runs(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the runs of the workspace, newest first."""
    from percepta.cli.summary import print_runs

    print_runs(open_workspace(workspace), as_json=json)


def verify(
    run: RunArgument,
    workspace: WorkspaceOption = None,
) -> None:
    """Read every file of a run and compare it with its checksum."""
    from percepta.cli.evaluation import find_run
    from percepta.terminal import console

    opened = open_workspace(workspace)
    found = find_run(opened, run)
    opened.run(found.id).verify()
    console().print(f"[green]✓[/green] run {found.id}: every file is as it was written")
