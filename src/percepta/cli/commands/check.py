"""``percepta check``."""

from __future__ import annotations

from typing import Annotated

import typer

from percepta.cli.commands.options import (
    DeviceOption,
    JsonOption,
    ModelOption,
    ScriptArgument,
    SecretOption,
    TrustOption,
    read_secrets,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(check)


def check(
    script: ScriptArgument = None,
    model: ModelOption = None,
    samples: Annotated[
        int, typer.Option("--samples", help="Samples of each subset to try, spread evenly.")
    ] = 8,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show the way of each mistake through your code.")
    ] = False,
    secret: SecretOption = None,
    device: DeviceOption = None,
    trust: TrustOption = False,
    json: JsonOption = False,
) -> None:
    """Try every part of a script on a spread of samples and say what fails and how to mend it.

    The script runs in a process of its own: whatever it does to it, you are told.
    """
    from percepta.cli.report import print_report
    from percepta.cli.scripts import find_script
    from percepta.jobs.checking import CheckRequest, check_in_worker
    from percepta.jobs.secrets import hidden
    from percepta.terminal import TerminalProgress

    found = find_script(script)
    values = {given.name: given.value for given in read_secrets(secret)}
    request = CheckRequest(
        str(found),
        model=str(model) if model else None,
        samples_per_subset=samples,
        device=device,
        trust=trust,
        secrets=tuple(values),
    )
    with hidden(values):
        progress = TerminalProgress(quiet=json)
        with progress.shown():
            report = check_in_worker(request, progress, values)
        print_report(report, as_json=json, tracebacks=traceback)
    if not report.passed:
        raise typer.Exit(1)
