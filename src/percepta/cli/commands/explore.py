"""``percepta explore``."""

from __future__ import annotations

from typing import Annotated

import typer

from percepta.cli.commands.options import (
    Algorithm,
    FilterOption,
    JsonOption,
    RunArgument,
    SeedOption,
    WorkspaceOption,
    open_workspace,
    read_filter,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(explore)


def explore(
    run: RunArgument,
    space: Annotated[
        str | None, typer.Option("--space", help="Latent space; else the run's first.")
    ] = None,
    algorithm: Annotated[Algorithm, typer.Option("--algorithm", help="How the map is made.")] = (
        Algorithm.UMAP
    ),
    where: FilterOption = None,
    seed: SeedOption = 0,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Make another map of a run: another latent space, algorithm, or part of the samples."""
    from percepta.cli.evaluation import find_run, run_exploration
    from percepta.cli.summary import print_map

    chosen = read_filter(where)
    opened = open_workspace(workspace)
    made = run_exploration(
        opened,
        find_run(opened, run).id,
        space=space,
        algorithm=algorithm.value,
        filter_=chosen,
        seed=seed,
        quiet=json,
    )
    print_map(made, as_json=json)
