"""``percepta similar``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from percepta.cli.commands.options import (
    FilterOption,
    JsonOption,
    RunArgument,
    SecretOption,
    WorkspaceOption,
    open_workspace,
    read_filter,
    read_secrets,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(similar)


def similar(
    run: RunArgument,
    samples: Annotated[
        list[str] | None,
        typer.Argument(help="Samples, such as validation/17; several are one direction."),
    ] = None,
    row: Annotated[
        list[int] | None, typer.Option("--row", help="A sample by its row instead; repeatable.")
    ] = None,
    input: Annotated[
        Path | None,
        typer.Option("--input", help="A file that is no sample, such as photo.jpg, instead."),
    ] = None,
    space: Annotated[
        str | None, typer.Option("--space", help="Latent space; else the run's first.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many.", min=1)] = 20,
    where: FilterOption = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Write their thumbnails as one picture.")
    ] = None,
    channels: Annotated[
        bool,
        typer.Option("--channels", help="Tell the channels they share; runs the model over them."),
    ] = False,
    secret: SecretOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Find the samples that the model perceives as it does some others, and what they share."""
    from percepta.cli.similars import find_similars

    find_similars(
        open_workspace(workspace),
        run,
        tuple(samples or ()),
        tuple(row or ()),
        input,
        space=space,
        limit=limit,
        where=read_filter(where),
        to=to,
        channels=channels,
        secrets=read_secrets(secret),
        as_json=json,
    )
