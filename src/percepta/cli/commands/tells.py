"""``percepta tells``."""

from __future__ import annotations

from typing import Annotated

import typer

from percepta.cli.commands.options import (
    FilterOption,
    JsonOption,
    RunArgument,
    WorkspaceOption,
    open_workspace,
    read_filter,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(tells)


def tells(
    run: RunArgument = "latest",
    metric: Annotated[
        str | None, typer.Option("--metric", "-m", help="Field to explain; else the loss.")
    ] = None,
    where: FilterOption = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--everything",
            help="Rank predictions, losses and metrics too, which tell by their making.",
        ),
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Rank fields by how much they tell about the loss, or another metric."""
    from percepta.cli.telling import print_tells

    print_tells(
        open_workspace(workspace),
        run,
        metric,
        where=read_filter(where),
        everything=everything,
        as_json=json,
    )
