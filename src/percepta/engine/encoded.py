"""Columns of a run as small codes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from percepta.analysis.encoding import Encoded, encode_kinds, encode_numbers
from percepta.analysis.groups import MOST_VALUES
from percepta.core.fields import Field, FieldType
from percepta.storage.run import column_kinds, column_values

if TYPE_CHECKING:
    import pyarrow as pa


def encode_column(
    column: pa.ChunkedArray, field: Field, most: int | None = MOST_VALUES
) -> Encoded | None:
    """Return a column as codes.

    Args:
        column: the values, as :meth:`percepta.storage.Run.column` gives them.
        field: what it is.
        most: different texts that are worth a code each; None: all of them are.

    Returns:
        None where there are more different texts.
    """
    if field.type in (FieldType.FLOAT, FieldType.INTEGER):
        return encode_numbers(column_values(column))
    return encode_kinds(*column_kinds(column), most)


def encode_columns(
    fields: Iterable[Field], column: Callable[[str], pa.ChunkedArray], whole: Iterable[str] = ()
) -> dict[str, Encoded]:
    """Return fields as codes, by name, without those of too many different texts.

    Args:
        fields: which.
        column: gives the values of a field; asked from several threads.
        whole: fields of texts that are encoded however many they are.
    """
    every = frozenset(whole)

    def one(field: Field) -> Encoded | None:
        most = None if field.name in every else MOST_VALUES
        return encode_column(column(field.name), field, most)

    wanted = list(fields)
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # sorting and searching hold no lock
        found = list(threads.map(one, wanted))
    return {field.name: code for field, code in zip(wanted, found, strict=True) if code is not None}
