"""A synthetic run of any size, written through the public run writer.

    python benchmarks/synthetic.py WORKSPACE --rows 1000000 --project million

The recipe (everything follows from ``--seed``; shard ``i`` draws from ``default_rng([seed, 1, i])``):

* 10 labels with 4 variants each: 40 groups. The centre of label ``l`` is ``N(0, I) * 1.5`` in ``width``
  dimensions, the centre of a variant is its label's centre plus ``N(0, I) * 0.6``. A sample is its variant's
  centre plus ``N(0, I)``.
* Labels are drawn in proportion to ``1 / (1 + 0.15 l)``, variants uniformly.
* 3 % of the samples carry a label drawn at random: their latent vector and prediction stay with the group
  they come from, so that their loss is high and their dot lies among another label's dots.
* Logits are minus the squared distance to each label's centre over ``width``, plus ``N(0, 0.3)``; predicted
  label, confidence, margin, entropy and loss (cross-entropy) follow from them.
* The map: labels sit on a sunflower spiral (angle ``2.39996 l``, radius ``10 sqrt(l + 0.5)``), variants on a
  ring of radius 3 around their label, and a dot is its variant's place plus 0.75 times the first two
  components of the sample's own noise. Clusters are the labels, sub-clusters the variants.
* Metadata: label, weather, camera, brightness (2 % missing), occluded (5 % missing), weight, file (all
  different).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.core.rendering import EncodedVisual, encode
from percepta.core.subsets import Subset
from percepta.core.visuals import HorizontalBar, Image
from percepta.storage import ClusterInfo, MapResult, Run, RunPlan, ShardData, Trait, Workspace

LABELS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
VARIANTS = 4
WEATHER = ("clear", "clouds", "rain", "snow", "fog", "night")
SPACE = "balanced"
SHARD = 8_192

FIELDS = (
    Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN, "Cross-entropy."),
    Field("accuracy", FieldType.FLOAT, FieldGroup.METRIC, Direction.UP, "1 if the label is right."),
    Field("predicted", FieldType.STRING, FieldGroup.PREDICTION, None, "Label with most score."),
    Field("confidence", FieldType.FLOAT, FieldGroup.PREDICTION, None, "Its probability."),
    Field("margin", FieldType.FLOAT, FieldGroup.PREDICTION, None, "Lead over the second label."),
    Field("entropy", FieldType.FLOAT, FieldGroup.PREDICTION, None, "Entropy, in nats."),
    Field("label", FieldType.STRING, FieldGroup.METADATA),
    Field("weather", FieldType.STRING, FieldGroup.METADATA),
    Field("camera", FieldType.INTEGER, FieldGroup.METADATA),
    Field("brightness", FieldType.FLOAT, FieldGroup.METADATA),
    Field("occluded", FieldType.BOOLEAN, FieldGroup.METADATA),
    Field("weight", FieldType.FLOAT, FieldGroup.METADATA),
    Field("file", FieldType.STRING, FieldGroup.METADATA),
)


class Recipe:
    """The groups that samples come from, and where they sit.

    Args:
        width: dimensions of the latent space.
        seed: everything follows from it.
    """

    def __init__(self, width: int, seed: int) -> None:
        rng = np.random.default_rng([seed, 0])
        self.seed, self.width = seed, width
        count = len(LABELS)
        self.labels = rng.normal(0, 1.5, (count, width)).astype(np.float32)
        own = rng.normal(0, 0.6, (count, VARIANTS, width)).astype(np.float32)
        self.variants = (self.labels[:, None] + own).reshape(-1, width)
        share = 1 / (1 + 0.15 * np.arange(count))
        self.share = share / share.sum()
        angle, radius = 2.39996 * np.arange(count), 10 * np.sqrt(np.arange(count) + 0.5)
        places = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        turn = np.pi / 2 * np.arange(VARIANTS) + np.pi / 4
        ring = 3 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        self.places = (places[:, None] + ring).reshape(-1, 2).astype(np.float32)
        self.label_places = places.astype(np.float32)


def draw(recipe: Recipe, index: int, start: int, size: int) -> dict[str, NDArray[Any]]:
    """Draw one shard: groups, vectors, scores, coordinates and metadata of ``size`` samples."""
    rng = np.random.default_rng([recipe.seed, 1, index])
    true = rng.choice(len(LABELS), size, p=recipe.share)
    variant = true * VARIANTS + rng.integers(0, VARIANTS, size)
    noise = rng.standard_normal((size, recipe.width), np.float32)
    vectors = recipe.variants[variant] + noise
    squares = (vectors**2).sum(1, keepdims=True) + (recipe.labels**2).sum(1)
    distance = (squares - 2 * vectors @ recipe.labels.T) / recipe.width
    logits = (-distance + rng.normal(0, 0.3, distance.shape)).astype(np.float32)
    shifted = logits - logits.max(1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    p = np.exp(log_p)
    ranked = np.sort(p, axis=1)
    label = np.where(rng.random(size) < 0.03, rng.integers(0, len(LABELS), size), true)
    predicted = logits.argmax(1)
    brightness = rng.beta(4, 3, size).astype(np.float32) * 255
    brightness[rng.random(size) < 0.02] = np.nan
    occluded = (rng.random(size) < 0.2).astype(object)
    occluded[rng.random(size) < 0.05] = None
    return {
        "variant": variant,
        "vectors": vectors,
        "logits": logits,
        "xy": recipe.places[variant] + 0.75 * noise[:, :2],
        "own_distance": np.sqrt((noise**2).sum(1)),
        "loss": 0 - log_p[np.arange(size), label],
        "accuracy": (label == predicted).astype(np.float32),
        "predicted": np.array(LABELS)[predicted],
        "confidence": ranked[:, -1],
        "margin": ranked[:, -1] - ranked[:, -2],
        "entropy": -(p * log_p).sum(1),
        "label": np.array(LABELS)[label],
        "weather": np.array(WEATHER)[rng.choice(6, size, p=[0.4, 0.25, 0.15, 0.08, 0.07, 0.05])],
        "camera": rng.integers(1, 9, size),
        "brightness": brightness,
        "occluded": occluded,
        "weight": rng.lognormal(0, 1, size),
        "file": np.char.add(
            "images/", np.char.zfill(np.arange(start, start + size).astype(str), 8)
        ),
    }


def thumbnails(shard: dict[str, NDArray[Any]], side: int) -> NDArray[np.uint8]:
    """Draw ``uint8 [m, side, side, 3]``: the label's hue, the variant's direction, some grain."""
    hue = shard["variant"] // VARIANTS / len(LABELS)
    colour = 0.5 + 0.5 * np.cos(2 * np.pi * (hue[:, None] + np.array([0, 1 / 3, 2 / 3])))
    turn = shard["variant"] % VARIANTS * np.pi / 2
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    slope = np.cos(turn)[:, None, None] * axis + np.sin(turn)[:, None, None] * axis[:, None]
    grain = np.resize(shard["vectors"], (len(turn), side, side))
    light = (0.6 + 0.25 * slope + 0.02 * grain).astype(np.float32)
    pixels = light[..., None] * (colour[:, None, None] * 255).astype(np.float32)
    return np.clip(pixels, 0, 255, out=pixels).astype(np.uint8)


def visuals(
    shard: dict[str, NDArray[Any]], pictures: NDArray[np.uint8]
) -> dict[str, list[EncodedVisual | None]]:
    """Draw two visuals per sample: its picture and its scores as bars."""
    bars = [
        encode(HorizontalBar(row, LABELS, np.eye(len(LABELS), dtype=np.float32)[truth]))
        for row, truth in zip(
            np.exp(shard["logits"] - shard["logits"].max(1, keepdims=True)),
            shard["variant"] // VARIANTS,
            strict=True,
        )
    ]
    return {"picture": [encode(Image(picture)) for picture in pictures], "scores": list(bars)}


def write_synthetic(
    workspace: Workspace,
    rows: int,
    *,
    project: str = "synthetic",
    width: int = 64,
    thumbnail_side: int = 0,
    with_visuals: bool = False,
    seed: int = 0,
) -> Run:
    """Write a run of ``rows`` samples with one map; see the module for the recipe.

    Args:
        workspace: where to.
        rows: number of samples: 80 % training, 15 % validation, the rest test.
        project: name of the project.
        width: dimensions of the latent space.
        thumbnail_side: pixels of a thumbnail's side; 0: none.
        with_visuals: also a picture and bars per sample (slow: not for millions).
        seed: everything follows from it.
    """
    recipe = Recipe(width, seed)
    catalogue = workspace.catalogue
    owner = catalogue.project_named(project)
    model = {"format": "synthetic", "parameters": len(LABELS) * width}
    version = catalogue.version_of(owner.id, f"synthetic-{width}", f"seed-{seed}", model)
    record = catalogue.create_run(owner.id, version.id, f"{rows:,} synthetic samples")
    training, validation = int(rows * 0.8), int(rows * 0.15)
    keys = {
        Subset.TRAINING: range(training),
        Subset.VALIDATION: range(validation),
        Subset.TEST: range(rows - training - validation),
    }
    plan = RunPlan(keys, SHARD, (SPACE,), settings={"rows": rows, "seed": seed})
    xy = np.empty((rows, 2), np.float32)
    variant, distance = np.empty(rows, np.int32), np.empty(rows, np.float32)
    loss = np.empty(rows, np.float32)
    started = time.perf_counter()
    with workspace.new_run(record.id, plan) as writer:
        for index in range(plan.shards):
            start, size = index * SHARD, plan.shard_length(index)
            shard = draw(recipe, index, start, size)
            span = slice(start, start + size)
            xy[span], variant[span], distance[span], loss[span] = (
                shard["xy"],
                shard["variant"],
                shard["own_distance"],
                shard["loss"],
            )
            pictures = thumbnails(shard, thumbnail_side) if thumbnail_side else ()
            writer.write_shard(
                index,
                ShardData(
                    columns={field.name: shard[field.name] for field in FIELDS},
                    latents={SPACE: shard["vectors"]},
                    scores={"digit": shard["logits"]},
                    thumbnails=pictures,
                    visuals=visuals(shard, thumbnails(shard, 64)) if with_visuals else {},
                ),
            )
        details = {
            "model": model,
            "device": "none",
            "throughput": round(rows / (time.perf_counter() - started)),
            "predictions": [{"name": "digit", "labels": list(LABELS), "activation": "softmax"}],
            "notes": ["Synthetic samples; see benchmarks/synthetic.py for the recipe."],
        }
        run = writer.commit(FIELDS, details)
    clusters = _clusters(recipe, variant, loss)
    run.save_map(
        MapResult(
            space=SPACE,
            algorithm="recipe",
            seed=seed,
            coordinates=xy,
            clusters=clusters,
            cluster=variant // VARIANTS,
            subcluster=len(LABELS) + variant,
            cluster_distance=distance,
        )
    )
    return run


def _clusters(
    recipe: Recipe, variant: NDArray[np.int32], loss: NDArray[np.float32]
) -> list[ClusterInfo]:
    counts = np.bincount(variant, minlength=len(recipe.places))
    sums = np.bincount(variant, loss, minlength=len(recipe.places))
    clusters = []
    for number, name in enumerate(LABELS):
        span = slice(number * VARIANTS, (number + 1) * VARIANTS)
        size = int(counts[span].sum())
        mean = float(sums[span].sum() / size) if size else None
        x, y = map(float, recipe.label_places[number])
        trait = (Trait("label", name, 0.97, 0.003, 5.0),)
        clusters.append(ClusterInfo(f"c{number}", f"label {name}", size, None, x, y, trait, mean))
    for number, (x, y) in enumerate(recipe.places):
        label, kind = divmod(number, VARIANTS)
        size = int(counts[number])
        mean = float(sums[number] / size) if size else None
        name = f"label {LABELS[label]} · variant {kind + 1}"
        clusters.append(
            ClusterInfo(f"s{number}", name, size, f"c{label}", float(x), float(y), (), mean)
        )
    return clusters


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a synthetic run into a workspace.")
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--project", default="synthetic")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--thumbnails", type=int, default=None, metavar="SIDE")
    parser.add_argument("--visuals", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    side = given.thumbnails if given.thumbnails is not None else (24 if given.rows <= 10**5 else 0)
    started = time.perf_counter()
    with Workspace.open(given.workspace) as workspace:
        run = write_synthetic(
            workspace,
            given.rows,
            project=given.project,
            width=given.width,
            thumbnail_side=side,
            with_visuals=given.visuals,
            seed=given.seed,
        )
    print(f"run {run.id}: {run.n:,} samples in {time.perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
