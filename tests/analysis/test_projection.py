"""What every projection promises, and what is particular to each."""

import numpy as np
import pytest

from percepta.analysis.neighbours import knn
from percepta.analysis.projection import ALGORITHMS, default_settings, project
from percepta.analysis.trust import label_agreement, trustworthiness
from percepta.core.errors import JobCancelledError
from percepta.core.progress import Silent

from .planted import digits, planted

FAST = {"umap": {"epochs": 50}, "tsne": {"early_epochs": 50, "epochs": 50}, "pca": {}}
EVERY = pytest.mark.parametrize("algorithm", ALGORITHMS)


def lay_out(algorithm, vectors, **options):
    settings = FAST[algorithm] | options.pop("settings", {})
    return project(algorithm, vectors, knn(vectors, 15), settings=settings, **options)


@EVERY
@pytest.mark.parametrize("n", [1, 2, 3, 5, 20])
def test_few_samples(algorithm, n):
    vectors, _ = planted(n, 1)
    found = lay_out(algorithm, vectors)
    assert found.shape == (n, 2)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


@EVERY
def test_equal_samples(algorithm):
    found = lay_out(algorithm, np.full((50, 6), 3, np.float32))
    assert np.isfinite(found).all()


@EVERY
def test_one_dimension_and_constant_dimensions(algorithm):
    line = np.linspace(0, 1, 60, dtype=np.float32)[:, None]
    assert np.isfinite(lay_out(algorithm, line)).all()
    padded = np.hstack([line, np.ones((60, 3), np.float32)])
    assert np.isfinite(lay_out(algorithm, padded)).all()


@EVERY
def test_many_duplicates(algorithm):
    vectors, _ = planted(300, 3)
    vectors[100:200] = vectors[100]
    assert np.isfinite(lay_out(algorithm, vectors)).all()


@EVERY
def test_the_same_seed_gives_the_same_bytes(algorithm):
    vectors, _ = planted(300, 4)
    first = lay_out(algorithm, vectors, seed=7)
    assert first.tobytes() == lay_out(algorithm, vectors.copy(), seed=7).tobytes()


@EVERY
def test_arguments_are_left_as_they_were(algorithm):
    vectors, _ = planted(200, 3)
    neighbours = knn(vectors, 15)
    kept = neighbours.indices.copy(), neighbours.distances.copy(), vectors.copy()
    project(algorithm, vectors, neighbours, settings=FAST[algorithm])
    for now, before in zip((neighbours.indices, neighbours.distances, vectors), kept, strict=True):
        assert np.array_equal(now, before)


@pytest.mark.parametrize(
    ("algorithm", "trust", "agreement"),
    [("umap", 0.97, 0.95), ("tsne", 0.98, 0.95), ("pca", 0.82, 0.6)],
)
def test_the_digits_of_scikit_learn(algorithm, trust, agreement):
    vectors, labels = digits()
    settings = {"early_epochs": 100, "epochs": 150} if algorithm == "tsne" else {}
    found = project(algorithm, vectors, knn(vectors, 15), settings=settings)
    assert trustworthiness(vectors, found) >= trust
    assert label_agreement(found, labels) >= agreement


@EVERY
def test_samples_keep_their_place_when_vectors_move_a_little(algorithm):
    vectors, _ = planted(400, 4)
    rng = np.random.default_rng(1)
    before = lay_out(algorithm, vectors)
    before[::10] = np.nan
    moved = vectors + rng.normal(scale=0.02, size=vectors.shape).astype(np.float32)
    after = lay_out(algorithm, moved, initial=before)
    known = np.isfinite(before[:, 0])
    shift = np.linalg.norm((after - before)[known], axis=1)
    extent = np.ptp(before[known], axis=0).max()
    assert np.isfinite(after).all()
    assert np.median(shift) < 0.15 * extent


@EVERY
def test_progress_is_told_and_can_cancel(algorithm):
    class Watching(Silent):
        stages: list = []  # noqa: RUF012
        done = 0

        def stage(self, name, total=None, unit="samples"):
            self.stages.append(name)

        def advance(self, count=1):
            self.done += count

    watching = Watching()
    lay_out(algorithm, planted(100, 2)[0], progress=watching)
    assert "layout" in watching.stages
    assert watching.done > 0

    class Impatient(Silent):
        def check_cancelled(self):
            raise JobCancelledError("stopped")

    if algorithm != "pca":
        with pytest.raises(JobCancelledError):
            lay_out(algorithm, planted(100, 2)[0], progress=Impatient())


@EVERY
def test_settings(algorithm):
    defaults = default_settings(algorithm)
    assert all(isinstance(value, int | float | None) for value in defaults.values())
    vectors, _ = planted(30, 2)
    project(algorithm, vectors, knn(vectors, 5), settings=defaults)
    with pytest.raises(ValueError, match=f"{algorithm} has no setting 'colour'"):
        project(algorithm, vectors, knn(vectors, 5), settings={"colour": 1})


def test_wrong_arguments():
    vectors, _ = planted(30, 2)
    near = knn(vectors, 5)
    with pytest.raises(ValueError, match="known: umap, tsne, pca"):
        project("lda", vectors, near)
    with pytest.raises(ValueError, match="known: umap, tsne, pca"):
        default_settings("lda")
    with pytest.raises(ValueError, match="finite"):
        project("pca", np.full((30, 2), np.nan, np.float32), near)
    with pytest.raises(ValueError, match="of 30 rows"):
        project("pca", vectors[:20], near)
    with pytest.raises(ValueError, match="initial"):
        project("pca", vectors, near, initial=np.zeros((3, 2), np.float32))
