"""Arrays become vectors: means by hand, and projections that keep distances."""

from __future__ import annotations

import numpy as np
import pytest

from percepta.analysis.reduction import RandomProjection, mean_over_positions, random_bits, signs_of


@pytest.mark.parametrize(
    ("shape", "axis"), [((5, 3, 4, 2), 1), ((5, 4, 2, 3), -1), ((5, 4, 3), 2), ((5, 3), 1)]
)
def test_a_mean_keeps_the_channels(shape: tuple[int, ...], axis: int) -> None:
    arrays = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    expected = np.moveaxis(arrays, axis, -1).reshape(5, -1, 3).mean(axis=1)
    found = mean_over_positions(arrays, axis)
    assert found.shape == (5, 3)
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_projection_is_a_product_with_random_signs() -> None:
    vectors = np.random.default_rng(0).normal(size=(4, 20_000)).astype(np.float32)
    signs = signs_of(random_bits(20_000, 100, seed=3), 100)
    assert set(np.unique(signs)) == {-1, 1}
    assert abs(signs.mean()) < 0.01
    found = RandomProjection(20_000, 100, seed=3)(vectors)
    assert found == pytest.approx(vectors @ signs / 10, abs=1e-2)
    assert found.tobytes() == RandomProjection(20_000, 100, seed=3)(vectors).tobytes()
    assert found.tobytes() != RandomProjection(20_000, 100, seed=4)(vectors).tobytes()


def test_a_projection_keeps_distances() -> None:
    points = np.random.default_rng(1).normal(size=(30, 9_000)).astype(np.float32)
    projected = RandomProjection(9_000, 512, seed=0)(points)
    before = np.linalg.norm(points[:, None] - points, axis=2)
    after = np.linalg.norm(projected[:, None] - projected, axis=2)
    pairs = ~np.eye(30, dtype=bool)
    assert after[pairs] / before[pairs] == pytest.approx(1, abs=0.15)


def test_vectors_that_are_narrow_already_are_left_as_they_are() -> None:
    vectors = np.ones((2, 7), np.float32)
    assert RandomProjection(7, 512, seed=0)(vectors) is vectors
