"""Rows: the samples (and the objects in them) that a script's functions are asked about.

A row is a sample, or one object of a sample. Scripts whose ids come in groups are asked for a whole group at
once; its rows are kept until another group is read.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError
from percepta.core.subsets import SampleId
from percepta.integration.blame import defined_at, name_of
from percepta.integration.code_loader.module.contract.datasetclasses import (
    ElementInstance,
    PreprocessResponse,
)
from percepta.integration.code_loader.module.contract.enums import DataStateEnum
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder
from percepta.integration.samples import Samples

OfSample = Callable[[SampleId, Samples], Any]
"""A function of one row, as percepta calls it."""

GROUPS_KEPT = 2
INSTANCES_KEPT = 16


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is of.

    Attributes:
        sample_id: id of the sample, as the script gave it.
        index: number of the object in the sample; None: the row is the whole sample.
    """

    sample_id: Any
    index: int | None = None


class Rows:
    """The subsets of a script, and what its functions give for a row of them."""

    def __init__(self, binder: LeapBinder) -> None:
        self._binder = binder
        self._rows: dict[int, dict[SampleId, Row]] = {}
        self._places: dict[int, dict[SampleId, tuple[int, int]]] = {}
        self._instances: OrderedDict[tuple[int, Row], ElementInstance | None] = OrderedDict()
        self._lock = threading.Lock()

    def subsets(self) -> list[Samples]:
        """Run the script's preprocess function; its subsets that have samples.

        Raises:
            IntegrationError: they do not fit together; see :meth:`LeapBinder.get_preprocess_result`.
        """
        found = []
        for state in DataStateEnum:
            response = self._binder.get_preprocess_result().get(state)
            if response is None or not len(response):
                continue
            ids: list[SampleId] = [plain(one) for one in response.flat_sample_ids]
            if response.instance_to_sample_ids_mappings is not None:
                ids = [str(one) for one in ids]  # ids of objects are texts
                self._rows[id(response)] = _rows_of(response)
            found.append(Samples(state.name, ids, response))
        return found

    def of(self, sample_id: SampleId, samples: Samples) -> Row:
        """Return what a row is of."""
        known = self._rows.get(id(samples.data))
        return Row(sample_id) if known is None else known[sample_id]

    def reader(self, function: Callable[..., Any]) -> OfSample:
        """Turn a function ``(sample_id or group, preprocess)`` of the script into one of a row."""
        groups: OrderedDict[tuple[int, int], Any] = OrderedDict()
        lock = threading.Lock()

        @functools.wraps(function)
        def read(sample_id: SampleId, samples: Samples) -> Any:
            response = samples.data
            if not response.is_grouped:
                return function(self.of(sample_id, samples).sample_id, response)
            number, position = self._place(response, sample_id)
            with lock:
                key = (id(response), number)
                if key not in groups:
                    groups[key] = _of_group(function, response.groups[number], response)
                    while len(groups) > GROUPS_KEPT:
                        groups.popitem(last=False)
                return groups[key][position]

        return read

    def instance(self, sample_id: SampleId, samples: Samples) -> ElementInstance | None:
        """Return the object that a row is; None for the row of a sample."""
        row = self.of(sample_id, samples)
        if row.index is None:
            return None
        response = samples.data
        key = (id(response), row)
        with self._lock:
            if key not in self._instances:
                self._instances[key] = self._look_at(row, response)
                while len(self._instances) > INSTANCES_KEPT:
                    self._instances.popitem(last=False)
            return self._instances[key]

    def mask(self, sample_id: SampleId, samples: Samples) -> NDArray[Any] | None:
        """Return where the object that a row is lies, ``[H, W]``; None for the row of a sample."""
        instance = self.instance(sample_id, samples)
        if instance is None:
            return None
        mask = np.asarray(instance.mask)
        return mask[..., 0] if mask.ndim == 3 and mask.shape[-1] == 1 else mask.squeeze()

    def _look_at(self, row: Row, response: PreprocessResponse) -> ElementInstance | None:
        index = row.index or 0
        for handler in self._binder.setup_container.instance_masks:
            found: ElementInstance | None = handler.function(row.sample_id, response, index)
            if found is not None:
                return found
        return None

    def _place(self, response: PreprocessResponse, sample_id: SampleId) -> tuple[int, int]:
        places = self._places.get(id(response))
        if places is None:
            places = {
                plain(one): (number, position)
                for number, group in enumerate(response.groups or [])
                for position, one in enumerate(group)
            }
            self._places[id(response)] = places
        return places[sample_id]


def plain(sample_id: Any) -> SampleId:
    """Return an id as a plain int or str, which numpy's are not."""
    if isinstance(sample_id, str):
        return str(sample_id)
    return int(sample_id) if isinstance(sample_id, np.integer) else sample_id


def _rows_of(response: PreprocessResponse) -> dict[SampleId, Row]:
    rows: dict[SampleId, Row] = {}
    for sample_id, instances in (response.sample_ids_to_instance_mappings or {}).items():
        rows[str(sample_id)] = Row(sample_id)
        rows.update({name: Row(sample_id, index) for index, name in enumerate(instances)})
    return rows


def _of_group(function: Callable[..., Any], group: list[Any], response: PreprocessResponse) -> Any:
    result = function(list(group), response)
    if not hasattr(result, "__len__") or len(result) != len(group):
        got = f"{len(result)} entries" if hasattr(result, "__len__") else type(result).__name__
        raise IntegrationError(
            f"{name_of(function)}() returned {got} for a group of {len(group)} samples.",
            where=defined_at(function),
            fix="Return a list with one entry per id of the group, in its order.",
        )
    return result
