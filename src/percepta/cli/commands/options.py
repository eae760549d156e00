"""Options that several verbs share."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from percepta.core.filters import Filter
    from percepta.jobs.secrets import Secret
    from percepta.storage import Workspace


class Algorithm(StrEnum):
    """How a latent space becomes a map."""

    UMAP = "umap"
    TSNE = "tsne"
    PCA = "pca"


ScriptArgument = Annotated[
    Path | None,
    typer.Argument(
        help="Your integration script, its folder, or a leap.yaml; else the only one here.",
        show_default=False,
    ),
]
SecretOption = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        metavar="NAME=FILE",
        help="Give the script the file's content as environment variable NAME; repeatable.",
    ),
]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="Folder that holds projects and runs; else $PERCEPTA_WORKSPACE, else your data folder.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output.")
]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[
    int, typer.Option("--port", "-p", help="Port to listen on; 0 takes a free one.")
]
NoBrowserOption = Annotated[
    bool, typer.Option("--no-browser", help="Print the address instead of opening a browser.")
]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", "-m", help="Model file to use instead of the script's model."),
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="Where the model runs: cpu, cuda, cuda:1 …")
]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Allow a model file that runs code when it is opened.")
]
FilterOption = Annotated[
    str | None,
    typer.Option(
        "--filter",
        "--where",
        help="Only these samples, e.g. 'loss > 2 and label in (cat, dog)'; or a filter as JSON.",
    ),
]
RunArgument = Annotated[
    str, typer.Argument(help="Id of the run (the beginning is enough), or latest.")
]
RunOption = Annotated[
    str, typer.Option("--run", "-r", help="Id of the run (the beginning is enough), or latest.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Equal seeds give equal results.")]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8585


def read_secrets(options: list[str] | None) -> list[Secret]:
    """Read the secrets of ``--secret``, and warn of files that others can read.

    Raises:
        SecretError: an option or its file cannot be used, or a name is given twice.
    """
    from percepta.jobs.secrets import SecretError, read_secret
    from percepta.terminal import console

    secrets = [read_secret(option) for option in options or []]
    names = [secret.name for secret in secrets]
    if twice := {name for name in names if names.count(name) > 1}:
        raise SecretError(f"The secret {min(twice)} is given twice.", fix="Give it once.")
    for secret in secrets:
        if secret.warning:
            console().print(f"warning: {secret.warning}", style="yellow", markup=False)
    return secrets


def read_filter(text: str | None) -> Filter | None:
    """Read the filter of ``--filter``: JSON, or as people type it.

    Raises:
        FilterError: it is neither.
    """
    from percepta.core.errors import FilterError
    from percepta.core.filter_text import parse_filter
    from percepta.core.filters import Filter

    if not text:
        return None
    if not text.lstrip().startswith(("[", "{")):
        return parse_filter(text)
    try:
        return Filter.from_json(json.loads(text))
    except ValueError as error:
        raise FilterError(
            f"--filter is not JSON: {error}.",
            fix="""Write e.g. '[{"kind": "compare", "field": "loss", "op": "gt", "value": 1}]'.""",
        ) from None


def open_workspace(folder: Path | None) -> Workspace:
    """Open the workspace a verb works in, and let everything this process runs see it."""
    import os

    from percepta.storage import Workspace

    workspace = Workspace.open(folder)
    os.environ["PERCEPTA_WORKSPACE"] = str(workspace.root)
    return workspace
