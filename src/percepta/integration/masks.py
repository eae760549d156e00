"""Masks of objects that are rows of their own: calling the user's function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import SampleError
from percepta.integration.arrays import UnsuitableError, all_finite, as_array
from percepta.integration.blame import at_sample, blamed, name_of
from percepta.integration.parts import MaskFunction
from percepta.integration.samples import Samples

Mask = NDArray[np.bool_]


def read_mask(function: MaskFunction, samples: Samples, sample_id: Any) -> Mask | None:
    """Call a mask function for one sample.

    Returns:
        bool ``[H, W]``, or None where the sample is a whole.

    Raises:
        SampleError: it raised, or returned something else.
    """
    name = name_of(function.function)
    place = at_sample(function.where, samples.subset, sample_id)
    try:
        value = function.function(sample_id, samples)
    except Exception as error:
        fix = f"Fix {name}() for this sample, or leave the sample out of its subset."
        raise blamed(error, SampleError, name, place, fix) from error
    if value is None:
        return None
    try:
        return as_mask(value)
    except UnsuitableError as error:
        raise SampleError(f"{name}() returned {error.what}.", where=place, fix=error.fix) from None


def stacked(masks: Sequence[Mask | None]) -> Mask | None:
    """Return the masks of a batch as bool ``[B, H, W]``, empty for samples that are a whole.

    None where all of them are.
    """
    known = next((mask for mask in masks if mask is not None), None)
    if known is None:
        return None
    return np.stack([np.zeros_like(known) if mask is None else mask for mask in masks])


def as_mask(value: Any) -> Mask:
    """Take ``[H, W]`` (or with a channel axis of one), true or positive inside, as bool ``[H, W]``.

    Raises:
        UnsuitableError: it is something else.
    """
    array = as_array(value)
    if array.dtype.kind not in "biuf" or not all_finite(array):
        raise UnsuitableError("values that are no mask", "Return True inside and False outside.")
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[-1]):
        array = array[0] if array.shape[0] == 1 else array[..., 0]
    if array.ndim != 2 or array.size == 0:
        raise UnsuitableError(
            f"a mask of shape {array.shape}",
            "Return [height, width] of the picture, true inside the object.",
        )
    return np.asarray(array > 0)
