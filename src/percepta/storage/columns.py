"""Columns of a run: what type values have, how types of different shards become one.

Floats keep missing values as NaN (no nulls), so that they are plain memory-mapped arrays; all other types
keep them as nulls. Types widen in the order missing < boolean < integer < float < string.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from percepta.core.errors import StorageError
from percepta.core.fields import MAX_NAME_LENGTH, RESERVED_NAMES, FieldType
from percepta.storage.plan import ColumnValues

DICTIONARY_LIMIT = 1 << 16
"""Texts with at most so many distinct values are stored as a dictionary."""

STORED_TYPES: dict[str, pa.DataType] = {
    "null": pa.null(),
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
}
_ORDER = list(STORED_TYPES)


def to_arrow(name: str, values: ColumnValues) -> pa.Array:
    """Return one column of a shard with the narrowest type that holds its values.

    Raises:
        StorageError: not a one-dimensional column of scalars; the message names the field.
    """
    try:
        if isinstance(values, np.ndarray):
            return _from_numpy(name, values)
        return _from_list(values)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise StorageError(
            f"Field {name!r} holds values that are not scalars: {error}.",
            fix="Return a bool, an int, a float, a str or None for every sample.",
        ) from error


def check_name(name: str) -> None:
    """Check that a field can bear a name.

    Raises:
        StorageError: it cannot, and why.
    """
    if name in RESERVED_NAMES:
        raise StorageError(f"{name!r} is a field that percepta makes itself.", fix="Rename it.")
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        raise StorageError(f"The name of a field must have 1 to {MAX_NAME_LENGTH} characters.")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise StorageError(f"The name of a field is not valid text: {name!r}.") from error


def shard_table(columns: Mapping[str, ColumnValues], rows: int) -> pa.Table:
    """Return the columns of a shard as one table, checked.

    Raises:
        StorageError: a column of another length, or of values that are not scalars.
    """
    arrays = []
    for name, values in columns.items():
        check_name(name)
        if len(values) != rows:
            raise StorageError(f"Field {name!r} has {len(values)} values for {rows} samples.")
        arrays.append(to_arrow(name, values))
    return pa.table(arrays, names=list(columns))


def widest(types: Sequence[str]) -> str:
    """Return the narrowest stored type that holds all the given ones."""
    found = max(types, key=_ORDER.index, default="null")
    # float32 cannot hold every integer; a double holds those that matter
    return "double" if found == "float" and "int64" in types else found


def cast(array: pa.Array, name: str) -> pa.Array:
    """Widen an array to a stored type; what is missing stays missing."""
    target, source = STORED_TYPES[name], str(array.type)
    if source == "null":
        empty = pa.nulls(len(array), target)
        return pc.fill_null(empty, np.nan) if name in ("float", "double") else empty
    if name in ("float", "double"):
        if source == "bool":
            array = array.cast(pa.int8())
        return pc.fill_null(array.cast(target, safe=False), np.nan)
    if name == "string" and source in ("float", "double"):
        return pa.array([None if v != v else repr(v) for v in array.to_pylist()], pa.string())
    return array.cast(target)


def field_type(name: str) -> FieldType:
    """Return the type that people see for a stored type."""
    return {
        "null": FieldType.FLOAT,
        "bool": FieldType.BOOLEAN,
        "int64": FieldType.INTEGER,
        "float": FieldType.FLOAT,
        "double": FieldType.FLOAT,
        "string": FieldType.STRING,
    }[name]


def declared_type(declared: FieldType) -> str:
    """Return the stored type that a declared type asks for at least."""
    return {
        FieldType.BOOLEAN: "bool",
        FieldType.INTEGER: "int64",
        FieldType.FLOAT: "float",
        FieldType.STRING: "string",
    }[declared]


def _from_numpy(name: str, values: np.ndarray[Any, Any]) -> pa.Array:
    if values.ndim != 1:
        raise StorageError(f"Field {name!r} has shape {values.shape}, not one value per sample.")
    match values.dtype.kind:
        case "b":
            return pa.array(values)
        case "i":
            return pa.array(values.astype(np.int64, copy=False))
        case "u":
            fits = values.size == 0 or int(values.max()) < 2**63
            return pa.array(values.astype(np.int64 if fits else np.float64))
        case "f":
            wide = np.float64 if values.dtype.itemsize > 4 else np.float32
            return pa.array(values.astype(wide, copy=False))
        case "U" | "O":
            return _from_list(values.tolist())
    raise TypeError(f"dtype {values.dtype}")


def _from_list(values: Sequence[Any]) -> pa.Array:
    kinds = set(map(type, values))
    if any(issubclass(kind, np.generic) for kind in kinds):
        values = [v.item() if isinstance(v, np.generic) else v for v in values]
        kinds = set(map(type, values))
    if any(issubclass(kind, float) for kind in kinds):  # NaN is missing, and says nothing of a type
        values = [None if isinstance(v, float) and v != v else v for v in values]
        kinds = set(map(type, values))
    kinds.discard(type(None))
    if not all(issubclass(kind, bool | int | float | str) for kind in kinds):
        odd = next(k for k in kinds if not issubclass(k, bool | int | float | str))
        raise TypeError(f"a {odd.__name__}")
    if any(issubclass(kind, str) for kind in kinds):
        return pa.array([None if v is None else _text(v) for v in values], pa.string())
    if any(issubclass(kind, float) for kind in kinds):
        return _doubles(values)
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if not kinds:
        return pa.nulls(len(values))
    try:
        return pa.array([None if v is None else int(v) for v in values], pa.int64())
    except (OverflowError, pa.ArrowInvalid):
        return _doubles(values)


def _doubles(values: Sequence[Any]) -> pa.Array:
    try:
        numbers = [np.nan if v is None else float(v) for v in values]
    except OverflowError:  # an int beyond 1e308
        numbers = [np.nan if v is None else _big(v) for v in values]
    return pa.array(numbers, pa.float64())


def _big(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def _text(value: bool | int | float | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value) if value.isascii() else value.encode("utf-8", "replace").decode()
    return repr(value)
