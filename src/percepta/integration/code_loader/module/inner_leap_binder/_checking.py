"""What decorated functions are called with and return, checked as the public API promises."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at, name_of
from percepta.integration.builtin import caller
from percepta.integration.code_loader.module.contract.datasetclasses import PreprocessResponse

Function = Callable[..., Any]


def sample_arguments(
    function: Function, arguments: Sequence[Any], keywords: dict[str, Any]
) -> tuple[Any, PreprocessResponse]:
    """Return the sample id (or group of ids) and the subset that a function is called with.

    Raises:
        IntegrationError: they are not two, not of the right types, or the id is of another type than
            the subset's.
    """
    name = name_of(function)
    given = [*arguments, *keywords.values()]
    if len(given) != 2:
        raise IntegrationError(
            f"{name}() is called with {len(given)} arguments.",
            where=caller(),
            fix=f"Write {name}(sample_id, preprocess).",
        )
    sample_id, response = given
    if not isinstance(response, PreprocessResponse):
        raise IntegrationError(
            f"{name}() is called with a {type(response).__name__} instead of a PreprocessResponse.",
            where=caller(),
            fix=f"Write {name}(sample_id, preprocess): the id first.",
        )
    check_id(name, sample_id, response)
    return sample_id, response


def check_id(name: str, sample_id: Any, response: PreprocessResponse) -> None:
    """Refuse an id that does not fit its subset.

    Raises:
        IntegrationError: it is of another type, or a group where ids are flat (or the reverse).
    """
    grouped = isinstance(sample_id, list)
    if grouped is not response.is_grouped:
        what = "a group of ids" if grouped else "one id"
        kind = "grouped" if response.is_grouped else "not grouped"
        raise IntegrationError(
            f"{name}() is called with {what}, but the ids of its subset are {kind}.",
            where=caller(),
            fix="Give it an item of preprocess.sample_ids.",
        )
    for one in sample_id if grouped else [sample_id]:
        if type(one) is not response.sample_id_type:
            raise IntegrationError(
                f"{name}() is called with the id {one!r:.60}, a {type(one).__name__}, but the ids of "
                f"its subset are {_type_name(response.sample_id_type)}.",
                where=caller(),
                fix="Give an id as preprocess.sample_ids has it, or set sample_id_type.",
            )


def check_array(function: Function, value: Any, *, channel_dim: int = -1) -> None:
    """Refuse what is no float32 array of one sample.

    Raises:
        IntegrationError: it is something else, or has no axis ``channel_dim``.
    """
    name, where = name_of(function), defined_at(function)
    if not isinstance(value, np.ndarray):
        what = "None" if value is None else f"a {type(value).__name__}"
        fix = "Return one float32 numpy array."
        if isinstance(value, tuple):
            fix = "Return one float32 numpy array: join the parts, or write a function for each."
        raise IntegrationError(f"{name}() returned {what}.", where=where, fix=fix)
    if value.dtype != np.float32:
        raise IntegrationError(
            f"{name}() returned an array of type {value.dtype}.",
            where=where,
            fix="End it with .astype(np.float32).",
        )
    if channel_dim - 1 > value.ndim:
        raise IntegrationError(
            f"{name}() returned an array of shape {value.shape}, but channel_dim is {channel_dim}.",
            where=where,
            fix="Give the channel axis counted with the batch axis: 1 for channels first, -1 for "
            "channels last.",
        )


def check_channel_dim(kind: str, name: str, channel_dim: Any) -> int:
    """Return the channel axis, counted with the batch axis.

    Raises:
        IntegrationError: it is the batch axis, or no axis at all.
    """
    if not isinstance(channel_dim, int) or (channel_dim <= 0 and channel_dim != -1):
        raise IntegrationError(
            f"The channel_dim of {kind} {name!r} is {channel_dim!r}.",
            where=caller(),
            fix="Count axes with the batch axis: 1 for channels first, -1 for channels last.",
        )
    return channel_dim


def each_of_group(
    function: Function, value: Any, size: int, check: Callable[[Any], None], *, arrays: bool = True
) -> list[Any]:
    """Return what a function gave for each sample of a group.

    Raises:
        IntegrationError: it is no list (or array, where arrays are given) with one entry per sample.
    """
    split = arrays and isinstance(value, np.ndarray) and value.ndim > 0
    if not (split or isinstance(value, list)) or len(value) != size:
        got = f"{len(value)} entries" if split or isinstance(value, list) else type(value).__name__
        raise IntegrationError(
            f"{name_of(function)}() returned {got} for a group of {size} samples.",
            where=defined_at(function),
            fix="Return a list with one entry per id of the group, in its order.",
        )
    rows = list(value)
    for row in rows:
        check(row)
    return rows


def with_batch_axis(function: Function, value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Add the batch axis that the system adds, and warn where the array seems to have one already."""
    if value.ndim > 0 and value.shape[0] == 1:
        warnings.warn(
            f"{name_of(function)}() returned an array of shape {value.shape}; a batch axis is added "
            "before its first axis. Ignore this if that axis is real, e.g. a single channel.",
            stacklevel=2,
        )
    return value[None]


def check_takes(function: Function, count: int, what: str) -> None:
    """Refuse a function that cannot be called with ``count`` positional arguments.

    Raises:
        IntegrationError: it cannot.
    """
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        raise IntegrationError(
            f"{name_of(function)}{inspect.signature(function)} must take {what}.",
            where=defined_at(function),
            fix=f"Write def {name_of(function)}{what if count else '()'}.",
        ) from None


def check_new(kind: str, name: Any, taken: Sequence[str], function: Function) -> None:
    """Refuse a name that is none, or that is taken.

    Raises:
        IntegrationError: it is so.
    """
    if not isinstance(name, str) or not name:
        raise IntegrationError(
            f"The {kind} {name_of(function)}() has the name {name!r:.60}.",
            where=defined_at(function),
            fix="Give the decorator a text.",
        )
    if name in taken:
        raise IntegrationError(
            f"The {kind} {name!r} is declared twice.",
            where=defined_at(function),
            fix="Rename one of them.",
        )


def _type_name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))
