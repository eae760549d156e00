"""The ``percepta`` command."""

from __future__ import annotations

import errno
import json
import os
import sys

import typer

from percepta import __version__
from percepta.cli.commands import (
    check,
    collections,
    dashboards,
    demo,
    evaluate,
    explain,
    explore,
    export,
    fields,
    init,
    jobs,
    model,
    runs,
    serve,
    similar,
    tells,
)
from percepta.core.errors import DiskFullError, JobCancelledError, PerceptaError

app = typer.Typer(
    help="See how a deep network perceives your data.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verbs in (
    demo,
    init,
    evaluate,
    check,
    explore,
    explain,
    similar,
    tells,
    dashboards,
    fields,
    collections,
    export,
    serve,
    runs,
    jobs,
    model,
):
    verbs.register(app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"percepta {__version__}")
        raise typer.Exit


@app.callback()
def _percepta(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
    debug: bool = typer.Option(False, "--debug", help="Show the whole traceback of an error."),
) -> None:
    """Take the options that every verb shares."""


def main() -> None:
    """Run the command line; errors are two lines and a non-zero exit code."""
    # Before torch is loaded: idle OpenMP threads must sleep, not spin, or a busy machine crawls.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    debug = "--debug" in sys.argv[1:]
    if debug:
        sys.argv.remove("--debug")
    try:
        app()
    except PerceptaError as error:
        if debug:
            raise
        _tell(error)
        sys.exit(130 if isinstance(error, JobCancelledError) else 1)
    except OSError as error:
        if debug or error.errno != errno.ENOSPC:
            raise
        _tell(DiskFullError("The disk is full: the output could not be written."))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _tell(error: PerceptaError) -> None:
    from percepta.terminal import print_error

    print_error(error)
    if "--json" in sys.argv[1:]:
        typer.echo(json.dumps({"error": error.to_json()}))
