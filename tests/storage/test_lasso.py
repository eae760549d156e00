"""The lasso by height gives what the rule gives dot by dot."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from percepta.storage.lasso import LassoIndex

GRID = st.integers(-4, 4).map(lambda value: value / 2)  # many dots on corners and edges
POLYGON = st.lists(st.tuples(GRID, GRID), min_size=3, max_size=12)
DOTS = st.lists(st.tuples(GRID, GRID), max_size=40)


def dot_by_dot(x: float, y: float, polygon: list[tuple[float, float]]) -> bool:
    inside = False
    for at, (x2, y2) in enumerate(polygon):
        x1, y1 = polygon[at - 1]
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@settings(max_examples=200)
@given(DOTS, POLYGON)
def test_equals_the_rule(
    dots: list[tuple[float, float]], polygon: list[tuple[float, float]]
) -> None:
    xy = np.array([*dots, (np.nan, np.nan), (np.nan, 0), (0, np.nan)], np.float32).T
    found = LassoIndex(xy).inside(polygon)
    assert found.tolist() == [*(dot_by_dot(x, y, polygon) for x, y in dots), False, False, False]


def test_equals_the_rule_on_many_dots() -> None:
    rng = np.random.default_rng(0)
    xy = rng.normal(0, 1, (2, 3000)).astype(np.float32)
    turn = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    radius = 1 + 0.5 * np.sin(7 * turn)
    corners = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1)
    polygon = [(float(x), float(y)) for x, y in corners]
    expected = [dot_by_dot(float(x), float(y), polygon) for x, y in xy.T]
    assert LassoIndex(xy).inside(polygon).tolist() == expected
