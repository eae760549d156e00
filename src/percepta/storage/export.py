"""Samples as a file: CSV, JSON or Parquet, written piece by piece, so that memory does not grow with the run.

A row a sample: its subset and id, then the fields asked for. A missing value is empty in CSV, ``null``
otherwise. Numbers are as short as they can be without losing anything. Spreadsheets run a text that begins
with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return as a formula; in CSV they get a leading ``'``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from percepta.core.errors import NotFoundError
from percepta.core.filters import Filter
from percepta.core.spelling import did_you_mean
from percepta.storage.files import AtomicFile, output_errors
from percepta.storage.queries import RunQuery
from percepta.storage.taking import Taking

IDENTITY = ("subset", "sample_id")
_FORMULA = r"^[=+\-@\t\r]"
_EVERYTHING = Filter()

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Selection:
    """Which samples and fields are exported, checked against the run and in order.

    Attributes:
        query: the run.
        rows: int ``[m]``, in the order of the file.
        names: the columns.
    """

    query: RunQuery
    rows: NDArray[np.integer[Any]]
    names: tuple[str, ...]

    @classmethod
    def of(
        cls,
        query: RunQuery,
        filter: Filter = _EVERYTHING,
        fields: Sequence[str] | None = None,
        order_by: str | None = None,
        descending: bool = False,
    ) -> Selection:
        """Choose samples and fields.

        Args:
            query: the run.
            filter: which samples.
            fields: which fields; None: all. The subset and the id of the sample come first in any case.
            order_by: field to sort by, ties by row; samples without a value come last. None: by row.
            descending: largest first.

        Raises:
            NotFoundError: no such field.
            FilterError: the filter does not fit the run.
        """
        names = _columns(query, fields)
        return cls(query, query.ordered(filter, order_by, descending), names)

    @classmethod
    def of_rows(
        cls,
        query: RunQuery,
        rows: NDArray[np.integer[Any]],
        fields: Sequence[str] | None = None,
    ) -> Selection:
        """Take samples by their rows, in that order; fields as in :meth:`of`."""
        return cls(query, rows, _columns(query, fields))

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns; texts are plain."""
        types = [self.query.column(name).type for name in self.names]
        plain = [type_.value_type if pa.types.is_dictionary(type_) else type_ for type_ in types]
        return pa.schema(list(zip(self.names, plain, strict=True)))

    def batches(self, size: int) -> Batches:
        """Yield the samples, at most ``size`` at a time."""
        columns, schema = [self.query.column(name) for name in self.names], self.schema
        for start in range(0, len(self.rows), size):
            taking = Taking.of(self.rows[start : start + size])
            arrays = [_missing_as_null(taking.values(column)) for column in columns]
            yield pa.record_batch(arrays, schema=schema)

    def table(self) -> pa.Table:
        """Return the samples as one table."""
        return pa.Table.from_batches(self.batches(1 << 16), self.schema)

    def write(self, format: str) -> Iterator[bytes]:
        """Yield the file piece by piece; ``format`` is a name of :data:`FORMATS`."""
        chosen = FORMATS[format]
        return chosen.write(self.schema, self.batches(chosen.rows))


def _columns(query: RunQuery, fields: Sequence[str] | None) -> tuple[str, ...]:
    known = [field.name for field in query.fields()]
    for name in fields or ():
        if name not in known:
            fix = did_you_mean(name, known)
            raise NotFoundError(f"The run has no field {name!r}.", fix=fix)
    return tuple(dict.fromkeys([*IDENTITY, *(known if fields is None else fields)]))


def _missing_as_null(array: pa.Array) -> pa.Array:
    if not pa.types.is_floating(array.type):
        return array
    return pa.array(array.to_numpy(zero_copy_only=False), array.type, from_pandas=True)


def write_samples(chosen: Selection, path: Path) -> int:
    """Write samples to a file that is there whole or not at all; its ending says the format.

    Returns:
        Its size in bytes.

    Raises:
        NotFoundError: no format has that ending, or there is no such folder.
        DiskFullError: no space.
        StorageError: it cannot be written there.
    """
    format = path.suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise NotFoundError(
            f"Samples cannot be written to {path.name!r}.",
            fix=f"Give a file that ends in {', '.join(f'.{name}' for name in FORMATS)}.",
        )
    if not path.parent.is_dir():
        raise NotFoundError(f"There is no folder {path.parent}.", fix="Make it first.")
    with AtomicFile(path, hashed=False, errors=output_errors) as file:
        for piece in chosen.write(format):
            file.write(piece)
    return file.size


def _csv(schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    header = [pa.array([name], pa.string()) for name in schema.names]
    yield _lines(pa.record_batch(header, schema.names))
    for batch in batches:
        yield _lines(batch)


def _lines(batch: pa.RecordBatch) -> bytes:
    """Write rows as CSV; every text is quoted, which keeps an empty one apart from a missing one."""
    from pyarrow import csv

    columns = [_harmless(c) if pa.types.is_string(c.type) else c for c in batch.columns]
    sink = pa.BufferOutputStream()
    options = csv.WriteOptions(include_header=False)
    csv.write_csv(pa.record_batch(columns, batch.schema), sink, options)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _harmless(texts: pa.Array) -> pa.Array:
    """Put a ``'`` before texts that a spreadsheet would run."""
    quoted = pc.binary_join_element_wise("'", texts, "")
    return pc.if_else(pc.match_substring_regex(texts, _FORMULA), quoted, texts)


def _json(schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    opening = b"[\n"
    heads = [f"{', ' if at else '{'}{_quoted(name)}: " for at, name in enumerate(schema.names)]
    for batch in batches:
        said = [_as_json(column) for column in batch.columns]
        pieces = [piece for pair in zip(heads, said, strict=True) for piece in pair]
        lines = pc.binary_join_element_wise(*pieces, "}", "")
        yield opening + ",\n".join(lines.to_pylist()).encode()
        opening = b",\n"
    yield b"[]\n" if opening == b"[\n" else b"\n]\n"


def _as_json(array: pa.Array) -> pa.Array:
    """Return every value as JSON writes it; infinite numbers, which it cannot write, as null."""
    if pa.types.is_string(array.type):
        coded = array.dictionary_encode()
        quoted = [_quoted(text) for text in coded.dictionary.to_pylist()]
        said = pa.array(quoted, pa.string()).take(coded.indices)
    elif pa.types.is_floating(array.type):
        said = pc.if_else(pc.is_finite(array), array, None).cast(pa.string())
    else:
        said = array.cast(pa.string())
    return pc.fill_null(said, "null")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _parquet(schema: pa.Schema, batches: Batches) -> Iterator[bytes]:
    from pyarrow import parquet

    pieces: list[bytes] = []
    with parquet.ParquetWriter(pa.PythonFile(_Pieces(pieces), mode="w"), schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            yield b"".join(pieces)
            pieces.clear()
    yield b"".join(pieces)


class _Pieces:
    """What Parquet writes to: the pieces are taken away as they come."""

    closed = False

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces, self._size = pieces, 0

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._size += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """The pieces stay."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    Attributes:
        media_type: as HTTP names it.
        rows: samples written at a time.
        write: turns a schema and batches into the pieces of a file.
    """

    media_type: str
    rows: int
    write: Callable[[pa.Schema, Batches], Iterator[bytes]]


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", 1 << 14, _csv),
    "json": Format("application/json", 1 << 12, _json),
    "parquet": Format("application/vnd.apache.parquet", 1 << 15, _parquet),
}
