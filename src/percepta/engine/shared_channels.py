"""The channels that a group of samples shares most against the population, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.shared import Shared, shared_channels
from percepta.core.errors import TargetError
from percepta.engine.activations import by_subset
from percepta.engine.explain import Explainer
from percepta.engine.halving import Halving
from percepta.engine.recording import responses
from percepta.engine.spaces import built_space, calibration_of

FloatArray = NDArray[np.float32]

MOST_SAMPLES = 64
"""Samples of a group that are looked at; of more, as many evenly over the group."""
MOST_CHANNELS = 8
"""Channels told of each layer."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupChannels:
    """The channels that a group shares.

    Attributes:
        space: the latent space whose layers were looked at, and by whose pooling.
        rows: the samples that were looked at.
        layers: by layer, in execution order; a layer may have none.
    """

    space: str
    rows: tuple[int, ...]
    layers: dict[str, Shared]


def group_channels(
    explainer: Explainer,
    rows: Sequence[int],
    space: str | None = None,
    most: int = MOST_CHANNELS,
) -> GroupChannels:
    """Find the channels whose pooled response over a group is highest and steadiest.

    The population is known by the statistics of the run's calibration.

    Args:
        explainer: of the run.
        rows: the group, of any subsets.
        space: latent space whose layers are looked at; None: the first that layers build.
        most: at most so many channels a layer.

    Raises:
        TargetError: layers do not build that space, or the group is empty.
        SampleError: a sample cannot be read.
    """
    if not rows:
        raise TargetError("The group is empty.", fix="Name at least one sample.")
    calibration = calibration_of(explainer.run)
    space = built_space(calibration, space)
    chosen = evenly(rows)
    layers = calibration.recipes[space].layers
    batches = Halving()
    standing: list[dict[str, FloatArray]] = []
    for part in by_subset(explainer.run, chosen):

        def stand(span: slice, part: list[int] = part) -> dict[str, FloatArray]:
            given = responses(explainer.forward(part[span], layers))
            return {layer: calibration.standardised(space, layer, given) for layer in layers}

        standing += batches.run(len(part), stand)
    return GroupChannels(
        space,
        tuple(chosen),
        {
            layer: shared_channels(np.concatenate([one[layer] for one in standing]), most)
            for layer in layers
        },
    )


def evenly(rows: Sequence[int]) -> list[int]:
    """Return at most :data:`MOST_SAMPLES` of some rows, evenly spread, the first and the last among them."""
    picked = np.linspace(0, len(rows) - 1, min(len(rows), MOST_SAMPLES)).round().astype(int)
    return [rows[index] for index in picked.tolist()]
