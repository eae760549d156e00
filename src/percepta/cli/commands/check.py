"""``percepta check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from percepta.cli.commands.options import DeviceOption, JsonOption, ModelOption, TrustOption


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(check)


def check(
    script: Annotated[Path, typer.Argument(help="Your integration script.")],
    model: ModelOption = None,
    samples: Annotated[
        int, typer.Option("--samples", help="Samples of each subset to try, spread evenly.")
    ] = 8,
    device: DeviceOption = None,
    trust: TrustOption = False,
    json: JsonOption = False,
) -> None:
    """Try every part of a script on a spread of samples and say what fails and how to mend it."""
    from percepta.cli.report import print_report
    from percepta.engine.check import check_script
    from percepta.terminal import TerminalProgress

    progress = TerminalProgress(quiet=json)
    with progress.shown():
        report = check_script(
            script,
            model=model,
            samples_per_subset=samples,
            device=device,
            trust=trust,
            progress=progress,
        )
    print_report(report, as_json=json)
    if not report.passed:
        raise typer.Exit(1)
