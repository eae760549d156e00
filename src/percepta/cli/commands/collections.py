"""``percepta collections``: kept sets of samples."""

from __future__ import annotations

import json as jsons
from pathlib import Path
from typing import Annotated

import typer

from percepta.cli.commands.options import (
    JsonOption,
    RunOption,
    WorkspaceOption,
    open_workspace,
    read_filter,
)

verbs = typer.Typer(help="Keep sets of samples, and find them in any run.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Name of the collection.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(verbs, name="collections")


@verbs.command("list")
def list_(
    run: RunOption = "latest", workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """List the collections of the run's project."""
    from rich.markup import escape
    from rich.table import Table

    from percepta.cli.evaluation import find_run
    from percepta.terminal import console

    opened = open_workspace(workspace)
    found = opened.catalogue.collections.of_project(find_run(opened, run).project)
    if json:
        typer.echo(jsons.dumps([kept.to_json() for kept in found]))
        return
    if not found:
        console().print("There are no collections here yet. Try: percepta collections add")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("collection", "samples", "run", "description"):
        table.add_column(title, justify="right" if title == "samples" else "left")
    for kept in found:
        shown = (f"{kept.samples:,}", kept.run[:8], escape(kept.description))
        table.add_row(escape(kept.name), *shown)
    console().print(table)


@verbs.command()
def add(
    name: NameArgument,
    where: Annotated[
        str, typer.Option("--where", "--filter", help="E.g. 'loss > 2 and subset = validation'.")
    ],
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    run: RunOption = "latest",
    workspace: WorkspaceOption = None,
) -> None:
    """Keep the samples of a run that match a filter."""
    from percepta.cli.evaluation import find_run
    from percepta.core.filters import Filter
    from percepta.storage.collections import keep_collection
    from percepta.terminal import console

    opened = open_workspace(workspace)
    query = opened.query(find_run(opened, run).id)
    chosen = read_filter(where) or Filter()
    kept = keep_collection(opened.catalogue, query, name, chosen, description)
    console().print(f"{kept.samples:,} samples are kept as {kept.name!r}", markup=False)


@verbs.command()
def export(
    name: NameArgument,
    to: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File: .csv, .json or .parquet; else CSV is printed."),
    ] = None,
    run: RunOption = "latest",
    workspace: WorkspaceOption = None,
) -> None:
    """Write a collection's samples, as they are in a run, to a file."""
    from percepta.cli.exporting import export_collection

    export_collection(open_workspace(workspace), run, name, to)


@verbs.command()
def delete(
    name: NameArgument, run: RunOption = "latest", workspace: WorkspaceOption = None
) -> None:
    """Delete a collection; its samples stay where they are."""
    from percepta.cli.exporting import find_collection
    from percepta.terminal import console

    opened = open_workspace(workspace)
    opened.catalogue.collections.delete(find_collection(opened, run, name).id)
    console().print(f"collection {name!r} is gone", markup=False)
