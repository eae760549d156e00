"""Nearest neighbours: against all pairs, with duplicates, at every size."""

import numpy as np
import pytest

from percepta.analysis.neighbours import knn

from .planted import digits, planted


def brute(vectors, k):
    squared = ((vectors[:, None].astype(np.float64) - vectors[None]) ** 2).sum(axis=-1)
    np.fill_diagonal(squared, np.inf)
    order = np.argsort(squared, axis=1, kind="stable")[:, :k]
    return order, np.sqrt(np.take_along_axis(squared, order, axis=1))


def test_exact_neighbours_are_those_of_all_pairs():
    vectors, _ = planted(400, 5)
    vectors += 1000  # far from the origin, where norms cancel
    found = knn(vectors, 15)
    order, distances = brute(vectors, 15)
    assert found.method == "exact"
    assert found.recall == 1
    assert found.indices.dtype == np.int32
    assert found.distances.dtype == np.float32
    assert (found.indices == order).mean() > 0.999
    np.testing.assert_allclose(found.distances, distances, rtol=1e-3)


@pytest.mark.parametrize("width", [24, 100])
def test_the_index_finds_nearly_all_and_says_how_many(width):
    vectors, _ = planted(6_000, 30, width=width)
    exact = knn(vectors, 15, method="exact")
    found = knn(vectors, 15, method="index")
    shared = (found.indices[:, :, None] == exact.indices[:, None, :]).any(axis=2).mean()
    assert found.method == "index"
    assert shared > 0.97
    assert found.recall == pytest.approx(shared, abs=0.02)
    assert (np.diff(found.distances, axis=1) >= 0).all()
    own = np.linalg.norm(vectors - vectors[found.indices[:, 3]], axis=1)
    np.testing.assert_allclose(found.distances[:, 3], own, rtol=1e-4)


@pytest.mark.parametrize("method", ["exact", "index"])
def test_a_row_is_never_its_own_neighbour_though_duplicates_abound(method):
    vectors, _ = planted(2_000, 3)
    vectors[500:560] = vectors[500]
    found = knn(vectors, 15, method=method)
    assert not (found.indices == np.arange(2_000)[:, None]).any()
    assert (found.indices >= 0).all()
    twins = found.indices[500:560]
    assert ((twins >= 500) & (twins < 560)).all()
    assert (found.distances[500:560] == 0).all()
    assert all(len(set(row)) == 15 for row in found.indices.tolist())


@pytest.mark.parametrize(("n", "k"), [(1, 0), (2, 1), (3, 2), (20, 15)])
def test_few_rows_have_few_neighbours(n, k):
    found = knn(planted(n, 1)[0], 15)
    assert found.indices.shape == found.distances.shape == (n, k)
    assert all(sorted({*row, i}) for i, row in enumerate(found.indices.tolist()))


def test_equal_rows():
    found = knn(np.ones((30, 4), np.float32), 5)
    assert (found.distances == 0).all()
    assert not (found.indices == np.arange(30)[:, None]).any()


def test_the_first_few_of_more():
    found = knn(digits()[0], 30)
    few = knn(digits()[0], 10)
    assert np.array_equal(found.first(10).indices, few.indices)


def test_results_cannot_be_changed_by_accident():
    found = knn(planted(50, 2)[0], 5)
    with pytest.raises(ValueError, match="read-only"):
        found.indices[0, 0] = 1


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.full((5, 2), np.nan, np.float32), "finite"),
        (np.array([[1.0, np.inf], [0, 0]], np.float32), "finite"),
        (np.zeros((0, 3), np.float32), "non-empty"),
        (np.zeros(4, np.float32), "non-empty"),
    ],
)
def test_vectors_that_cannot_be_searched(vectors, message):
    with pytest.raises(ValueError, match=message):
        knn(vectors)


def test_no_neighbours_wanted():
    with pytest.raises(ValueError, match="at least 1"):
        knn(np.zeros((3, 2), np.float32), 0)
