"""The column file of a committed run: one Arrow file, made of all shards, read by memory map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.subsets import Subset
from percepta.storage.arrow_sink import arrow_sink
from percepta.storage.columns import (
    DICTIONARY_LIMIT,
    STORED_TYPES,
    cast,
    check_name,
    declared_type,
    field_type,
    widest,
)
from percepta.storage.files import AtomicFile
from percepta.storage.plan import RunPlan, check_ids
from percepta.storage.shards import Shard

COLUMNS = "columns.arrow"
_BATCH = 1 << 16


class _Opener(Protocol):
    def open(self, name: str) -> AtomicFile: ...


def write_columns(
    files: _Opener, plan: RunPlan, shards: Sequence[Shard], fields: Sequence[Field]
) -> dict[str, Any]:
    """Write ``columns.arrow``: subset, sample id, then every field, one row per sample that did not fail.

    Returns:
        ``subsets`` (rows and type of ids of each), ``fields`` as stored, ``metrics`` (mean of every loss and
        metric over each subset) and ``notes`` (fields whose type had to widen).
    """
    layout = _Layout(plan, shards, fields)
    means = _Means(layout)
    schema = pa.schema([pa.field(name, type_) for name, type_ in layout.schema()])
    with files.open(COLUMNS) as file:
        with pa.ipc.new_file(arrow_sink(file), schema) as writer:
            for arrays in layout.batches():
                means.add(arrays)
                writer.write_batch(pa.record_batch(arrays, schema=schema))
    return {
        "subsets": layout.subsets,
        "fields": [field.to_json() for field in layout.fields],
        "metrics": means.result(),
        "notes": layout.notes,
    }


class _Layout:
    """What the column file will hold, and how each shard's columns become part of it."""

    def __init__(self, plan: RunPlan, shards: Sequence[Shard], fields: Sequence[Field]) -> None:
        self._plan, self._shards = plan, shards
        self.notes: list[str] = []
        self.fields, self._types = self._unify(fields)
        self.subsets = self._subset_rows()
        self._text_ids = any(entry["ids"] == "str" for entry in self.subsets)
        texts = [name for name, stored in self._types.items() if stored == "string"]
        self._dictionaries = self._distinct(texts)

    def _unify(self, declared: Sequence[Field]) -> tuple[list[Field], dict[str, str]]:
        known = {field.name: field for field in declared}
        found = dict.fromkeys(name for shard in self._shards for name in shard.footer["types"])
        fields, types = [], {}
        for name in dict.fromkeys([*known, *found]):
            check_name(name)
            met = [shard.footer["types"].get(name, "null") for shard in self._shards if shard.rows]
            kinds = {_stored_name(kind) for kind in met} - {"null"}
            field = known.get(name) or Field(name, FieldType.FLOAT, FieldGroup.METADATA)
            wanted = {declared_type(field.type)} if name in known else set()
            if wanted == {"float"} and kinds:
                wanted = set() if kinds <= {"float", "double"} else {"double"}
            types[name] = stored = widest(sorted(kinds | wanted)) if kinds | wanted else "float"
            if "string" in kinds and len(kinds) > 1:
                self.notes.append(
                    f"Field {name!r} holds texts and other values; all are kept as text."
                )
            fields.append(
                Field(name, field_type(stored), field.group, field.direction, field.description)
            )
        return fields, types

    def _subset_rows(self) -> list[dict[str, Any]]:
        kept = np.concatenate([np.zeros(0, bool), *(shard.kept() for shard in self._shards)])
        rows = np.concatenate([[0], np.cumsum(kept)])
        ends = np.cumsum([0, *(len(ids) for ids in self._plan.keys.values())])
        return [
            {
                "subset": subset.value,
                "start": int(rows[start]),
                "stop": int(rows[stop]),
                "ids": check_ids(subset, ids).__name__,
            }
            for (subset, ids), (start, stop) in zip(
                self._plan.keys.items(), pairwise(ends), strict=True
            )
        ]

    def _distinct(self, names: Sequence[str]) -> dict[str, pa.Array]:
        """Distinct texts of each column in order of appearance; without those that have too many."""
        met: dict[str, dict[str, None]] = {name: {} for name in [*names, "sample_id"]}
        if not self._text_ids:
            del met["sample_id"]
        for index, shard in enumerate(self._shards):
            if not met:
                break
            table = shard.columns()
            for name in list(met):
                if name == "sample_id":
                    values = self._sample_ids(index, shard)
                else:
                    values = self._array(table, name, shard.rows)
                met[name].update(dict.fromkeys(pc.unique(values.drop_null()).to_pylist()))
                if len(met[name]) > DICTIONARY_LIMIT:
                    del met[name]
        return {name: pa.array(list(values), pa.string()) for name, values in met.items()}

    def schema(self) -> list[tuple[str, pa.DataType]]:
        """Names and Arrow types of the columns, in order."""
        coded = pa.dictionary(pa.int32(), pa.string())
        ids = pa.string() if self._text_ids else pa.int64()
        plain = {"subset": coded, "sample_id": ids}
        plain |= {name: STORED_TYPES[stored] for name, stored in self._types.items()}
        return [
            (name, coded if name in self._dictionaries else type_) for name, type_ in plain.items()
        ]

    def batches(self) -> Iterator[list[pa.Array]]:
        """Yield the columns, batch by batch."""
        waiting: list[list[pa.Array]] = []
        rows = 0
        for index, shard in enumerate(self._shards):
            if shard.rows == 0:
                continue
            waiting.append(self._shard_arrays(index, shard))
            rows += shard.rows
            if rows >= _BATCH:
                yield self._join(waiting)
                waiting, rows = [], 0
        if waiting:
            yield self._join(waiting)

    def _shard_arrays(self, index: int, shard: Shard) -> list[pa.Array]:
        table = shard.columns()
        arrays = {"subset": self._subset_codes(index, shard)}
        arrays["sample_id"] = self._sample_ids(index, shard)
        arrays |= {name: self._array(table, name, shard.rows) for name in self._types}
        for name, distinct in self._dictionaries.items():
            arrays[name] = pc.index_in(arrays[name], value_set=distinct)
        return list(arrays.values())

    def _join(self, waiting: list[list[pa.Array]]) -> list[pa.Array]:
        joined = [pa.concat_arrays(parts) for parts in zip(*waiting, strict=True)]
        names = ["subset", "sample_id", *self._types]
        subsets = pa.array([subset.value for subset in self._plan.keys], pa.string())
        for position, name in enumerate(names):
            distinct = subsets if name == "subset" else self._dictionaries.get(name)
            if distinct is not None:
                joined[position] = pa.DictionaryArray.from_arrays(joined[position], distinct)
        return joined

    def _array(self, table: pa.Table, name: str, rows: int) -> pa.Array:
        if name not in table.column_names:
            return cast(pa.nulls(rows), self._types[name])
        return cast(table.column(name).combine_chunks(), self._types[name])

    def _sample_ids(self, index: int, shard: Shard) -> pa.Array:
        keys = self._plan.shard_keys(index)
        ids = [key.id for key, kept in zip(keys, shard.kept().tolist(), strict=True) if kept]
        if self._text_ids:
            return pa.array([str(i) for i in ids], pa.string())
        return pa.array(ids, pa.int64())

    def _subset_codes(self, index: int, shard: Shard) -> pa.Array:
        ends = np.cumsum([len(ids) for ids in self._plan.keys.values()])
        start = index * self._plan.shard_size
        positions = start + np.flatnonzero(shard.kept())
        return pa.array(np.searchsorted(ends, positions, side="right").astype(np.int32))


