"""Small runs with known contents, written through the public writer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from percepta.core.channels import ENTRY, ChannelEntries
from percepta.core.confusion import Decision
from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.core.network import Network, NetworkNode
from percepta.core.rendering import encode
from percepta.core.subsets import SampleId, Subset
from percepta.core.visuals import HorizontalBar, Image
from percepta.storage import Run, RunPlan, RunWriter, SampleFailure, ShardData, Workspace

FIELDS = (
    Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN, "A loss."),
    Field("right", FieldType.BOOLEAN, FieldGroup.METRIC, Direction.UP, "A metric."),
    Field("label", FieldType.STRING, FieldGroup.METADATA),
)
KEYS: dict[Subset, Sequence[SampleId]] = {
    Subset.TRAINING: range(100, 120),
    Subset.VALIDATION: ["v-a", "v-b", "v-c", "ω"],
    Subset.UNLABELED: range(3),
}
NETWORK = Network(
    (NetworkNode("image", "input", "input", (None, 3)), NetworkNode("digit", "output", "output")),
    (("image", "digit"),),
)
FAILED = {(Subset.TRAINING, 104), (Subset.VALIDATION, "v-b")}


def new_run(workspace: Workspace, project: str = "tests") -> str:
    """Let the catalogue know of a run."""
    catalogue = workspace.catalogue
    owner = catalogue.project_named(project)
    version = catalogue.version_of(owner.id, "model", "code", {"format": "none"})
    return catalogue.create_run(owner.id, version.id).id


def small_plan(shard_size: int = 4) -> RunPlan:
    """Return a plan over three subsets, of which two samples will fail."""
    return RunPlan(KEYS, shard_size, ("balanced",), {"batch": 2}, {"model": "m", "code": "c"})


def small_shard(plan: RunPlan, index: int) -> ShardData:
    """Return the shard that this plan always gives: everything follows from the sample's position."""
    keys = plan.shard_keys(index)
    start = index * plan.shard_size
    kept = [at for at, key in enumerate(keys) if (key.subset, key.id) not in FAILED]
    positions = np.array([start + at for at in kept])
    rng = [np.random.default_rng(int(position)) for position in positions]
    scores = np.array([one.random(3) for one in rng], np.float32).reshape(-1, 3)
    pictures = [one.integers(0, 256, (6, 5, 3)).astype(np.uint8) for one in rng]
    large = [one.integers(0, 256, (80, 90, 3)).astype(np.uint8) for one in rng]
    return ShardData(
        columns={
            "loss": np.array([one.random() for one in rng], np.float32),
            "right": [bool(position % 2) for position in positions],
            "label": [
                None if position % 5 == 0 else f"label {position % 3}" for position in positions
            ],
            "count": [int(position) for position in positions],
        },
        latents={"balanced": np.array([one.random(4) for one in rng], np.float32).reshape(-1, 4)},
        scores={"digit": scores},
        thumbnails=pictures,
        visuals={
            "picture": [encode(Image(image)) for image in large],
            "bars": [encode(HorizontalBar(row, ("a", "b", "c"))) for row in scores],
        },
        decisions={
            "boxes": [
                [
                    Decision(f"class {box % 2}", box == 0, box / 4, f"{position}-{box}")
                    for box in range(position % 3)
                ]
                for position in positions.tolist()
            ]
        },
        channels=small_channels(positions),
        failures=[
            SampleFailure(key.subset, key.id, "read", "cannot read", "script.py:3", "fix the file")
            for key in keys
            if (key.subset, key.id) in FAILED
        ],
    )


def small_channels(positions: Any) -> ChannelEntries:
    """Return what the samples of a shard excite: of a layer of two channels, one that fires by position."""
    entries = np.zeros(2 * len(positions), ENTRY)
    entries["channel"] = np.repeat([1, 2], len(positions))
    entries["row"] = np.tile(np.arange(len(positions)), 2)
    entries["response"] = np.concatenate([positions % 10, np.zeros(len(positions))])
    return ChannelEntries({"first": 1, "second": 2}, entries)


def write_small_run(workspace: Workspace, shard_size: int = 4) -> Run:
    """Write the small run from beginning to end."""
    plan = small_plan(shard_size)
    with workspace.new_run(new_run(workspace), plan) as writer:
        return finish(writer)


def finish(writer: RunWriter) -> Run:
    """Write the shards that are missing, and commit."""
    for index in range(writer.plan.shards):
        if index not in writer.done_shards:
            writer.write_shard(index, small_shard(writer.plan, index))
    if writer.load_state("calibration") is None:
        writer.save_state("calibration", b"calibrated")
    return writer.commit(FIELDS, {"device": "cpu"}, NETWORK)


def write_columns(
    workspace: Workspace,
    columns: Mapping[str, Any],
    fields: Sequence[Field] = (),
    shard_size: int = 1000,
) -> Run:
    """Write a run that has these columns and nothing else."""
    n = len(next(iter(columns.values())))
    plan = RunPlan({Subset.TRAINING: range(n)}, shard_size)
    with workspace.new_run(new_run(workspace), plan) as writer:
        for index in range(plan.shards):
            span = slice(index * shard_size, index * shard_size + plan.shard_length(index))
            writer.write_shard(
                index, ShardData(columns={name: values[span] for name, values in columns.items()})
            )
        return writer.commit(fields, {})


def content(run: Run) -> dict[str, Any]:
    """Return everything a run holds, to be compared with another's."""
    return {
        "fields": run.fields,
        "subsets": run.subsets,
        "metrics": run.metrics,
        "files": {name: entry for name, entry in run.manifest["files"].items()},
        "columns": {
            name: run.column(name).to_pylist()
            for name in ("subset", "sample_id", *(field.name for field in run.fields))
        },
        "latents": {space: np.array(run.latent(space)).tobytes() for space in run.spaces},
        "scores": {name: np.array(run.scores(name)).tobytes() for name in run.predictions},
        "thumbnails": [run.thumbnail(row) for row in range(run.n)],
        "visuals": [run.visuals(row) for row in range(run.n)],
        "decisions": {name: run.decisions(name).to_pylist() for name in run.decision_metrics},
        "network": run.network,
        "failures": run.failures(),
        "channels": {
            layer: [run.channel_samples(layer).of(channel) for channel in range(width)]
            for layer, width in (("first", 1), ("second", 2))
        },
        "state": run.state("calibration"),
    }
