"""What an evaluation learns from a few hundred samples before its pass over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from percepta.analysis.latent import Calibration, SpaceRecipe, calibrate
from percepta.core.errors import IntegrationError, SampleError
from percepta.core.progress import Progress
from percepta.engine.batches import Batch, Reader
from percepta.engine.choosing import Keys, spread
from percepta.engine.options import EvaluateOptions
from percepta.engine.predictions import plan_heads
from percepta.engine.recording import Recorder, responses
from percepta.integration import Integration
from percepta.models import Model

CALIBRATION_SAMPLES = 512
FIRST_CANDIDATES = 64
EXAMPLE_SIZE = 4
MAP_FIELDS = frozenset({"subset", "sample_id", "cluster", "subcluster", "cluster_distance"})


def first_batch(samples: Reader, keys: Keys) -> Batch:
    """Return a few samples that can be read, to show the model what it will get.

    Raises:
        IntegrationError: none of the samples tried can be read; carries the first one's error.
    """
    candidates = spread(keys, FIRST_CANDIDATES)
    first: SampleError | None = None
    found: Batch | None = None
    for batch in samples.batches(candidates, EXAMPLE_SIZE):
        if batch.failures and first is None:
            first = batch.failures[0].error
        if len(batch.keys) > (len(found.keys) if found else 0):
            found = batch
        if found is not None and len(found.keys) >= 2:
            return found
    if found is not None:
        return found
    if first is None:
        raise IntegrationError("There are no samples.", fix="Give ids in the subsets function.")
    raise IntegrationError(
        f"None of {len(candidates)} samples from all over the data could be read; the first: "
        f"{first.message}",
        where=first.where,
        fix=first.fix,
    )


def prepare(
    integration: Integration,
    model: Model,
    recipes: Mapping[str, SpaceRecipe],
    samples: Reader,
    keys: Keys,
    stored: bytes | None,
    options: EvaluateOptions,
    progress: Progress,
) -> Recorder:
    """Learn how layers respond and how outputs are to be read.

    Args:
        integration: the integration.
        model: the opened model.
        recipes: the latent spaces to build.
        samples: reads samples.
        keys: all samples of the run; some hundreds of them, spread evenly, are used.
        stored: the calibration of an interrupted run, which is kept as it was.
        options: how the evaluation is run.
        progress: told of every batch.
    """
    capture = tuple(dict.fromkeys(name for recipe in recipes.values() for name in recipe.layers))
    chosen = spread(keys, CALIBRATION_SAMPLES)
    progress.stage("calibrating", len(chosen))
    gathered: list[dict[str, dict[str, Any]]] = []
    outputs: list[dict[str, Any]] = []
    truths: list[dict[str, Any]] = []
    for batch in samples.batches(chosen, options.batch_size):
        progress.check_cancelled()
        progress.advance(len(batch.keys) + len(batch.failures))
        if not batch.keys:
            continue
        forward = model.forward(batch.inputs, capture)
        gathered.append(responses(forward))
        if integration.labeled(batch.keys[0].subset):
            outputs.append(forward.outputs)
            truths.append(batch.ground_truths)
        last = forward.outputs
    if stored is None:
        calibration = calibrate(recipes, _join_responses(gathered, capture), seed=options.seed)
    else:
        calibration = Calibration.from_bytes(stored)
    heads = plan_heads(integration, _join(outputs) if outputs else last, _join(truths))
    taken = {field.name for head in heads for field in head.fields()} | MAP_FIELDS | {"loss"}
    taken |= {metric.name for metric in integration.metrics}
    return Recorder(
        integration, model, calibration, heads, capture, options.visuals, frozenset(taken)
    )


def _join(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not parts:
        return {}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _join_responses(
    parts: Sequence[Mapping[str, Mapping[str, Any]]], layers: Sequence[str]
) -> dict[str, dict[str, Any]]:
    return {layer: _join([part[layer] for part in parts]) for layer in layers}
