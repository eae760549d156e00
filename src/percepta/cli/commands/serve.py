"""``percepta serve``."""

from __future__ import annotations

import typer

from percepta.cli.commands.options import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    HostOption,
    NoBrowserOption,
    PortOption,
    WorkspaceOption,
    open_workspace,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(serve)


def serve(
    host: HostOption = DEFAULT_HOST,
    port: PortOption = DEFAULT_PORT,
    no_browser: NoBrowserOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Open the page, with all projects of the workspace."""
    from percepta.server import serve as start

    start(open_workspace(workspace), host=host, port=port, open_browser=not no_browser)
