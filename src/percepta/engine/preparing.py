"""What an evaluation learns from a few hundred samples before its pass over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from percepta.analysis.latent import Calibration, SpaceRecipe, calibrate
from percepta.core.progress import Progress
from percepta.engine.batches import Reader
from percepta.engine.choosing import Keys, spread
from percepta.engine.columns import own_fields
from percepta.engine.options import EvaluateOptions
from percepta.engine.predictions import plan_heads
from percepta.engine.recording import Recorder, responses
from percepta.integration import Integration, Reading, complete
from percepta.models import Model

CALIBRATION_SAMPLES = 256
EXAMPLE_SIZE = 4


def example_inputs(readings: Sequence[Reading]) -> dict[str, Any]:
    """Return a small batch of real inputs, by name ``[B, ...]``, to open the model with."""
    first = readings[0].inputs
    alike = [
        reading.inputs
        for reading in readings
        if all(array.shape == first[name].shape for name, array in reading.inputs.items())
    ][:EXAMPLE_SIZE]
    return {name: np.stack([inputs[name] for inputs in alike]) for name in first}


def prepare(
    integration: Integration,
    readings: Sequence[Reading],
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
        readings: a spread of samples, from which missing losses, metrics and pictures are decided.
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
    for batch in samples.batches(chosen):
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
    joined = _join(outputs) if outputs else last
    integration = complete(integration, readings, joined)
    heads = plan_heads(integration, joined, _join(truths))
    own = own_fields(heads)
    return Recorder(integration, model, calibration, heads, capture, options.visuals, own)


def _join(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not parts:
        return {}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _join_responses(
    parts: Sequence[Mapping[str, Mapping[str, Any]]], layers: Sequence[str]
) -> dict[str, dict[str, Any]]:
    return {layer: _join([part[layer] for part in parts]) for layer in layers}
