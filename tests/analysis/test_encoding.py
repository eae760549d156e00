"""Encoded fields count any group as looking at the values themselves would."""

from __future__ import annotations

import numpy as np
import pytest

from percepta.analysis.encoding import BINS, encode_kinds
from percepta.core.fields import FieldType
from tests.analysis.columns import encode

ROWS = np.array([0, 3, 4])


def test_texts_become_their_place_in_the_kinds() -> None:
    field = encode(["b", "a", None, "b", "a"], FieldType.STRING)
    assert field is not None
    assert field.kinds == ("b", "a", None)
    assert field.codes.dtype == np.uint8
    assert field.counts.tolist() == [2, 2, 1]
    assert field.counted(ROWS).tolist() == [2, 1, 0]


def test_booleans_are_plain_ones() -> None:
    field = encode(np.array([True, False, True]), FieldType.BOOLEAN)
    assert field is not None
    assert field.kinds == (True, False)
    assert type((field.kinds or ())[0]) is bool


def test_too_many_texts_are_not_encoded() -> None:
    names = [f"file {i}" for i in range(200_000)]
    assert encode(names, FieldType.STRING, most=1_000) is None
    every = encode(names, FieldType.STRING)
    assert every is not None
    assert every.codes.tolist() == list(range(200_000))


def test_numbers_fall_into_bins_of_equally_many() -> None:
    values = np.random.default_rng(0).exponential(1, 10_000).astype(np.float32)
    values[:100] = np.nan
    field = encode(values, FieldType.FLOAT)
    assert field is not None
    assert field.counts[-1] == 100
    known = field.counts[:BINS]
    assert known.sum() == 9_900
    assert known.max() - known.min() <= 1
    assert (field.finite, field.kinds) == (9_900, None)
    assert field.mean == pytest.approx(np.nanmean(values, dtype=float))
    assert field.spread == pytest.approx(np.nanstd(values, dtype=float))
    assert field.known(np.array([0, 200])).tolist() == [float(values[200])]


@pytest.mark.parametrize(
    "values", [np.full(5, np.nan), np.full(5, 7), np.array([None] * 5, object)]
)
def test_numbers_that_say_nothing(values: np.ndarray) -> None:
    field = encode(values, FieldType.FLOAT)
    assert field is not None
    assert field.counts.sum() == 5
    assert not field.spread > 0


def test_a_value_that_many_share_has_a_bin_of_its_own() -> None:
    rng = np.random.default_rng(0)
    zeros = np.where(rng.random(1_000) < 0.97, 0.0, 1 + rng.random(1_000))
    field = encode(zeros, FieldType.FLOAT)
    assert field is not None
    assert np.array_equal(field.codes == field.codes[zeros == 0][0], zeros == 0)
    middle = np.where(rng.random(1_000) < 0.5, 3, rng.integers(0, 7, 1_000))
    field = encode(middle, FieldType.INTEGER)
    assert field is not None
    assert np.array_equal(field.codes == field.codes[middle == 3][0], middle == 3)
    assert list(field.edges) == sorted(set(field.edges))
    for code in range(len(field.edges) + 1):
        low = field.edges[code - 1] if code else -np.inf
        high = field.edges[code] if code < len(field.edges) else np.inf
        assert np.array_equal(field.codes == code, (low <= middle) & (middle < high))


def test_codes_of_kinds_keep_those_that_occur() -> None:
    field = encode_kinds(np.array([3, 1, 3, 4], np.int32), ("a", "b", "c", "d", None))
    assert field is not None
    assert field.kinds == ("b", "d", None)
    assert field.codes.tolist() == [1, 0, 1, 2]
    assert field.codes.dtype == np.uint8
    assert field.counts.tolist() == [1, 2, 1]
    assert encode_kinds(np.arange(5), tuple("abcde"), most=4) is None


def test_edges_of_very_many_numbers_rest_on_an_even_choice() -> None:
    values = np.random.default_rng(1).normal(size=1_000_000).astype(np.float32)
    field = encode(values, FieldType.FLOAT)
    assert field is not None
    assert field.counts[:BINS] / len(values) == pytest.approx(1 / BINS, rel=0.05)
