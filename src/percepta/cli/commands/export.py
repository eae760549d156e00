"""``percepta export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from percepta.cli.commands.options import (
    FilterOption,
    RunArgument,
    WorkspaceOption,
    open_workspace,
    read_filter,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(export)


def export(
    run: RunArgument = "latest",
    to: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File: .csv, .json or .parquet; else CSV is printed."),
    ] = None,
    where: FilterOption = None,
    field: Annotated[
        list[str] | None, typer.Option("--field", help="Only this field; repeatable.")
    ] = None,
    order_by: Annotated[
        str | None, typer.Option("--order-by", help="Field to sort by; else by row.")
    ] = None,
    descending: Annotated[bool, typer.Option("--descending", help="Largest first.")] = False,
    map_id: Annotated[
        str | None, typer.Option("--map", help="Map whose clusters count; else the newest.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write samples with their fields to a file: subset and id first, then a column a field."""
    from percepta.cli.exporting import export_samples

    export_samples(
        open_workspace(workspace),
        run,
        to,
        where=read_filter(where),
        fields=field or None,
        order_by=order_by,
        descending=descending,
        map_id=map_id,
    )
