"""Latent spaces of the user's own: calling their functions, and what their arrays become."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError
from percepta.core.subsets import SampleKey
from percepta.integration.arrays import UnsuitableError, all_finite, as_array
from percepta.integration.blame import at_sample, blamed, name_of
from percepta.integration.calls import Answers, ask
from percepta.integration.parts import LatentSpace
from percepta.integration.samples import Samples

if TYPE_CHECKING:
    from percepta.integration.measuring import Batch

WIDEST = 4096
"""Most dimensions of a latent space of the user's own."""

MOST_VALUES = 1 << 22
"""Most values of a sample that are projected: the random matrix of 512 columns then takes 256 MiB."""

Floats = NDArray[np.float32]


def check_spaces(spaces: Sequence[LatentSpace], taken: Collection[str] = ()) -> None:
    """Check what can be checked before a sample is read.

    Args:
        spaces: the user's own.
        taken: names of the spaces that percepta builds.

    Raises:
        IntegrationError: a name is used twice, several are preferred, or a setting makes no sense.
    """
    counts = Counter([*taken, *(space.name for space in spaces)])
    for space in spaces:
        if counts[space.name] > 1:
            other = "percepta builds itself" if space.name in taken else "is declared already"
            raise IntegrationError(
                f"The latent space {space.name!r} has the name of one that {other}.",
                where=space.where,
                fix="Rename it.",
            )
        if space.reduce not in (None, "mean", "projection"):
            raise IntegrationError(
                f"The latent space {space.name!r} is to be reduced by {space.reduce!r}.",
                where=space.where,
                fix="Use reduce='mean', reduce='projection', or leave it out for vectors.",
            )
        if not 1 <= space.width <= WIDEST:
            raise IntegrationError(
                f"The latent space {space.name!r} is to have {space.width} dimensions.",
                where=space.where,
                fix=f"Give a width of 1 to {WIDEST}.",
            )
    preferred = [space for space in spaces if space.preferred]
    if len(preferred) > 1:
        names = " and ".join(repr(space.name) for space in preferred)
        raise IntegrationError(
            f"The latent spaces {names} are both preferred.",
            where=preferred[1].where,
            fix="Prefer one: it is what maps are made of unless another is asked for.",
        )


def read_latent(space: LatentSpace, samples: Samples, sample_id: Any) -> Floats:
    """Call the function of a latent space that is read per sample.

    Returns:
        float32, without a batch axis, not reduced yet.

    Raises:
        SampleError: it raised, or returned something other than an array of finite numbers.
    """
    name = name_of(space.function)
    place = at_sample(space.where, samples.subset, sample_id)
    try:
        value = space.function(sample_id, samples)
    except Exception as error:
        fix = f"Fix {name}() for this sample, or leave the sample out of its subset."
        raise blamed(error, SampleError, name, place, fix) from error
    try:
        return _floats(value)
    except UnsuitableError as error:
        raise SampleError(f"{name}() returned {error.what}.", where=place, fix=error.fix) from None


def latents_of(space: LatentSpace, batch: Batch) -> tuple[Floats | None, dict[int, SampleError]]:
    """Call the function of a latent space that is made from the arrays of a batch.

    Returns:
        float32 ``[B, …]``, not reduced yet, zero for samples that failed (None if all did); and by
        position, why.

    Raises:
        IntegrationError: an array it needs is not there, or it returned something without one entry per
            sample.
    """
    arguments = batch.arguments(space.connections)
    if arguments is None:
        subset = batch.samples.subset.value
        raise IntegrationError(
            f"The latent space {space.name!r} needs a ground truth, which {subset} samples lack.",
            where=space.where,
            fix="Make it from inputs and predictions, or leave that subset out.",
        )
    return _joined(space, ask(space.function, space.where, arguments, batch.keys), batch.keys)


