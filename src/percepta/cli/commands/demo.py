"""``percepta demo``."""

from __future__ import annotations

from typing import Annotated

import typer

from percepta.cli.commands.options import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    HostOption,
    JsonOption,
    NoBrowserOption,
    PortOption,
    WorkspaceOption,
    open_workspace,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(demo)


def demo(
    name: Annotated[str, typer.Argument(help="digits (seconds) or mnist (minutes).")] = "digits",
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Open the page after.")] = True,
    host: HostOption = DEFAULT_HOST,
    port: PortOption = DEFAULT_PORT,
    no_browser: NoBrowserOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Train a small network on real digits, evaluate it, and open its map."""
    from percepta.cli.evaluation import run_evaluation
    from percepta.cli.summary import print_summary
    from percepta.demos import find_demo, train_demo
    from percepta.terminal import TerminalProgress, console

    chosen = find_demo(name)
    opened = open_workspace(workspace)
    progress = TerminalProgress(quiet=json)
    with progress.shown():
        trained = train_demo(chosen, progress)
    if not json:
        console().print(
            f"trained on {trained.training_samples:,} digits; reads "
            f"{trained.validation_accuracy:.1%} of {trained.validation_samples:,} new ones right"
        )
    result = run_evaluation(opened, chosen.script, project=chosen.title, quiet=json)
    accuracy = {"validation_accuracy": trained.validation_accuracy}
    print_summary(result, as_json=json, workspace=workspace, extra=accuracy)
    if serve:
        from percepta.server import serve as start

        start(
            opened,
            host=host,
            port=port,
            open_browser=not no_browser,
            fragment=result.page,
        )
