"""The landmark layout: its graph, its forces, its landmarks, its independence of threads."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_array

from percepta.analysis.neighbours import knn
from percepta.analysis.projection import layout, umap
from percepta.analysis.projection.fuzzy import fuzzy_graph
from percepta.analysis.trust import label_agreement, trustworthiness
from percepta.core.progress import Silent

from .planted import planted


def test_memberships_of_a_row_sum_to_the_logarithm_of_its_neighbours():
    vectors, _ = planted(300, 3)
    neighbours = knn(vectors, 15)
    from percepta.analysis.projection.fuzzy import _memberships

    weights = _memberships(neighbours.distances)
    np.testing.assert_allclose(weights.sum(axis=1), np.log2(16), rtol=1e-3)
    assert (weights[:, 0] == 1).all()
    assert (np.diff(weights, axis=1) <= 1e-6).all()


def test_the_graph_unites_both_directions():
    vectors, _ = planted(200, 2)
    neighbours = knn(vectors, 10)
    from percepta.analysis.projection.fuzzy import _memberships

    one_way = np.zeros((200, 200))
    rows = np.repeat(np.arange(200), 10)
    one_way[rows, neighbours.indices.ravel()] = _memberships(neighbours.distances).ravel()
    expected = one_way + one_way.T - one_way * one_way.T
    graph = fuzzy_graph(neighbours)
    np.testing.assert_allclose(graph.toarray(), expected, atol=1e-6)
    assert graph.has_sorted_indices
    assert graph.diagonal().sum() == 0


def test_the_force_table_is_the_gradient_of_umap():
    table = layout._force_table()
    a, b = layout._CURVE
    steps = table.shape[1]
    squared = np.exp2(np.linspace(layout._LOWEST + 1, layout._HIGHEST - 1, 500)).astype(np.float32)
    at = (squared.view(np.int32) >> (23 - layout._FINENESS)) - ((127 + layout._LOWEST) << 7)
    assert ((at >= 0) & (at < steps)).all()
    exact = squared.astype(np.float64)
    pull = -2 * a * b * exact ** (b - 1) / (1 + a * exact**b)
    push = 2 * b / ((0.001 + exact) * (1 + a * exact**b))
    np.testing.assert_allclose(table[0, at], pull, rtol=0.01)
    np.testing.assert_allclose(table[1, at], push, rtol=0.01)


def test_tied_points_come_together_and_untied_ones_part():
    group = np.arange(40) % 2
    ties = (group[:, None] == group) & ~np.eye(40, dtype=bool)
    start = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    end = layout.lay_out(csr_array(ties.astype(np.float32)), start, epochs=200, progress=Silent())
    distance = np.linalg.norm(end[:, None] - end, axis=-1)
    assert distance[ties].max() < distance[group[:, None] != group].min()


def test_the_number_of_threads_changes_nothing():
    vectors, _ = planted(5_000, 8)
    graph = fuzzy_graph(knn(vectors, 15))
    start = np.random.default_rng(0).normal(size=(5_000, 2)).astype(np.float32)
    maps = [
        layout.lay_out(graph, start, epochs=30, progress=Silent(), threads=threads)
        for threads in (1, 2, 3)
    ]
    assert maps[0].tobytes() == maps[1].tobytes() == maps[2].tobytes()


def landmark_map(vectors, **settings):
    return umap.umap(
        vectors,
        knn(vectors, 15),
        seed=0,
        progress=Silent(),
        settings=umap.UmapSettings(**settings),
    )


def test_landmarks_first_is_as_good_as_all_at_once():
    vectors, group = planted(6_000, 10)
    found = landmark_map(vectors, landmarks=0.1, epochs=100)
    whole = landmark_map(vectors, epochs=200)
    assert label_agreement(found, group) > 0.99
    assert trustworthiness(vectors, found) > trustworthiness(vectors, whole) - 0.01


def test_groups_without_a_landmark_get_one():
    vectors, _ = planted(3_000, 2)
    far = planted(40, 1, seed=5)[0] + 500
    vectors = np.vstack([vectors, far, far[:20] - 2_000])
    neighbours = knn(vectors, 15)
    chosen = umap._landmarks(fuzzy_graph(neighbours), 0.005, np.random.default_rng(3))
    assert (chosen < 3_000).any()
    assert ((chosen >= 3_000) & (chosen < 3_040)).any()
    assert (chosen >= 3_040).any()
    found = landmark_map(vectors, landmarks=0.005, epochs=30)
    assert np.isfinite(found).all()
    labels = np.repeat([0, 1, 2], [3_000, 40, 20])
    assert label_agreement(found, labels) > 0.99


def test_rows_that_no_tie_reaches_go_beside_their_nearest():
    vectors, _ = planted(60, 1)
    empty = csr_array((60, 60), dtype=np.float32)
    positions = np.zeros((60, 2), np.float32)
    positions[:30, 0] = np.arange(30)
    placed = np.arange(60) < 30
    vectors[30:] = vectors[:30]
    found = umap._place_rest(empty, positions, placed, vectors, np.random.default_rng(0))
    np.testing.assert_allclose(found[30:, 0], np.arange(30), atol=0.1)


SCRIPT = """
import hashlib, numpy as np
from percepta.analysis.clustering import find_clusters
from percepta.analysis.neighbours import knn
from percepta.analysis.projection import project
from percepta.analysis.trust import trustworthiness
rng = np.random.default_rng(0)
vectors = (rng.normal(size=(8, 70))[rng.integers(0, 8, 6_000)] @ np.eye(70)
           + 0.4 * rng.normal(size=(6_000, 8)) @ rng.normal(size=(8, 70))).astype(np.float32)
near = knn(vectors, 15, method="index")
places = project("umap", vectors, near, 
                 settings={"landmarks": 0.3, "landmark_epochs": 50, "epochs": 10})
groups = find_clusters(vectors, near)
digest = hashlib.sha256()
for part in (near.indices, near.distances, places, groups.labels, groups.sub, groups.distance):
    digest.update(np.ascontiguousarray(part).tobytes())
digest.update(repr((groups.ids, trustworthiness(vectors, places, sample=100))).encode())
print(digest.hexdigest())
"""


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux to limit cores")
def test_a_whole_exploration_is_the_same_on_one_core_and_on_all():
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        pytest.skip("this machine has one core")
    digests = set()
    for allowed in ({min(cores)}, cores):
        threads = str(len(allowed))
        environment = os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        script = f"import os; os.sched_setaffinity(0, {allowed})\n{SCRIPT}"
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == len(hashlib.sha256().hexdigest())
