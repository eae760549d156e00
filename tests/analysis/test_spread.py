"""Making room for more samples: groups grow, gaps need not."""

import numpy as np
import pytest

from percepta.analysis.projection.spread import spread


def disc(n, radius, seed=0):
    rng = np.random.default_rng(seed)
    angle, far = rng.uniform(0, 2 * np.pi, n), radius * rng.random(n) ** 0.5
    return np.stack([far * np.cos(angle), far * np.sin(angle)], axis=1).astype(np.float32)


def test_one_connected_layout_is_stretched_by_the_root_of_the_growth():
    places = disc(4_000, 4)
    wide = spread(places, 9)
    middle = places.mean(axis=0)
    np.testing.assert_allclose(wide - wide.mean(axis=0), 3 * (places - middle), atol=1e-3)


def test_far_groups_grow_where_they_are():
    groups = [disc(500, 1, seed) + np.float32(place) for seed, place in enumerate([-20, 0, 20])]
    wide = spread(np.concatenate(groups), 4)
    for index, group in enumerate(groups):
        now = wide[500 * index : 500 * (index + 1)]
        np.testing.assert_allclose(now.mean(axis=0), group.mean(axis=0), rtol=0.01, atol=0.05)
        assert np.ptp(now, axis=0) == pytest.approx(2 * np.ptp(group, axis=0), rel=1e-3)


def test_near_groups_are_moved_apart_but_not_further_than_all_else_is_stretched():
    places = np.concatenate([disc(500, 2), disc(500, 2, 1) + np.float32([4.6, 0])])
    wide = spread(places, 9)
    gap = wide[500:].mean(axis=0)[0] - wide[:500].mean(axis=0)[0]
    assert 4.6 * 1.5 < gap <= 4.6 * 3 + 0.1


@pytest.mark.parametrize("places", [np.zeros((5, 2)), np.array([[3, 4]]), np.eye(2) * 1e6])
def test_odd_layouts(places):
    wide = spread(places.astype(np.float32), 4)
    assert wide.shape == places.shape
    assert np.isfinite(wide).all()
