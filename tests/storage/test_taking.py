"""Rows of a column, in any order, chunk by chunk."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from percepta.storage.taking import Taking

CHUNKS = [["a", "b", None], [], ["c"], ["d", "a"]]
TEXTS = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in CHUNKS])


@pytest.mark.parametrize("column", [TEXTS, TEXTS.dictionary_encode()], ids=["texts", "coded"])
@pytest.mark.parametrize("rows", [[], [5, 0, 2, 5], [3], range(6)])
def test_as_one_by_one(column: pa.ChunkedArray, rows: list[int]) -> None:
    taken = Taking.of(np.array(rows, np.int64)).values(column)
    assert taken.to_pylist() == [TEXTS[row].as_py() for row in rows]
    assert taken.type == pa.string()


def test_of_a_column_without_chunks() -> None:
    empty = pa.chunked_array([], pa.float32())
    assert Taking.of(np.zeros(0, np.int64)).values(empty).to_pylist() == []