def width_of(space: LatentSpace, shape: tuple[int, ...]) -> int:
    """Return the width of the vectors that arrays of a shape (without the batch axis) become.

    Raises:
        IntegrationError: they cannot become vectors of a bearable width.
    """
    values = math.prod(shape)
    if values == 0:
        raise _unfit(space, f"empty arrays of shape {shape}", "Return the values of the sample.")
    if space.reduce is None:
        if len(shape) != 1:
            raise _unfit(
                space,
                f"arrays of shape {shape} per sample, not vectors",
                "Say reduce='mean' to average over positions, or reduce='projection'.",
            )
        width = values
    elif space.reduce == "mean":
        axis = space.channel_axis - 1 if space.channel_axis > 0 else space.channel_axis
        if space.channel_axis == 0 or not -len(shape) <= axis < len(shape):
            raise _unfit(
                space,
                f"arrays of shape {shape} per sample, without an axis {space.channel_axis} beside the "
                "batch",
                "Set channel_axis to the axis of the channels, counted with the batch axis.",
            )
        width = shape[axis]
    elif values > MOST_VALUES:
        said = f"{values:,} values per sample, more than the {MOST_VALUES:,} that can be projected"
        raise _unfit(space, said, "Say reduce='mean', or pool them before you return them.")
    else:
        width = min(values, space.width)
    if width > WIDEST:
        raise _unfit(
            space,
            f"{width:,} values per sample, more than {WIDEST:,}",
            "Say reduce='projection' to bring them to fewer.",
        )
    return width


def _joined(
    space: LatentSpace, answers: Answers, keys: Sequence[SampleKey]
) -> tuple[Floats | None, dict[int, SampleError]]:
    name = name_of(space.function)
    failures = dict(answers.failures)
    joined: Floats | None = None
    for rows, value in answers.parts:
        try:
            array = np.asarray(as_array(value), dtype=np.float32)
        except (UnsuitableError, TypeError, ValueError) as error:
            what = error.what if isinstance(error, UnsuitableError) else f"no numbers ({error})"
            raise _unfit(space, what, "Return one vector of numbers per sample.") from None
        if array.ndim < 2 or len(array) != len(rows):
            raise _unfit(
                space,
                f"an array of shape {array.shape} for a batch of {len(rows)}",
                f"Return one vector per sample, shape ({len(rows)}, width).",
            )
        if joined is None:
            joined = np.zeros((len(keys), *array.shape[1:]), np.float32)
        if array.shape[1:] != joined.shape[1:]:
            raise _unfit(
                space,
                f"shape {array.shape[1:]} for one sample and {joined.shape[1:]} for another",
                "Return the same shape for every sample.",
            )
        joined[rows.start : rows.stop] = array
    if joined is not None and not all_finite(joined):
        odd = ~np.isfinite(joined.reshape(len(keys), -1)).all(axis=1)
        for index in np.flatnonzero(odd).tolist():
            joined[index] = 0
            failures.setdefault(index, _not_finite(name, space, keys[index]))
    return joined, failures


def _floats(value: Any) -> Floats:
    array = as_array(value)
    try:
        floats = np.asarray(array, dtype=np.float32)
    except (TypeError, ValueError):
        raise UnsuitableError(f"an array of {array.dtype}", "Return numbers.") from None
    if floats.size == 0:
        raise UnsuitableError(f"an empty array of shape {array.shape}", "Return a vector.")
    if not all_finite(floats):
        raise UnsuitableError("values that are not finite (NaN or infinity)", _FINITE)
    return floats


_FINITE = "Return finite numbers: distances between samples are measured with them."


def _not_finite(name: str, space: LatentSpace, key: SampleKey) -> SampleError:
    return SampleError(
        f"{name}() returned values that are not finite (NaN or infinity).",
        where=at_sample(space.where, key.subset, key.id),
        fix=_FINITE,
    )


def _unfit(space: LatentSpace, what: str, fix: str) -> IntegrationError:
    return IntegrationError(
        f"The latent space {space.name!r}: {name_of(space.function)}() returned {what}.",
        where=space.where,
        fix=fix,
    )
