"""A column as it travels to the page: an Arrow stream of one batch, its types few and narrow."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from percepta.core.errors import FilterError


def column_stream(name: str, column: pa.ChunkedArray) -> bytes:
    """Return a column as an Arrow IPC stream, named after the field.

    Floats as stored (NaN: missing); integers int32 if they fit, else float64; booleans; texts as a
    dictionary with int32 codes (null: missing).

    Raises:
        FilterError: more text than one batch holds.
    """
    array = _narrow(column)
    sink = pa.BufferOutputStream()
    schema = pa.schema([pa.field(name, array.type)])
    with pa.ipc.new_stream(sink, schema) as writer:
        writer.write_batch(pa.record_batch([array], schema=schema))
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _narrow(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # texts beyond 2 GB
        raise FilterError("The field holds too much text for the page.")
    if pa.types.is_int64(array.type):
        limits = pc.min_max(array).as_py()
        fits = limits["min"] is None or (limits["min"] >= -(2**31) and limits["max"] < 2**31)
        return array.cast(pa.int32() if fits else pa.float64(), safe=False)
    if pa.types.is_string(array.type):
        return pc.dictionary_encode(array)
    return array