class _Means:
    """Mean of every loss and metric over each subset, summed up batch by batch."""

    def __init__(self, layout: _Layout) -> None:
        self._subsets = layout.subsets
        shown = (FieldGroup.LOSS, FieldGroup.METRIC)
        self._columns = {
            field.name: position
            for position, field in enumerate(layout.fields, start=2)
            if field.group in shown and field.type is not FieldType.STRING
        }
        self._sums = {
            (name, entry["subset"]): [0.0, 0] for name in self._columns for entry in self._subsets
        }
        self._row = 0

    def add(self, arrays: list[pa.Array]) -> None:
        """Take in the next batch."""
        size = len(arrays[0])
        for name, position in self._columns.items():
            values = _finite_or_nan(arrays[position])
            for entry in self._subsets:
                start, stop = entry["start"] - self._row, entry["stop"] - self._row
                part = values[max(start, 0) : max(stop, 0)]
                finite = part[np.isfinite(part)]
                total = self._sums[name, entry["subset"]]
                total[0] += float(finite.sum())
                total[1] += len(finite)
        self._row += size

    def result(self) -> dict[str, dict[str, float]]:
        """``{field: {subset: mean}}``, without subsets that have no finite value."""
        means: dict[str, dict[str, float]] = {name: {} for name in self._columns}
        for (name, subset), (total, count) in self._sums.items():
            if count and np.isfinite(total):
                means[name][Subset(subset).value] = total / count
        return means


def _finite_or_nan(array: pa.Array) -> NDArray[np.float64]:
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    return pc.fill_null(array.cast(pa.float64(), safe=False), np.nan).to_numpy()  # type: ignore[no-any-return]


def _stored_name(arrow: str) -> str:
    return arrow if arrow in STORED_TYPES else {"float32": "float", "float64": "double"}[arrow]
