"""Reading samples: calling the user's functions, and keeping their mistakes to one sample each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleId
from percepta.integration.arrays import UnsuitableError, all_finite, as_array, as_scalar
from percepta.integration.blame import at_sample, blamed, name_of
from percepta.integration.integration import Integration, Reading
from percepta.integration.latents import read_latent
from percepta.integration.masks import read_mask
from percepta.integration.parts import (
    GroundTruthEncoder,
    InputEncoder,
    LatentSpace,
    MetadataFunction,
    Scalar,
)
from percepta.integration.samples import Samples
from percepta.integration.shapes import Shapes, common_shapes, misfit

MAX_METADATA = 800
PROBES = 5


def read(
    integration: Integration, samples: Samples, ids: Sequence[SampleId]
) -> list[Reading | SampleError]:
    """Read samples; see :meth:`Integration.read`."""
    shapes = expected_shapes(integration)
    readings = _read(integration, samples, ids)
    for index, reading in enumerate(readings):
        if isinstance(reading, Reading):
            problem = misfit(integration, reading, shapes, samples, ids[index])
            if problem is not None:
                readings[index] = problem
    return readings


def spread(samples: Samples, count: int) -> list[SampleId]:
    """Return at most ``count`` ids, evenly spread from the first to the last."""
    total = len(samples.ids)
    count = min(count, total)
    if count <= 1:
        return list(samples.ids[:count])
    return [samples.ids[index * (total - 1) // (count - 1)] for index in range(count)]


def read_spread(integration: Integration, per_subset: int = 16) -> list[Reading]:
    """Read a spread of samples of every subset: for opening the model, and for calibration.

    Returns:
        What could be read, subsets in order; at least one reading.

    Raises:
        IntegrationError: none could be read; it tells the first reason.
    """
    first: SampleError | None = None
    readings = []
    for samples in integration.load_subsets():
        for reading in read(integration, samples, spread(samples, per_subset)):
            if isinstance(reading, Reading):
                readings.append(reading)
            elif first is None:
                first = reading
    if not readings and first is not None:
        raise IntegrationError(
            f"None of the samples tried could be read. {first.message}",
            where=first.where,
            fix=first.fix,
        )
    return readings


def expected_shapes(integration: Integration) -> Shapes:
    """Return the shape of each array that most of a few probed samples have.

    Probing fixed samples, rather than trusting whichever is read first, gives the same answer on
    every thread and after a resume.
    """
    once = integration._once
    if once.shapes is not None:
        return once.shapes
    with once.lock:
        if once.shapes is None:
            once.shapes = _learn_shapes(integration)
        return once.shapes


def _learn_shapes(integration: Integration) -> Shapes:
    probed: list[Reading] = []
    for samples in integration.load_subsets():
        readings = _read(integration, samples, spread(samples, PROBES))
        probed.extend(reading for reading in readings if isinstance(reading, Reading))
        if probed and (samples.subset.labeled or not integration.ground_truths):
            break
    return common_shapes(probed)


def _read(
    integration: Integration, samples: Samples, ids: Sequence[SampleId]
) -> list[Reading | SampleError]:
    if integration.reader is not None:
        readings = integration.reader(samples, ids)
    else:
        labeled = integration.labeled(samples.subset)
        readings = [_read_one(integration, samples, sample_id, labeled) for sample_id in ids]
    own = [space for space in integration.latent_spaces if not space.connections]
    if own or integration.mask is not None:
        readings = [
            _with_own(integration, reading, own, samples, sample_id)
            for reading, sample_id in zip(readings, ids, strict=True)
        ]
    return readings


def _with_own(
    integration: Integration,
    reading: Reading | SampleError,
    own: Sequence[LatentSpace],
    samples: Samples,
    sample_id: SampleId,
) -> Reading | SampleError:
    """Add the latent spaces and the mask that the user's functions give, where a reader did not."""
    if not isinstance(reading, Reading):
        return reading
    try:
        found = {
            space.name: read_latent(space, samples, sample_id)
            for space in own
            if space.name not in reading.latents
        }
        mask = reading.mask
        if mask is None and integration.mask is not None:
            mask = read_mask(integration.mask, samples, sample_id)
    except SampleError as error:
        return error
    return replace(reading, latents={**reading.latents, **found}, mask=mask)


