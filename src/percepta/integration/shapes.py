"""Shapes of samples: one for all, learnt from what most of a few probed samples have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from numpy.typing import NDArray

from percepta.core.errors import SampleError, Where
from percepta.core.subsets import SampleId
from percepta.integration.blame import at_sample
from percepta.integration.integration import Integration, Reading
from percepta.integration.samples import Samples

Shape = tuple[int, ...]
Shapes = dict[tuple[str, str], Shape]
"""Kind and name of an array of a sample → its shape."""


def common_shapes(readings: Iterable[Reading]) -> Shapes:
    """Return the shape of each array that most readings have."""
    seen: dict[tuple[str, str], Counter[Shape]] = {}
    for reading in readings:
        for kind, name, array in _arrays(reading):
            seen.setdefault((kind, name), Counter())[array.shape] += 1
    return {key: counts.most_common(1)[0][0] for key, counts in seen.items()}


def misfit(
    integration: Integration,
    reading: Reading,
    shapes: Shapes,
    samples: Samples,
    sample_id: SampleId,
) -> SampleError | None:
    """Return what to say of a reading that has another shape than the other samples; None: it fits."""
    for kind, name, array in _arrays(reading):
        expected = shapes.get((kind, name), array.shape)
        if array.shape != expected:
            return SampleError(
                f"The {kind} {name!r} has shape {array.shape}, but other samples have {expected}.",
                where=at_sample(_place(integration, kind, name), samples.subset, sample_id),
                fix="Return the same shape for every sample: resize, crop or pad.",
            )
    return None


def _arrays(reading: Reading) -> Iterator[tuple[str, str, NDArray[Any]]]:
    for name, array in reading.inputs.items():
        yield "input", name, array
    for name, array in reading.ground_truths.items():
        yield "ground truth", name, array
    for name, array in reading.latents.items():
        yield "latent space", name, array
    if reading.mask is not None:
        yield "mask", "object", reading.mask


def _place(integration: Integration, kind: str, name: str) -> Where:
    if kind == "mask":
        return integration.mask.where if integration.mask is not None else Where()
    places = {
        "input": {encoder.name: encoder.where for encoder in integration.inputs},
        "ground truth": {encoder.name: encoder.where for encoder in integration.ground_truths},
        "latent space": {space.name: space.where for space in integration.latent_spaces},
    }
    return places[kind].get(name, Where())
