"""Calling a script's functions of arrays the way they expect it.

Scripts are not of one mind. Some measure batches, some only batches of one; some visualizers take one
sample, some a batch of one. Which it is shows when they are called, and is remembered.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.integration.blame import name_of
from percepta.integration.code_loader.advice import advice
from percepta.integration.code_loader.decisions import are_elements, decisions
from percepta.integration.code_loader.module.contract.datasetclasses import (
    RawInputsForHeatmap,
    SamplePreprocessResponse,
)
from percepta.integration.code_loader.visuals import visual_of
from percepta.integration.samples import SampleBatch

Function = Callable[..., Any]


class Measured:
    """A loss, metric or latent space of a script, called with arrays that have a batch axis.

    Where it gives another number of values than there are samples, it is asked sample by sample; that is
    remembered if it helps, and left to be reported if it does not.
    """

    def __init__(self, function: Function) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._one_by_one = False

    def __call__(self, **arguments: Any) -> Any:
        """Return what the function gives, decisions as percepta's."""
        given = {name: as_told(value) for name, value in arguments.items()}
        count = max((size_of(value) for value in given.values()), default=1)
        if self._one_by_one and count > 1:
            return _with_decisions(self._each(given, count))
        value = self._function(**given)
        if count > 1 and not _fits(value, count):
            each = self._each(given, count)
            if _fits(each, count):
                self._one_by_one = True
                value = each
        return _with_decisions(value)

    def _each(self, given: Mapping[str, Any], count: int) -> Any:
        single = [
            self._function(**{name: _part(value, index) for name, value in given.items()})
            for index in range(count)
        ]
        if isinstance(single[0], Mapping):
            return {key: _joined([one[key] for one in single]) for key in single[0]}
        return _joined(single)


class Shown:
    """A visualizer of a script, called with the arrays of one sample.

    It is tried with a batch axis of one, then without, and whichever worked is kept to.
    """

    def __init__(self, function: Function) -> None:
        functools.update_wrapper(self, function)
        self._function = function
        self._batched: bool | None = None

    def __call__(self, **arguments: Any) -> Any:
        """Return percepta's visual for what the function gives; None where it gives None."""
        value = self._call({name: as_told(given) for name, given in arguments.items()})
        return None if value is None else visual_of(value)

    def advise(self, **arguments: Any) -> list[str]:
        """Return what looks wrong in what the function gives, one sentence each."""
        value = self._call({name: as_told(given) for name, given in arguments.items()})
        return [f"{name_of(self._function)}(): {sentence}" for sentence in advice(value)]

    def _call(self, given: Mapping[str, Any]) -> Any:
        if self._batched is not None:
            return self._in_form(given, self._batched)
        try:
            value = self._in_form(given, True)
        except Exception as first:
            try:
                value = self._in_form(given, False)
            except Exception:
                raise first from None
            self._batched = False
            return value
        self._batched = True
        return value

    def _in_form(self, given: Mapping[str, Any], batched: bool) -> Any:
        if not batched:
            return self._function(**given)
        told = SamplePreprocessResponse
        return self._function(
            **{n: v if isinstance(v, told) else np.asarray(v)[None] for n, v in given.items()}
        )


def heatmap_of(function: Function, raw_argument: str | None) -> Function:
    """Turn a heat-map function of a script into percepta's.

    Args:
        function: takes heat maps by the visualizer's argument names, each ``[1, …]``.
        raw_argument: its argument that takes the raw arrays, if it has one.

    Returns:
        ``(heatmaps, arrays) -> [H, W] float32``; both by the visualizer's arguments, each ``[1, …]``.
    """

    @functools.wraps(function)
    def bring(
        heatmaps: Mapping[str, NDArray[Any]], arrays: Mapping[str, NDArray[Any]]
    ) -> NDArray[np.float32]:
        told = {} if raw_argument is None else {raw_argument: RawInputsForHeatmap(dict(arrays))}
        result: NDArray[np.float32] = np.asarray(function(**heatmaps, **told), np.float32)
        return result

    return bring


def as_told(value: Any) -> Any:
    """Return who the samples are as scripts are told it; arrays as they are."""
    if isinstance(value, SampleBatch):
        return SamplePreprocessResponse(np.array(value.ids), value.samples.data)
    return value


def size_of(value: Any) -> int:
    """Number of samples that an argument is about."""
    if isinstance(value, SamplePreprocessResponse):
        return len(value.sample_ids)
    return len(value) if np.ndim(value) else 1


def _part(value: Any, index: int) -> Any:
    rows = slice(index, index + 1)
    if isinstance(value, SamplePreprocessResponse):
        return SamplePreprocessResponse(value.sample_ids[rows], value.preprocess_response)
    return value[rows]


def _fits(value: Any, count: int) -> bool:
    """Whether a result has one entry per sample."""
    parts = value.values() if isinstance(value, Mapping) else [value]
    return all(_length(part) == count for part in parts)


def _length(value: Any) -> int | None:
    if isinstance(value, list | tuple):
        return len(value)
    shape: tuple[int, ...] = tuple(getattr(value, "shape", ()))
    return int(shape[0]) if shape else None


def _joined(single: Sequence[Any]) -> Any:
    """Join results of one sample each: lists of one entry, or arrays."""
    if all(isinstance(one, list | tuple) for one in single):
        return [entry for one in single for entry in one]
    arrays = [np.asarray(one.numpy() if hasattr(one, "numpy") else one) for one in single]
    return np.concatenate([array if array.ndim else array[None] for array in arrays])


def _with_decisions(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_decisions(part) for key, part in value.items()}
    return decisions(value) if are_elements(value) else value
