"""``percepta init``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from percepta.cli.commands.options import JsonOption

if TYPE_CHECKING:
    from percepta.templates import Written


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(init)


def init(
    folder: Annotated[
        Path, typer.Argument(help="Where to write; made if it is not there.", show_default="here")
    ] = Path(),
    task: Annotated[
        str | None,
        typer.Option(
            "--task",
            help="image-classification, segmentation, detection, text, tabular or time-series.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option("--data", help="datasets (PyTorch), folder (of files), csv or numpy (.npz)."),
    ] = None,
    path: Annotated[
        Path | None, typer.Option("--path", help="Your data; else small example data is made.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", "-m", help="Your model file, named in the script.")
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", help="The table's column to predict; else it is guessed."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a script and example data that are there.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Write a first integration script: commented, working, fitted to your data.

    Without options on a terminal it asks.
    """
    from percepta.templates import Choice, write_script

    chosen_task, chosen_data = _chosen(task, data, path)
    choice = Choice(chosen_task, chosen_data, path, model, _size_taken_by(model), label)
    _print(write_script(folder, choice, force=force), folder, as_json=json)


def _chosen(task: str | None, data: str | None, path: Path | None) -> tuple[str, str]:
    """Return task and form of data: as said, as the path shows, or as answered on a terminal."""
    from percepta.core.errors import IntegrationError
    from percepta.templates import DATA, FITTING, TASKS

    asks = sys.stdin.isatty() and sys.stderr.isatty()
    if task is None and not asks:
        raise IntegrationError(
            "It is not said what the model does.",
            fix=f"Say --task with one of: {', '.join(TASKS)}.",
        )
    task = task or _ask("What does your model do?", TASKS)
    if data is None and path is not None:
        data = "folder" if path.is_dir() else "numpy" if path.suffix == ".npz" else "csv"
    if data is None:
        fitting = {name: DATA[name] for name in FITTING.get(task, tuple(DATA))}
        data = _ask("Where is your data?", fitting) if asks else next(iter(fitting))
    return task, data


def _ask(question: str, answers: Mapping[str, str]) -> str:
    names = list(answers)
    typer.echo(question, err=True)
    for number, name in enumerate(names, start=1):
        typer.echo(f"  {number}. {name}: {answers[name]}", err=True)
    while True:
        answer: int = typer.prompt("Number", type=int, default=1, err=True)
        if 1 <= answer <= len(names):
            return names[answer - 1]


def _size_taken_by(model: Path | None) -> int | None:
    """Return the height and width of the pictures that a model file takes, where it says so."""
    if model is None or not model.is_file():
        return None
    from percepta.core.errors import PerceptaError
    from percepta.models.declared import declared_inputs

    try:
        inputs = declared_inputs(model)
    except PerceptaError:  # `percepta check` tells what is wrong with it
        return None
    sizes = inputs[0].shape[1:] if inputs and len(inputs[0].shape) == 4 else ()
    return max((size for size in sizes if size and size > 4), default=None)


def _print(written: Written, folder: Path, *, as_json: bool) -> None:
    import json
    import shlex

    from percepta.terminal import console

    if as_json:
        told = {
            "script": str(written.script),
            "data": str(written.data) if written.data else None,
            "found": list(written.found),
        }
        typer.echo(json.dumps(told))
        return
    out = console()
    for sentence in written.found:
        out.print(sentence, markup=False, soft_wrap=True)
    if written.data is not None:
        out.print(f"made   {written.data}   (64 made-up samples)", markup=False, soft_wrap=True)
    out.print(f"wrote  {written.script}", markup=False, soft_wrap=True)
    where = "" if folder == Path() else f" {shlex.quote(str(folder))}"
    out.print(f"[bold]next:[/bold] percepta check{where}", soft_wrap=True)
