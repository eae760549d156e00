"""Trustworthiness against scikit-learn; label agreement by hand."""

import numpy as np
import pytest

from percepta.analysis.principal import principal_components
from percepta.analysis.trust import label_agreement, trustworthiness

from .planted import planted


@pytest.fixture(scope="module")
def continuous():
    return np.random.default_rng(0).normal(size=(900, 10)).astype(np.float32)


@pytest.mark.parametrize("k", [1, 5, 15])
def test_the_definition_is_scikit_learns(continuous, k):
    from sklearn import manifold

    flat = principal_components(continuous, 2)
    expected = manifold.trustworthiness(continuous, flat, n_neighbors=k)
    assert trustworthiness(continuous, flat, k) == pytest.approx(expected, abs=1e-6)


def test_a_sample_of_rows_estimates_it(continuous):
    flat = principal_components(continuous, 2)
    whole = trustworthiness(continuous, flat)
    assert trustworthiness(continuous, flat, sample=300, seed=1) == pytest.approx(whole, abs=0.01)


def test_a_perfect_and_a_random_map(continuous):
    plane = continuous[:, :2]
    assert trustworthiness(plane, plane * 3) == 1
    shuffled = np.random.default_rng(1).permutation(plane)
    assert trustworthiness(plane, shuffled) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 8])
def test_few_rows(n):
    vectors, _ = planted(n, 1)
    assert 0 <= trustworthiness(vectors, vectors[:, :2]) <= 1


def test_equal_rows():
    same = np.ones((40, 3), np.float32)
    assert 0 <= trustworthiness(same, same[:, :2]) <= 1


def test_agreement_counts_votes():
    # two heaps of four; one sample of heap a bears the label of heap b
    heap = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    places = np.concatenate([heap, heap + 100])
    labels = np.array(["a", "a", "a", "b", "b", "b", "b", "b"])
    assert label_agreement(places, labels, k=3) == pytest.approx(7 / 8)
    assert label_agreement(places, np.array(["a"] * 8), k=3) == 1


def test_agreement_is_leave_one_out_accuracy():
    from sklearn.neighbors import KNeighborsClassifier

    vectors, labels = planted(300, 6, width=2, spread=0.5)
    own = KNeighborsClassifier(15).fit(vectors, labels)
    near = own.kneighbors(return_distance=False)
    votes = np.array([np.bincount(labels[row], minlength=6).argmax() for row in near])
    assert label_agreement(vectors, labels) == pytest.approx((votes == labels).mean())


def test_agreement_of_one_sample():
    assert label_agreement(np.zeros((1, 2), np.float32), np.array([3])) == 1
