"""A small run with known contents, written through the real run store."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from percepta.core.channels import ENTRY, ChannelEntries
from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.core.network import Network, NetworkNode
from percepta.core.rendering import EncodedVisual
from percepta.core.subsets import Subset
from percepta.core.training import TrainingCurves, TrainingSeries
from percepta.core.wiring import WiredArgument, WiredFunction, WiredSpace, Wiring
from percepta.storage import (
    ClusterInfo,
    MapInfo,
    MapResult,
    Run,
    RunPlan,
    SampleFailure,
    ShardData,
    Trait,
    Workspace,
)

TRAINING, VALIDATION = 30, 12
LABELS = ("cat", "dog", "owl")
N = TRAINING + VALIDATION - 1
"""One validation sample fails."""

HOSTILE_FIELD = "style/x'; DROP TABLE run; --"

LAYER = "/body/conv"
"""A layer of two channels, named as ONNX files name them; the second fires the more the higher the row."""


NETWORK = Network(
    nodes=(
        NetworkNode("photo", "input", "float32", (None, 3, 8, 6)),
        NetworkNode(
            "body.conv", "layer", "Conv2d", (None, 4, 8, 6), 112, True, (("kernel", "3×3"),)
        ),
        NetworkNode("animal", "output", "float32", (None, 3)),
    ),
    edges=(("photo", "body.conv"), ("body.conv", "animal")),
)
WIRING = Wiring(
    functions=(
        WiredFunction("input", "photo", "script.py:3, in photo()", "photo"),
        WiredFunction("ground_truth", "animal"),
        WiredFunction(
            "loss",
            "loss",
            arguments=(
                WiredArgument("prediction", "prediction", "animal"),
                WiredArgument("target", "ground_truth", "animal"),
            ),
        ),
    ),
    predictions=("animal",),
    spaces=(WiredSpace("balanced", ("body.conv",)),),
)


def loss(row: int) -> float:
    return float("nan") if row == 5 else row / 10


def scores(row: int) -> list[float]:
    weights = [1.0, 1.0, 1.0]
    weights[row % 3] = 8.0
    return [weight / 10 for weight in weights]


def picture(row: int) -> NDArray[np.uint8]:
    return np.full((8, 6), row, np.uint8)


def photo(row: int) -> EncodedVisual:
    document = {"width": 6, "height": 8, "planes": ["picture"]}
    return EncodedVisual("image", document, (picture(row)[:, :, None],))


def write_run(
    workspace: Workspace, project: str = "pets", network: Network | None = NETWORK
) -> Run:
    """Write a run of two shards and commit it."""
    catalogue = workspace.catalogue
    owner = catalogue.project_named(project)
    model = {"format": "pytorch", "parameters": 1234}
    version = catalogue.version_of(owner.id, "model", "code", model)
    record = catalogue.create_run(owner.id, version.id, "first")
    keys = {
        Subset.TRAINING: range(TRAINING),
        Subset.VALIDATION: [f"img-{index}.png" for index in range(VALIDATION)],
    }
    plan = RunPlan(keys, shard_size=30, spaces=("balanced",))
    with workspace.new_run(record.id, plan) as writer:
        writer.write_shard(0, _shard(range(TRAINING)))
        failure = SampleFailure(
            Subset.VALIDATION, "img-11.png", "read", "No such file.", "script.py:9", "Restore it."
        )
        writer.write_shard(1, _shard(range(TRAINING, N), [failure]))
        return writer.commit(
            [
                Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN, "Cross-entropy."),
                Field("predicted", FieldType.STRING, FieldGroup.PREDICTION),
                Field("label", FieldType.STRING, FieldGroup.PREDICTION),
                Field(HOSTILE_FIELD, FieldType.INTEGER, FieldGroup.METADATA),
            ],
            {
                "device": "cpu",
                "throughput": 123.4,
                "predictions": [
                    {"name": "animal", "labels": list(LABELS), "prefix": ""},
                    {"name": "outline", "labels": ["out", "in"], "prefix": None},
                ],
                "model": {
                    "format": "pytorch",
                    "parameters": 1234,
                    "content_hash": "ab12",
                    "max_batch": None,
                    "layers": [{"name": LAYER, "width": 2}, {"name": "body.norm", "width": 3}],
                },
                "wiring": WIRING.to_json(),
            },
            network,
            TrainingCurves(
                (TrainingSeries("loss", "validation", "epoch", (1.0, 2.0), (0.5, None)),)
            ),
        )


def _shard(rows: range, failures: list[SampleFailure] | None = None) -> ShardData:
    latents = np.random.default_rng(0).normal(size=(N + 1, 8)).astype(np.float32)
    return ShardData(
        columns={
            "loss": [loss(row) for row in rows],
            "predicted": [LABELS[row % 3] for row in rows],
            "label": [LABELS[row % 2] for row in rows],
            HOSTILE_FIELD: [None if row == 7 else row for row in rows],
        },
        latents={"balanced": latents[rows.start : rows.stop]},
        scores={"animal": np.array([scores(row) for row in rows], np.float32)},
        thumbnails=[None if row == 3 else picture(row) for row in rows],
        visuals={
            "photo": [None if row == 3 else photo(row) for row in rows],
            "words": [EncodedVisual("text", {"tokens": ["row", str(row)]}) for row in rows],
        },
        failures=failures or [],
        channels=ChannelEntries(
            {LAYER: 2}, np.array([(1, at, row) for at, row in enumerate(rows)], ENTRY)
        ),
    )


def coordinates() -> NDArray[np.float32]:
    places = np.stack([np.arange(N), -np.arange(N)], axis=1).astype(np.float32)
    places[N - 1] = np.nan
    return places


def write_map(run: Run) -> MapInfo:
    """Add a map of two clusters: even and odd rows; the last row is not on it."""
    cluster = np.arange(N, dtype=np.int32) % 2
    cluster[N - 1] = -1
    trait = Trait("predicted", "cat", 0.5, 0.25, 0.8)
    span = Trait("loss", (0.5, 9.5), 0.5, 0.25, 0.8)
    return run.save_map(
        MapResult(
            space="balanced",
            algorithm="pca",
            seed=3,
            coordinates=coordinates(),
            clusters=[
                ClusterInfo("c-even", "even", 20, None, 1.0, -1.0, (trait, span), 1.5),
                ClusterInfo("c-odd", "odd", 20, None, 2.0, -2.0),
            ],
            cluster=cluster,
            subcluster=np.full(N, -1, np.int32),
            cluster_distance=np.arange(N, dtype=np.float32),
            trustworthiness=0.97,
            measures={"seconds": 0.1},
        )
    )
