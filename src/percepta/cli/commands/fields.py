"""``percepta fields``: the fields of a run, and those made of others by an expression."""

from __future__ import annotations

import json as jsons
from typing import Annotated

import typer

from percepta.cli.commands.options import JsonOption, RunOption, WorkspaceOption, open_workspace
from percepta.core.errors import ExpressionError, NotFoundError

verbs = typer.Typer(
    help="List the fields of a run, and make fields of others.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(verbs, name="fields")


@verbs.command("list")
def list_(
    run: RunOption = "latest", workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """List the fields of a run, with the derived ones."""
    from rich.markup import escape
    from rich.table import Table

    from percepta.cli.evaluation import find_run
    from percepta.terminal import console

    opened = open_workspace(workspace)
    fields = opened.query(find_run(opened, run).id).fields()
    if json:
        typer.echo(jsons.dumps([field.to_json() for field in fields]))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("field", "type", "group", "made by"):
        table.add_column(title)
    for field in fields:
        table.add_row(escape(field.name), field.type, field.group, escape(field.expression or ""))
    console().print(table)


@verbs.command()
def add(
    name: Annotated[str, typer.Argument(help="Name of the new field.")],
    expression: Annotated[str, typer.Argument(help="""E.g. 'if(loss > 2, "hard", "easy")'.""")],
    description: Annotated[str, typer.Option("--description", help="What it means.")] = "",
    run: RunOption = "latest",
    workspace: WorkspaceOption = None,
) -> None:
    """Make a field of others, for all runs of the run's project."""
    from percepta.cli.evaluation import find_run
    from percepta.storage.derived import create_derived_field
    from percepta.terminal import console

    opened = open_workspace(workspace)
    project = find_run(opened, run).project
    try:
        create_derived_field(opened, project, name.strip(), expression.strip(), description)
    except ExpressionError as error:
        if expression.isprintable():
            console().print(expression.strip(), markup=False, soft_wrap=True)
            console().print(" " * error.at + "^", style="red")
        raise
    console().print(f"field {name.strip()!r} is there", markup=False)


@verbs.command()
def delete(
    name: Annotated[str, typer.Argument(help="Name of the derived field.")],
    run: RunOption = "latest",
    workspace: WorkspaceOption = None,
) -> None:
    """Delete a derived field of the run's project."""
    from percepta.cli.evaluation import find_run
    from percepta.terminal import console

    opened = open_workspace(workspace)
    derived = opened.catalogue.derived_fields
    known = {field.name: field for field in derived.of_project(find_run(opened, run).project)}
    if name not in known:
        raise NotFoundError(
            f"The project has no derived field {name!r}.",
            fix=f"It has: {', '.join(known) or 'none'}.",
        )
    derived.delete(known[name].id)
    console().print(f"field {name!r} is gone", markup=False)
