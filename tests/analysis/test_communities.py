"""Communities at many resolutions: condensing a graph must not change what is optimised."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from percepta.analysis.communities import adjusted_rand, condense, contract, leiden, most_stable
from percepta.analysis.neighbours import knn
from percepta.analysis.projection.fuzzy import fuzzy_graph
from percepta.core.progress import Silent

from .planted import digits, planted


def modularity(graph, labels, resolution):
    one = csr_array((np.ones(len(labels)), (np.arange(len(labels)), labels)))
    inside = (one.T @ graph @ one).diagonal().sum()
    degree = one.T @ np.asarray(graph.sum(axis=1)).ravel()
    total = graph.sum()
    return inside / total - resolution * (degree**2).sum() / total**2


@pytest.fixture(scope="module")
def graph():
    return fuzzy_graph(knn(digits()[0], 15)).astype(np.float64)


def test_joining_small_communities_optimises_the_modularity_of_the_whole_graph(graph):
    fine = contract(graph, leiden(graph, 20, seed=0))
    assert fine.graph.sum() == pytest.approx(graph.sum())
    for resolution in (0.2, 1.0, 3.0):
        joined = leiden(fine.graph, resolution, seed=0)[fine.member]
        whole = leiden(graph, resolution, seed=0)
        assert modularity(graph, joined, resolution) > modularity(graph, whole, resolution) - 0.01


def test_small_graphs_are_not_condensed(graph):
    assert np.array_equal(condense(graph, 0).member, np.arange(1797))


def test_big_graphs_are(graph):
    big = fuzzy_graph(knn(planted(6_000, 5)[0], 15))
    condensed = condense(big, 0)
    assert 5 < len(condensed.sizes) < 2_000
    assert condensed.sizes.sum() == 6_000


def test_nodes_without_ties_stay_alone():
    lonely = csr_array((4, 4), dtype=np.float32)
    assert len(set(leiden(lonely, 1.0, 0).tolist())) == 4
    pair = csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], np.float32))
    found = leiden(pair, 0.5, 0)
    assert found[0] == found[1] != found[2]


def test_adjusted_rand_is_scikit_learns():
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 5, 40), rng.integers(0, 7, 40)
    sizes = rng.integers(1, 9, 40)
    expected = adjusted_rand_score(np.repeat(first, sizes), np.repeat(second, sizes))
    assert adjusted_rand(first, second, sizes) == pytest.approx(expected)
    assert adjusted_rand(first, first, sizes) == 1
    assert adjusted_rand(np.zeros(3, int), np.zeros(3, int), np.ones(3, int)) == 1


def test_the_most_stable_partition_is_the_planted_one():
    vectors, group = planted(1_500, 9)
    condensed = condense(fuzzy_graph(knn(vectors, 15)), 0)
    choice = most_stable(
        condensed,
        low=5,
        high=40,
        smallest=5,
        lowest_resolution=0.03,
        highest_resolution=4.0,
        steps=20,
        seed=0,
        progress=Silent(),
    )
    assert choice.stability > 0.99
    assert adjusted_rand(choice.partition, group, np.ones(1_500, np.int64)) > 0.99
