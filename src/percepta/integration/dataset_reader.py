"""Reading map-style datasets: one item at a time or a batch at once, mistakes kept to their sample."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from percepta.core.errors import SampleError, Where
from percepta.core.subsets import SampleId
from percepta.integration.arrays import UnsuitableError
from percepta.integration.blame import at_sample, blamed, defined_at
from percepta.integration.columns import Columns, find_columns, has_columns
from percepta.integration.integration import Reading
from percepta.integration.items import Item, item_of
from percepta.integration.parts import MetadataFunction, Scalar
from percepta.integration.reading import describe
from percepta.integration.samples import Samples

Metadata = Callable[[SampleId, Samples], Any]


class DatasetReader:
    """Reads samples out of ``samples.data``, a map-style dataset."""

    def __init__(self, metadata: Metadata | None = None) -> None:
        self.metadata: tuple[MetadataFunction, ...] = ()
        self._columns: dict[int, Columns] = {}
        if metadata is not None:
            self.metadata = (MetadataFunction(None, metadata, defined_at(metadata)),)

    def __call__(self, samples: Samples, ids: Sequence[SampleId]) -> list[Reading | SampleError]:
        """Read samples; one call to the dataset where it can give a batch."""
        positions = positions_of(samples, ids)
        values = _batch(samples.data, positions)
        readings: list[Reading | SampleError] = []
        for index, (sample_id, position) in enumerate(zip(ids, positions, strict=True)):
            try:
                if values is None:
                    value = self.value(samples, sample_id, position)
                else:
                    value = values[index]
                item = self._taken_apart(value, samples, sample_id)
                columns = self._columns_of(samples, value)
                metadata: dict[str, Scalar] = columns.metadata(value) if columns else {}
                for function in self.metadata:
                    describe(function, samples, sample_id, metadata)
            except SampleError as error:
                readings.append(error)
                continue
            readings.append(Reading(item.inputs, item.targets, metadata))
        return readings

    def item(self, samples: Samples, sample_id: SampleId, position: int) -> Item:
        """Ask the dataset for one sample, and take it apart.

        Raises:
            SampleError: it raised, or gave something that is no item.
        """
        return self._taken_apart(self.value(samples, sample_id, position), samples, sample_id)

    def value(self, samples: Samples, sample_id: SampleId, position: int) -> Any:
        """Ask the dataset for one sample, as it gives it.

        Raises:
            SampleError: it raised.
        """
        try:
            return samples.data[position]
        except Exception as error:
            place = at_sample(place_of(samples.data), samples.subset, sample_id)
            fix = "Fix the dataset for this sample, or leave the sample out."
            name = f"{type(samples.data).__name__}.__getitem__"
            raise blamed(error, SampleError, name, place, fix) from error

    def given(self, samples: Samples, value: Any) -> Any:
        """Return an item as ``(input, target)`` or input alone, whatever columns it came in."""
        columns = self._columns_of(samples, value)
        return columns.item(value) if columns else value

    def _columns_of(self, samples: Samples, value: Any) -> Columns | None:
        """Tell the columns of a dataset that has them; found out with its first item."""
        if not has_columns(samples.data) or not isinstance(value, Mapping):
            return None
        if id(samples.data) not in self._columns:
            where = Where(subset=samples.subset.value)
            self._columns[id(samples.data)] = find_columns(samples.data, value, where)
        return self._columns[id(samples.data)]

    def _taken_apart(self, value: Any, samples: Samples, sample_id: SampleId) -> Item:
        try:
            return item_of(self.given(samples, value), labeled=samples.subset.labeled)
        except UnsuitableError as error:
            raise SampleError(
                f"{type(samples.data).__name__} gave {error.what}.",
                where=at_sample(place_of(samples.data), samples.subset, sample_id),
                fix=error.fix,
            ) from None

    def encoder(self, part: str, name: str) -> Callable[[SampleId, Samples], Any]:
        """Return a function that reads one array of one sample, for those who want no more."""

        def read(sample_id: SampleId, samples: Samples) -> Any:
            item = self.item(samples, sample_id, positions_of(samples, [sample_id])[0])
            return getattr(item, part)[name]

        return read


def positions_of(samples: Samples, ids: Sequence[SampleId]) -> list[int]:
    """Return the index in the dataset of each id."""
    if isinstance(samples.ids, range) and samples.ids.start == 0 and samples.ids.step == 1:
        return [int(sample_id) for sample_id in ids]
    return [samples.position(sample_id) for sample_id in ids]


def _batch(data: Any, positions: list[int]) -> Sequence[Any] | None:
    """Ask for a batch at once; None: the dataset cannot, or failed, and is asked one by one."""
    tensors = getattr(data, "tensors", None)
    if tensors is not None and _is_tensor_dataset(data):
        arrays = [tensor.numpy() for tensor in tensors]  # shares the memory
        return [tuple(array[position] for array in arrays) for position in positions]
    fetch = getattr(data, "__getitems__", None)
    if fetch is None:
        return None
    try:
        values = fetch(positions)
    except Exception:  # asked again one by one, which names the sample
        return None
    return values if isinstance(values, Sequence) and len(values) == len(positions) else None


def _is_tensor_dataset(data: Any) -> bool:
    """Whether it is exactly torch's ``TensorDataset`` over tensors on the CPU without gradients."""
    torch = sys.modules.get("torch")
    if torch is None or type(data) is not torch.utils.data.TensorDataset:
        return False
    return all(
        tensor.device.type == "cpu"
        and not tensor.requires_grad
        and tensor.layout is torch.strided
        and tensor.dtype is not torch.bfloat16
        and not tensor.is_conj()
        for tensor in data.tensors
    )


def place_of(data: Any) -> Where:
    """Return where a dataset's ``__getitem__`` is written."""
    return defined_at(getattr(type(data), "__getitem__", None))
