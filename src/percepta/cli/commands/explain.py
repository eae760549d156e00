"""``percepta explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from percepta.cli.commands.options import (
    JsonOption,
    RunArgument,
    SecretOption,
    SeedOption,
    WorkspaceOption,
    open_workspace,
    read_secrets,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(explain)


def explain(
    run: RunArgument,
    samples: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SAMPLE]...",
            help="The sample, such as validation/17; several are set side by side.",
            show_default=False,
        ),
    ] = None,
    row: Annotated[
        list[int] | None,
        typer.Option("--row", help="A sample by its row in the run instead; repeatable."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="RUN",
            help="Set the same sample as another run's version sees it beside it.",
        ),
    ] = None,
    class_: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            "-c",
            metavar="NAME|INDEX",
            help="Explain this class; repeatable. Else the predicted class and the true one.",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            metavar="POSITION",
            help="Explain the classes at this position of the prediction, such as a token's: 5, or 12,40.",
        ),
    ] = None,
    loss: Annotated[
        bool, typer.Option("--loss", help="Explain the loss: what raises it, what lowers it.")
    ] = False,
    target: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="NAME",
            help="Explain a number that the integration names, or the loss of that name; repeatable.",
        ),
    ] = None,
    value: Annotated[
        list[str] | None,
        typer.Option(
            "--value",
            metavar="PLACE",
            help="Explain one value of an output, by its place in a sample, such as 0,4; repeatable.",
        ),
    ] = None,
    prediction: Annotated[
        str | None, typer.Option("--prediction", help="Whose classes, where there are several.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option("--method", help="layer-cam, grad-cam, integrated-gradients, occlusion …"),
    ] = None,
    layer: Annotated[
        list[str] | None,
        typer.Option("--layer", help="A layer to look at; repeatable. Else one of each depth."),
    ] = None,
    signed: Annotated[
        bool, typer.Option("--signed", help="Show also what speaks against the target.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", help="File of the picture; else named by the sample.")
    ] = None,
    channels: Annotated[
        bool,
        typer.Option("--channels", help="Tell the samples that excite the top channels most."),
    ] = False,
    secret: SecretOption = None,
    seed: SeedOption = 0,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Show what the model's answer for a sample rests on: heat maps, and the channels that count."""
    from percepta.cli.explaining import Asking, explain_samples

    asking = Asking(
        tuple(samples or ()),
        tuple(row or ()),
        against,
        tuple(class_ or ()),
        at,
        loss,
        tuple(target or ()),
        tuple(value or ()),
        prediction,
        method,
        tuple(layer) if layer else None,
        signed or None,
        seed,
        channels,
    )
    explain_samples(
        open_workspace(workspace), run, asking, to, secrets=read_secrets(secret), as_json=json
    )
