"""Which way averages go: planted curves are named, noise is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from percepta.analysis.trends import Shape, shape_of

BINS = 16
SIZE = 200


def seen(
    curve: Callable[[NDArray[np.float64]], NDArray[np.float64]], seed: int
) -> tuple[Shape, float]:
    """Return the shape of a curve over 0..1 under noise with a heavy tail."""
    rng = np.random.default_rng(seed)
    places = np.repeat(np.linspace(0, 1, BINS), SIZE).reshape(BINS, SIZE)
    values = curve(places) + rng.exponential(size=places.shape) ** 2
    counts = np.full(BINS, SIZE)
    return shape_of(values.mean(axis=1), counts, values.var(axis=1))


@pytest.mark.parametrize(
    ("curve", "shape", "moved"),
    [
        (lambda x: 2 * x, Shape.RISING, 2.0),
        (lambda x: -2 * x, Shape.FALLING, -2.0),
        (lambda x: 3.0 * (x > 0.9), Shape.RISING, 3.0),
        (lambda x: 8 * (x - 0.5) ** 2, Shape.CURVED, 2.0),
        (lambda x: -8 * (x - 0.5) ** 2, Shape.CURVED, 2.0),
        (lambda x: 2 * np.sin(4 * np.pi * x), Shape.CURVED, 4.0),
    ],
)
def test_a_planted_curve_is_named(
    curve: Callable[[NDArray[np.float64]], NDArray[np.float64]], shape: Shape, moved: float
) -> None:
    found = [seen(curve, seed) for seed in range(20)]
    assert [one for one, _ in found].count(shape) >= 18
    assert np.mean([size for _, size in found]) == pytest.approx(moved, rel=0.5)


def test_noise_is_unclear() -> None:
    found = [seen(lambda x: 0 * x, seed)[0] for seed in range(200)]
    assert found.count(Shape.UNCLEAR) >= 194


def test_averages_without_noise() -> None:
    none = np.zeros(3)
    counts = np.array([5, 1, 9])
    assert shape_of(np.array([1.0, 2.0, 4.0]), counts, none) == (Shape.RISING, 3.0)
    assert shape_of(np.array([4.0, 2.0, 1.0]), counts, none) == (Shape.FALLING, -3.0)
    assert shape_of(np.array([1.0, 3.0, 1.0]), np.array([5, 5, 5]), none) == (Shape.CURVED, 2.0)
