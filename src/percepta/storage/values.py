"""Distinct values of a column, and which of them every row has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True)
class CodedColumn:
    """A column as codes.

    Attributes:
        codes: position of each row's value in ``values``, ``int32 [n]``; -1: missing.
        values: each once, ``[k]``, in order of appearance.
    """

    codes: NDArray[np.int32]
    values: pa.Array

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return int(self.codes.nbytes + self.values.nbytes)


def coded(column: pa.ChunkedArray) -> CodedColumn:
    """Return a column by its distinct values; NaN is missing, -0.0 equals 0.0."""
    if pa.types.is_floating(column.type):
        doubles = column.cast(pa.float64()).to_numpy() + 0.0  # -0.0 + 0.0 is 0.0
        column = pa.chunked_array([pa.array(doubles, from_pandas=True)])
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.unify_dictionaries().combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return CodedColumn(codes.astype(np.int32, copy=False), encoded.dictionary)


def without_values(n: int) -> CodedColumn:
    """Return a column of ``n`` rows none of which has a value."""
    return CodedColumn(np.full(n, -1, np.int32), pa.nulls(0))


def joined(parts: Sequence[pa.Array]) -> tuple[pa.Array, list[NDArray[np.int64]]]:
    """Return the distinct values of several columns together, and where each column's are among them.

    Numbers of different types join as doubles, other values of different types as texts.
    """
    if len(parts) == 1:
        return parts[0], [np.arange(len(parts[0]))]
    kinds = {part.type for part in parts if len(part)}
    if len(kinds) > 1:
        numbers = all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds)
        kinds = {pa.float64() if numbers else pa.string()}
    kind = kinds.pop() if kinds else pa.null()
    own = [part.cast(kind, safe=False) for part in parts]
    values = pc.unique(pa.concat_arrays(own))
    places = [pc.index_in(part, value_set=values).to_numpy().astype(np.int64) for part in own]
    return values, places


def ranks(values: pa.Array) -> NDArray[np.int64]:
    """Return the place of each value in rising order, ``int64 [k]``."""
    places = np.empty(len(values), np.int64)
    places[pc.sort_indices(values).to_numpy()] = np.arange(len(values))
    return places


def are_finite(values: pa.Array) -> NDArray[np.bool_]:
    """Return which values are not infinite numbers, ``bool [k]``."""
    if pa.types.is_floating(values.type):
        finite: NDArray[np.bool_] = np.isfinite(values.to_numpy())
        return finite
    return np.ones(len(values), bool)
