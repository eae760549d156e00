"""Options that several verbs share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from percepta.storage import Workspace


class Algorithm(StrEnum):
    """How a latent space becomes a map."""

    UMAP = "umap"
    TSNE = "tsne"
    PCA = "pca"


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
    typer.Option("--model", "-m", help="Model file (.onnx) to use instead of the script's model."),
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="Where the model runs: cpu, cuda, cuda:1 …")
]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Allow a model file that runs code when it is opened.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Equal seeds give equal results.")]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8585


def open_workspace(folder: Path | None) -> Workspace:
    """Open the workspace a verb works in, and let everything this process runs see it."""
    import os

    from percepta.storage import Workspace

    workspace = Workspace.open(folder)
    os.environ["PERCEPTA_WORKSPACE"] = str(workspace.root)
    return workspace
