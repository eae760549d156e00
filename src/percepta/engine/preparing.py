"""What an evaluation learns from a few hundred samples before its pass over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from percepta.analysis.latent import Calibration, calibrate
from percepta.core.progress import Progress
from percepta.engine.batches import Reader
from percepta.engine.choosing import spread
from percepta.engine.columns import own_fields
from percepta.engine.opening import Spaces
from percepta.engine.options import EvaluateOptions
from percepta.engine.own_spaces import OwnSpaces
from percepta.engine.predictions import plan_heads
from percepta.engine.recording import Recorder, arrays_of, responses, run_batch
from percepta.integration import Integration, Reading, Samples, complete
from percepta.models import Model

CALIBRATION_SAMPLES = 256
KEPT_BYTES = 64 * 2**20
"""Outputs kept to see how they are read: all where they are class scores, some where they are maps."""
EXAMPLE_SIZE = 4


def example_inputs(integration: Integration, readings: Sequence[Reading]) -> dict[str, Any]:
    """Return a small batch of what the model takes, by name ``[B, ...]``, to open the model with."""
    given = [integration.fed(reading.inputs) for reading in readings]
    first = given[0]
    alike = [
        inputs
        for inputs in given
        if all(array.shape == first[name].shape for name, array in inputs.items())
    ][:EXAMPLE_SIZE]
    return {name: np.stack([inputs[name] for inputs in alike]) for name in first}


def prepare(
    integration: Integration,
    readings: Sequence[Reading],
    model: Model,
    spaces: Spaces,
    samples: Reader,
    subsets: Sequence[Samples],
    stored: bytes | None,
    options: EvaluateOptions,
    progress: Progress,
) -> Recorder:
    """Learn how layers respond and how outputs are to be read.

    Args:
        integration: the integration.
        readings: a spread of samples, from which missing losses, metrics and pictures are decided.
        model: the opened model.
        spaces: the latent spaces to build.
        samples: reads samples.
        subsets: all samples of the run; some hundreds of them, spread evenly, are used.
        stored: the calibration of an interrupted run, which is kept as it was.
        options: how the evaluation is run.
        progress: told of every batch.

    Raises:
        IntegrationError: labels or a latent space of the user's own do not fit the model's outputs.
    """
    chosen = spread({part.subset: part.ids for part in subsets}, CALIBRATION_SAMPLES)
    by_subset = {part.subset: part for part in subsets}
    own_spaces = OwnSpaces(spaces.own, options.seed)
    progress.stage("calibrating", len(chosen))
    gathered: list[dict[str, dict[str, Any]]] = []
    outputs: list[dict[str, Any]] = []
    truths: list[dict[str, Any]] = []
    for batch in samples.batches(chosen):
        progress.check_cancelled()
        progress.advance(batch.size)
        if not batch.keys:
            continue
        given = run_batch(integration, model, batch, spaces.layers)
        gathered.append(responses(given))
        own_spaces.vectors(batch.latents, arrays_of(batch, given, by_subset))  # or say why not
        kept = sum(array.nbytes for part in outputs for array in part.values())
        if integration.labeled(batch.keys[0].subset) and kept < KEPT_BYTES:
            outputs.append(given.outputs)
            truths.append(batch.ground_truths)
        last = given.outputs
    if stored is None:
        joined_responses = _join_responses(gathered, spaces.layers)
        calibration = calibrate(spaces.recipes, joined_responses, seed=options.seed)
    else:
        calibration = Calibration.from_bytes(stored)
    joined = _join(outputs) if outputs else last
    integration = complete(integration, readings, joined)
    heads = plan_heads(integration, joined, _join(truths))
    return Recorder(
        integration=integration,
        model=model,
        subsets=by_subset,
        calibration=calibration,
        own_spaces=own_spaces,
        heads=heads,
        capture=spaces.layers,
        visuals=options.visuals,
        own=own_fields(heads),
    )


def _join(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if not parts:
        return {}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _join_responses(
    parts: Sequence[Mapping[str, Mapping[str, Any]]], layers: Sequence[str]
) -> dict[str, dict[str, Any]]:
    return {layer: _join([part[layer] for part in parts]) for layer in layers}
