"""``percepta evaluate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from percepta.cli.commands.options import (
    Algorithm,
    DeviceOption,
    JsonOption,
    ModelOption,
    ScriptArgument,
    SecretOption,
    SeedOption,
    TrustOption,
    WorkspaceOption,
    open_workspace,
    read_secrets,
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(evaluate)


def evaluate(
    script: ScriptArgument = None,
    model: ModelOption = None,
    training: Annotated[
        Path | None,
        typer.Option("--training", help="Log of the training (.jsonl, .csv, .json): its curves."),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option("--project", help="Project; else the name of the script or of its folder."),
    ] = None,
    subset: Annotated[
        list[str] | None, typer.Option("--subset", help="Evaluate this subset only; repeatable.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", help="At most so many samples of each subset.")
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option("--batch-size", help="Samples a forward pass; else 128 or 64 by size."),
    ] = None,
    shard_size: Annotated[
        int, typer.Option("--shard-size", help="Samples a shard; a kill loses at most one shard.")
    ] = 1024,
    workers: Annotated[
        int, typer.Option("--workers", help="Processes that read samples; 0: a thread reads ahead.")
    ] = 0,
    failure_share: Annotated[
        float,
        typer.Option("--failure-share", help="Stop when more than this share of samples fails."),
    ] = 0.2,
    visuals: Annotated[
        bool, typer.Option("--visuals/--no-visuals", help="Draw and keep pictures of the samples.")
    ] = True,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the interrupted evaluation of this script.")
    ] = False,
    explore: Annotated[
        bool, typer.Option("--explore/--no-explore", help="Make a map afterwards.")
    ] = True,
    algorithm: Annotated[Algorithm, typer.Option("--algorithm", help="How the map is made.")] = (
        Algorithm.UMAP
    ),
    secret: SecretOption = None,
    device: DeviceOption = None,
    trust: TrustOption = False,
    seed: SeedOption = 0,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Run the model over every sample, record everything, and make a map."""
    from percepta.cli.evaluation import run_evaluation
    from percepta.cli.scripts import find_script
    from percepta.cli.summary import print_summary
    from percepta.engine.options import EvaluateOptions

    found = find_script(script)
    secrets = read_secrets(secret)
    options = EvaluateOptions(
        subsets=tuple(subset) if subset else None,
        limit=limit,
        batch_size=batch_size,
        shard_size=shard_size,
        workers=workers,
        visuals=visuals,
        device=device,
        trust=trust,
        seed=seed,
        failure_share=failure_share,
    )
    result = run_evaluation(
        open_workspace(workspace),
        found,
        model=model,
        training=training,
        project=project,
        options=options,
        resume=resume,
        algorithm=algorithm.value if explore else None,
        secrets=secrets,
        quiet=json,
    )
    print_summary(result, as_json=json, workspace=workspace)
