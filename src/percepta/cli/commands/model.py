"""``percepta model``: looking at a model file by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percepta.cli.commands.options import DeviceOption, JsonOption, TrustOption

if TYPE_CHECKING:
    from percepta.models import Model
    from percepta.models.model import TensorSpec

verbs = typer.Typer(help="Look at a model file by itself.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.add_typer(verbs, name="model")


@verbs.callback()
def _model() -> None:
    """Look at a model file by itself."""


@verbs.command()
def show(
    file: Annotated[Path, typer.Argument(help="A model file: .onnx, .keras, .h5, .pt2, .pt …")],
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="NAME=SHAPE:TYPE",
            help="What an input takes, where the file leaves it open, e.g. ids=1x128:int64; repeatable.",
        ),
    ] = None,
    device: DeviceOption = None,
    trust: TrustOption = False,
    json: JsonOption = False,
) -> None:
    """Show a network: inputs, outputs, layers, parameters, remarks, and how data flows through it.

    It is run once, on made-up samples of the shape that the file declares.
    """
    from percepta.cli.model_report import describe, print_model
    from percepta.models.declared import parse_input
    from percepta.models.remarks import remarks

    specs = [parse_input(text) for text in given or []]
    declared, model = _opened(file, specs, device, trust)
    print_model(describe(file, model, remarks(model, declared)), as_json=json)


def _opened(
    file: Path, specs: Sequence[TensorSpec], device: str | None, trust: bool
) -> tuple[Sequence[TensorSpec], Model]:
    """Open a file on made-up samples; return also what it declares."""
    from percepta.core.errors import ModelError, UntrustedModelError, Where
    from percepta.models import open_model
    from percepta.models.declared import declared_inputs, made_up

    declared = declared_inputs(file, trust) if file.is_file() else ()
    if declared or specs:
        example = made_up(declared, specs, Where(file=str(file)))
        return declared, open_model(file, example=example, trust=trust, device=device)
    try:  # what is wrong with the file itself is told first
        return declared, open_model(file, example={}, trust=trust, device=device)
    except UntrustedModelError:
        raise
    except ModelError as error:
        if "input" not in error.message:
            raise
        made_up(declared, specs, Where(file=str(file)))
        raise
