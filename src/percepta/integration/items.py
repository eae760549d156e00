"""Items of map-style datasets: ``(input, target)`` or ``input``, in whatever form a dataset gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.integration.arrays import UnsuitableError, as_array
from percepta.integration.reading import check_input

Arrays = dict[str, NDArray[Any]]

INPUT = "input"
TARGET = "target"


@dataclass(frozen=True, slots=True)
class Item:
    """What a dataset gave for one sample: arrays by name; no targets for unlabeled samples."""

    inputs: Arrays
    targets: Arrays


def item_of(value: Any, *, labeled: bool) -> Item:
    """Take an item of a dataset apart.

    Args:
        value: ``(input, target)``, or just the input. Several inputs or targets are dicts by name.
        labeled: whether a target is needed; otherwise it is ignored.

    Raises:
        UnsuitableError: it is something else.
    """
    given, target, has_target = _parts(value)
    if labeled and not has_target:
        raise UnsuitableError(
            "an input without a target",
            "Return (input, target), or put these samples into the subset 'unlabeled'.",
        )
    return Item(inputs_of(given), _named(target, TARGET, as_array) if labeled else {})


def inputs_of(given: Any) -> Arrays:
    """Return an input, or several in a dict, as arrays by name.

    Raises:
        UnsuitableError: one of them is no array, or none that a model can take.
    """
    inputs = _named(given, INPUT, _input)
    for array in inputs.values():
        check_input(array)
    return inputs


def _parts(value: Any) -> tuple[Any, Any, bool]:
    if not isinstance(value, tuple | list):
        return value, None, False
    if len(value) == 2:
        return value[0], value[1], True
    if len(value) == 1:
        return value[0], None, False
    raise UnsuitableError(
        f"{len(value)} values",
        "Return (input, target); give several inputs as a dict, {'image': …, 'text': …}.",
    )


def _named(value: Any, name: str, convert: Any) -> Arrays:
    if not isinstance(value, Mapping):
        return {name: convert(value)}
    if not value:
        raise UnsuitableError("an empty dict", "Return one entry per input.")
    arrays = {}
    for key, part in value.items():
        try:
            arrays[str(key)] = convert(part)
        except UnsuitableError as error:
            raise UnsuitableError(f"{error.what} for {key!r}", error.fix) from None
    return arrays


def _input(value: Any) -> NDArray[Any]:
    """A picture object (Pillow) becomes float32 ``[C, H, W]`` in 0..1, as PyTorch models take it."""
    array = as_array(value)
    if type(value).__module__.startswith("PIL."):
        planes = array[None] if array.ndim == 2 else np.moveaxis(array, -1, 0)
        return np.ascontiguousarray(planes, dtype=np.float32) / np.float32(255)
    return array
