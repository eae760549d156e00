"""``percepta jobs`` and ``percepta cancel``."""

from __future__ import annotations

from typing import Annotated

import typer

from percepta.cli.commands.options import JsonOption, WorkspaceOption, open_workspace


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(jobs)
    app.command()(cancel)


def jobs(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """List the jobs of the workspace, newest first, with their progress."""
    from percepta.cli.summary import print_jobs

    print_jobs(open_workspace(workspace), as_json=json)


def cancel(
    job: Annotated[str, typer.Argument(help="Id of the job (the beginning is enough).")],
    workspace: WorkspaceOption = None,
) -> None:
    """Ask a job to stop; what it has done is kept."""
    from percepta.cli.evaluation import find_job
    from percepta.jobs.submission import cancel as ask
    from percepta.terminal import console

    opened = open_workspace(workspace)
    asked = ask(opened, find_job(opened, job).id)
    console().print(f"job {asked.id[:8]}: {asked.status.replace('cancelling', 'stopping')}")