def _read_one(
    integration: Integration, samples: Samples, sample_id: SampleId, labeled: bool
) -> Reading | SampleError:
    try:
        inputs = {e.name: encode(e, samples, sample_id) for e in integration.inputs}
        truths = {}
        if labeled:
            truths = {e.name: encode(e, samples, sample_id) for e in integration.ground_truths}
        metadata: dict[str, Scalar] = {}
        for described in integration.metadata:
            describe(described, samples, sample_id, metadata)
    except SampleError as error:
        return error
    return Reading(inputs, truths, metadata)


def encode(
    encoder: InputEncoder | GroundTruthEncoder, samples: Samples, sample_id: SampleId
) -> NDArray[Any]:
    """Call one encoder for one sample.

    Raises:
        SampleError: it raised, or returned something other than an array of finite numbers.
    """
    try:
        value = encoder.function(sample_id, samples)
    except Exception as error:
        raise _raised(error, encoder.function, encoder.where, samples, sample_id) from error
    try:
        array = as_array(value)
        if isinstance(encoder, InputEncoder):
            check_input(array)
    except UnsuitableError as error:
        raise SampleError(
            f"{name_of(encoder.function)}() returned {error.what}.",
            where=at_sample(encoder.where, samples.subset, sample_id),
            fix=error.fix,
        ) from None
    return array


def check_input(array: NDArray[Any]) -> None:
    """Refuse what no model can use.

    Raises:
        UnsuitableError: the array is empty, or has a NaN or an infinity in it.
    """
    if array.size == 0:
        raise UnsuitableError(
            f"an empty array of shape {array.shape}", "Return the data of the sample."
        )
    if not all_finite(array):
        raise UnsuitableError(
            "values that are not finite (NaN or infinity)",
            "Replace them, or leave the sample out of its subset.",
        )


def describe(
    function: MetadataFunction,
    samples: Samples,
    sample_id: SampleId,
    into: dict[str, Scalar],
) -> None:
    """Call one metadata function for one sample and add its fields to ``into``.

    Raises:
        SampleError: it raised, or returned something other than scalars.
    """
    try:
        value = function.function(sample_id, samples)
    except Exception as error:
        raise _raised(error, function.function, function.where, samples, sample_id) from error
    called, where = name_of(function.function), function.where
    try:
        if not isinstance(value, dict):
            _add(into, function.name or called, as_scalar(value))
            return
        prefix = "" if function.name is None else f"{function.name}_"
        for key, entry in value.items():
            if not isinstance(key, str) or not key:
                raise UnsuitableError(f"a dict with the key {key!r}", "Use texts as keys.")
            try:
                scalar = as_scalar(entry)
            except UnsuitableError as error:
                raise UnsuitableError(f"{error.what} for the key {key!r}", error.fix) from None
            _add(into, prefix + key, scalar)
    except UnsuitableError as error:
        raise SampleError(
            f"{called}() returned {error.what}.",
            where=at_sample(where, samples.subset, sample_id),
            fix=error.fix,
        ) from None


def _add(into: dict[str, Scalar], name: str, value: Scalar) -> None:
    if name in into:
        raise UnsuitableError(
            f"the field {name!r}, which another metadata function gives too",
            "Give one of them another name: @percepta.metadata('name').",
        )
    if len(into) >= MAX_METADATA:
        raise UnsuitableError(
            f"more than {MAX_METADATA} metadata fields", "Keep the fields you want to look at."
        )
    into[name] = value


def _raised(
    error: Exception, function: Any, where: Where, samples: Samples, sample_id: SampleId
) -> SampleError:
    name = name_of(function)
    place = at_sample(where, samples.subset, sample_id)
    fix = f"Fix {name}() for this sample, or leave the sample out of its subset."
    return blamed(error, SampleError, name, place, fix)
