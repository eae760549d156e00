"""Columns as codes: every type of column, joined over runs whose types differ."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from percepta.storage.values import are_finite, coded, joined, ranks

NAN = float("nan")


@pytest.mark.parametrize(
    ("chunks", "values", "codes"),
    [
        ([["b", None], ["a", "b"]], ["b", "a"], [0, -1, 1, 0]),
        ([[0.0, -0.0, NAN], [1.5]], [0.0, 1.5], [0, 0, -1, 1]),
        ([[3, None, 3]], [3], [0, -1, 0]),
        ([[True, None, False]], [True, False], [0, -1, 1]),
        ([[None, None]], [], [-1, -1]),
    ],
)
def test_codes(chunks: list[list[Any]], values: list[Any], codes: list[int]) -> None:
    kind = pa.string() if chunks == [[None, None]] else None
    found = coded(pa.chunked_array([pa.array(chunk, kind) for chunk in chunks]))
    assert (found.values.to_pylist(), found.codes.tolist()) == (values, codes)


def test_dictionaries_of_chunks_are_one() -> None:
    chunks = [pa.array(part).dictionary_encode() for part in (["a", "b"], ["b", "c"])]
    found = coded(pa.chunked_array(chunks))
    assert [found.values[code].as_py() for code in found.codes] == ["a", "b", "b", "c"]
    assert len(found.values) == 3


@pytest.mark.parametrize(
    ("parts", "values", "places"),
    [
        ([["a", "b"], ["b", "c"]], ["a", "b", "c"], [[0, 1], [1, 2]]),
        ([[1, 2], [2.0, 2.5]], [1.0, 2.0, 2.5], [[0, 1], [1, 2]]),
        ([[1, 2], ["2", "x"]], ["1", "2", "x"], [[0, 1], [1, 2]]),
        ([[True], ["true", "b"]], ["true", "b"], [[0], [0, 1]]),
        ([["a"], []], ["a"], [[0], []]),
        ([[], []], [], [[], []]),
    ],
)
def test_values_of_runs_together(
    parts: list[list[Any]], values: list[Any], places: list[list[int]]
) -> None:
    found, where = joined([pa.array(part) for part in parts])
    assert found.to_pylist() == values
    assert [place.tolist() for place in where] == places


def test_ranks_and_infinite_numbers() -> None:
    values = pa.array([2.0, float("inf"), -1.0])
    assert ranks(values).tolist() == [1, 2, 0]
    assert are_finite(values).tolist() == [True, False, True]
    assert ranks(pa.array(["b", "a"])).tolist() == [1, 0]
    assert are_finite(pa.array(["b", "a"])).all()
