"""Reading samples: calling the user's functions, and keeping their mistakes to one sample each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleId, Subset
from percepta.integration.arrays import UnsuitableError, all_finite, as_array, as_scalar
from percepta.integration.blame import at_sample, blamed, defined_at, name_of
from percepta.integration.integration import (
    GroundTruthEncoder,
    InputEncoder,
    Integration,
    LatentSpace,
    MetadataFunction,
    Reading,
    Scalar,
)
from percepta.integration.latents import read_latent
from percepta.integration.masks import read_mask
from percepta.integration.samples import Samples
from percepta.integration.shapes import Shapes, common_shapes, misfit

MAX_METADATA = 800
PROBES = 5


def load_subsets(integration: Integration) -> list[Samples]:
    """Run the user's subsets function and check what it returns.

    Raises:
        IntegrationError: as :meth:`Integration.load_subsets` says.
    """
    function = integration.subsets
    name, where = name_of(function), defined_at(function)
    try:
        found = function()
    except Exception as error:
        fix = f"Fix {name}(); it runs once, before anything else."
        raise blamed(error, IntegrationError, name, where, fix) from error
    if isinstance(found, Samples):
        found = [found]
    if not isinstance(found, list | tuple) or not all(isinstance(s, Samples) for s in found):
        what = "None" if found is None else f"a {type(found).__name__}"
        if isinstance(found, list | tuple):
            odd = next(item for item in found if not isinstance(item, Samples))
            what = f"a list with a {type(odd).__name__} in it"
        raise IntegrationError(
            f"{name}() returned {what}.", where=where, fix="Return a list of percepta.Samples."
        )
    if not found:
        raise IntegrationError(
            f"{name}() returned no samples.",
            where=where,
            fix="Return at least one percepta.Samples, e.g. Samples('validation', ids=range(100)).",
        )
    counts = Counter(samples.subset for samples in found)
    twice = [subset.value for subset, count in counts.items() if count > 1]
    if twice:
        raise IntegrationError(
            f"{name}() returned the subset {twice[0]!r} twice.",
            where=where,
            fix="Put all samples of a subset into one percepta.Samples, or name the other "
            "subset 'additional'.",
        )
    order = list(Subset)
    return sorted(found, key=lambda samples: order.index(samples.subset))


def make_model(integration: Integration) -> Any:
    """Call the user's model function; see :meth:`Integration.make_model`."""
    function = integration.model
    if function is None:
        raise IntegrationError(
            "The script has no model.",
            where=Where(file=integration.path),
            fix="Write a function under @percepta.model that returns it, or give a file: "
            "--model model.onnx.",
        )
    name, where = name_of(function), defined_at(function)
    try:
        model = function()
    except Exception as error:
        fix = f"Fix {name}(), or give a model file: --model model.onnx."
        raise blamed(error, IntegrationError, name, where, fix) from error
    if model is None:
        raise IntegrationError(
            f"{name}() returned None.",
            where=where,
            fix="Return the model: a torch.nn.Module or a path of an .onnx file.",
        )
    return model


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
