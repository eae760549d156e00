"""Edges of bins: round, rising, around all values, and every value in the bin that its edges say."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from percepta.core.charts import MAX_BINS
from percepta.core.errors import ChartError
from percepta.storage.bins import bin_codes, bin_edges

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def edges(
    low: float, high: float, bins: int = 20, interval: float | None = None, whole: bool = False
) -> list[float]:
    return list(bin_edges(low, high, bins=bins, interval=interval, whole_numbers=whole))


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (edges(0, 1, 10), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        (edges(0.3, 0.72, 5), [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]),
        (edges(0.03, 7.9, 4), [0, 2, 4, 6, 8]),
        (edges(-3, 41, 5), [-10, 0, 10, 20, 30, 40, 50]),
        (edges(0, 4, 20, whole=True), [0, 1, 2, 3, 4, 5]),
        (edges(0, 100, 5, whole=True), [0, 20, 40, 60, 80, 100, 120]),
        (edges(0, 1, interval=0.25), [0, 0.25, 0.5, 0.75, 1]),
        (edges(0.9, 2, interval=0.3), [0.9, 1.2, 1.5, 1.8, 2.1]),
        (edges(-3, 4, interval=1.5, whole=True), [-3, -1.5, 0, 1.5, 3, 4.5]),
        (edges(7, 7, whole=True), [7, 8]),
        (edges(0.25, 0.25), [0, 0.5]),
        (edges(0, 0), [0, 1]),
        (edges(1e16, 1e16 + 2), [1e16, 1e16 + 2]),
    ],
)
def test_edges(found: list[float], wanted: list[float]) -> None:
    assert found == wanted


@given(FINITE, FINITE, st.integers(1, 500))
@example(-1.7e308, 1.7e308, 20)
@example(5e-324, 5e-324, 20)
@example(0.1, math.nextafter(0.1, 1), 3)
def test_edges_hold_any_numbers(one: float, other: float, bins: int) -> None:
    low, high = min(one, other), max(one, other)
    found = edges(low, high, bins)
    assert all(a < b for a, b in pairwise(found))
    assert found[0] <= low <= high <= found[-1]
    assert len(found) - 1 <= bins + 1
    codes = bin_codes(np.array([low, high]), tuple(found))
    assert ((codes >= 0) & (codes < len(found) - 1)).all()


def test_an_interval_that_makes_too_many_bins_is_refused_with_one_that_does_not() -> None:
    with pytest.raises(ChartError, match="more than 500 bins") as caught:
        edges(0, 1000, interval=1e-6)
    least = float(str(caught.value.fix).removesuffix(".").rsplit(" ", 1)[1])
    assert len(edges(0, 1000, interval=least)) - 1 <= MAX_BINS + 1


def test_codes_follow_the_edges() -> None:
    values = np.array([-0.1, 0, 0.49999, 0.5, 1.0, 1.00001, np.nan, np.inf, -np.inf])
    codes = bin_codes(values, (0.0, 0.5, 1.0))
    assert codes[1:5].tolist() == [0, 0, 1, 1]
    assert not ((codes >= 0) & (codes < 2))[[0, 5, 6, 7, 8]].any()
