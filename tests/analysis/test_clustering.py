"""Clusters: planted groups, numbers a person can take in, ids that last."""

import numpy as np
import pytest

from percepta.analysis.clustering import FEWEST, MOST, find_clusters
from percepta.analysis.neighbours import knn

from .planted import digits, planted


def cluster(vectors, **options):
    return find_clusters(vectors, knn(vectors, 15), **options)


def agreement(first, second):
    from sklearn.metrics import adjusted_mutual_info_score

    return adjusted_mutual_info_score(first, second)


@pytest.mark.parametrize(("n", "groups"), [(600, 6), (8_000, 12)])
def test_planted_groups_are_found(n, groups):
    vectors, group = planted(n, groups)
    found = cluster(vectors)
    assert agreement(group, found.labels) > 0.99
    assert len(found.ids) == groups
    assert found.stability > 0.95


def test_the_digits_of_scikit_learn():
    vectors, labels = digits()
    found = cluster(vectors)
    assert FEWEST <= len(found.ids) <= 15
    assert agreement(labels, found.labels) > 0.88


def test_labels_go_from_the_biggest_down_and_have_ids():
    vectors, _ = digits()
    found = cluster(vectors)
    sizes = np.bincount(found.labels)
    assert found.labels.dtype == found.sub.dtype == np.int32
    assert (np.diff(sizes) <= 0).all()
    assert len(set(found.ids)) == len(sizes) == len(found.sub_ids)
    for label, names in enumerate(found.sub_ids):
        subs = np.bincount(found.sub[found.labels == label])
        assert len(subs) == len(names) == len(set(names))
        assert (np.diff(subs) <= 0).all()


def test_distance_is_to_the_mean_of_the_cluster():
    vectors, _ = digits()
    found = cluster(vectors)
    for label in range(len(found.ids)):
        inside = found.labels == label
        centre = vectors[inside].mean(axis=0)
        expected = np.linalg.norm(vectors[inside] - centre, axis=1)
        np.testing.assert_allclose(found.distance[inside], expected, rtol=1e-4)


def test_groups_within_groups_are_sub_clusters():
    rng = np.random.default_rng(0)
    far = rng.normal(size=(6, 12)) * 20
    near = rng.normal(size=(6, 3, 12)) * 2
    outer, inner = rng.integers(0, 6, 3_000), rng.integers(0, 3, 3_000)
    vectors = far[outer] + near[outer, inner] + 0.5 * rng.normal(size=(3_000, 12))
    found = cluster(vectors.astype(np.float32))
    both = found.labels * 100 + found.sub
    assert agreement(outer * 3 + inner, both) > 0.95


def test_data_of_more_groups_than_a_person_can_take_in_is_summed_up():
    vectors, group = planted(4_000, 120, width=32, spread=0.1)
    found = cluster(vectors)
    assert len(found.ids) <= MOST
    whole = np.unique(np.stack([group, found.labels]), axis=1)
    assert whole.shape[1] <= 130  # nearly every planted group lies in one cluster


def test_structureless_data_still_gives_a_usable_number_and_says_it_is_unstable():
    vectors = np.random.default_rng(0).normal(size=(3_000, 10)).astype(np.float32)
    found = cluster(vectors)
    assert 1 <= len(found.ids) <= MOST
    assert found.stability < 0.6


@pytest.mark.parametrize("n", [1, 2, 3, 10, 40])
def test_few_samples(n):
    found = cluster(planted(n, 1)[0])
    assert found.labels.shape == found.sub.shape == found.distance.shape == (n,)
    assert found.labels.min() == 0
    assert len(found.ids) == found.labels.max() + 1


def test_equal_samples_and_duplicates():
    assert np.isfinite(cluster(np.ones((60, 4), np.float32)).distance).all()
    vectors, _ = planted(500, 4)
    vectors[:100] = vectors[0]
    assert cluster(vectors).labels.max() < MOST


def test_the_same_seed_gives_the_same_clusters():
    vectors, _ = digits()
    first, again = cluster(vectors, seed=3), cluster(vectors, seed=3)
    assert first.labels.tobytes() == again.labels.tobytes()
    assert (first.ids, first.sub_ids) == (again.ids, again.sub_ids)


def test_ids_last_when_a_few_samples_come_and_go():
    vectors, _ = planted(3_000, 12)
    keys = [f"training/{i}" for i in range(3_000)]
    before = cluster(vectors, keys=keys)
    order = np.random.default_rng(0).permutation(3_000)[:2_910]
    after = cluster(vectors[order], keys=[keys[i] for i in order])
    assert len(set(before.ids) & set(after.ids)) >= 10
    for name in set(before.ids) & set(after.ids):
        was = np.flatnonzero(before.labels == before.ids.index(name))
        now = order[after.labels == after.ids.index(name)]
        assert len(np.intersect1d(was, now)) > 0.9 * len(now)
    other = cluster(vectors, keys=[f"test/{i}" for i in range(3_000)])
    assert not set(other.ids) & set(before.ids)
