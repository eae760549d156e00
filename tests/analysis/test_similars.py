"""Similars: by hand, against plain numpy, and their order."""

from __future__ import annotations

import numpy as np
import pytest

from percepta.analysis.similars import (
    direction,
    most_similar,
    population_mean,
    similarities,
)


def vectors(n: int = 500, width: int = 33, dtype: type = np.float32) -> np.ndarray:
    return np.random.default_rng(0).normal(3, 2, (n, width)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("width", [1, 7, 33, 512])
def test_cosine_seen_from_the_mean(dtype: type, width: int) -> None:
    all_of_them = vectors(width=width, dtype=dtype)
    mean = population_mean(all_of_them)
    towards = direction(all_of_them[3:4], mean)
    away = all_of_them.astype(np.float64) - mean
    expected = away @ towards / np.linalg.norm(away, axis=1)
    scores = similarities(all_of_them, mean, towards)
    np.testing.assert_allclose(scores, expected, atol=2e-6)
    assert scores[3] == pytest.approx(1, abs=1e-6)


def test_half_precision_of_every_size() -> None:
    odd = np.array(
        [[0.0, 1.0], [6e-8, 65504.0], [-6.1e-5, -2.0]], np.float16
    )  # subnormals, largest
    zero = np.zeros(2, np.float32)
    scores = similarities(odd, zero, np.array([0, 1], np.float32))
    np.testing.assert_allclose(scores, [1, 1, -1], atol=1e-6)


def test_the_middle_of_the_population_is_similar_to_nothing() -> None:
    same = np.ones((4, 3), np.float32)
    mean = population_mean(same)
    assert not direction(same[:1], mean).any()
    assert not similarities(same, mean, direction(same[:1], mean)).any()


def test_several_queries_are_one_direction_and_count_alike() -> None:
    mean = np.zeros(2, np.float32)
    both = direction(np.array([[100.0, 0.0], [0.0, 1.0]], np.float32), mean)
    np.testing.assert_allclose(both, np.sqrt([0.5, 0.5]), atol=1e-6)
    opposite = direction(np.array([[1.0, 0.0], [-1.0, 0.0]], np.float32), mean)
    assert not opposite.any()


def test_the_best_first_ties_by_row_queries_left_out() -> None:
    scores = np.array([0.5, 0.9, 0.9, -1.0, 0.9, 0.1], np.float32)
    assert most_similar(scores, 2).rows.tolist() == [1, 2]
    assert most_similar(scores, 3, without=np.array([2])).rows.tolist() == [1, 4, 0]
    found = most_similar(scores, 10, among=scores < 0.9)
    assert found.rows.tolist() == [0, 5, 3]
    np.testing.assert_allclose(found.scores, [0.5, 0.1, -1])
    assert most_similar(scores, 5, among=np.zeros(6, bool)).rows.tolist() == []


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_mean_is_that_of_all(dtype: type) -> None:
    many = vectors(n=10_001, width=3, dtype=dtype)
    np.testing.assert_allclose(population_mean(many), many.astype(np.float64).mean(0), rtol=1e-6)
    assert population_mean(many[:0]).tolist() == [0, 0, 0]
