"""Exploration end to end on real digits: places, clusters, names, filters, reproducibility."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

from percepta.core.errors import ConflictError, NotFoundError
from percepta.core.filters import Compare, Filter, Operator
from percepta.core.progress import Silent
from percepta.engine.explore import explore
from percepta.integration import from_datasets
from percepta.storage import Workspace


@pytest.fixture
def digits_run(run: Any, net: Any, digits: Any) -> Any:
    """A run over 600 digits whose network was trained a little, so that its space has groups."""
    images, labels = (torch.from_numpy(part[:600]) for part in digits)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()
    parts = {
        "training": TensorDataset(images[:400], labels[:400]),
        "validation": TensorDataset(images[400:], labels[400:]),
    }
    return run(from_datasets(parts), net.eval())


def make(workspace_path: Path, run: Any, **options: Any) -> Any:
    return explore(Workspace.open(workspace_path), run.id, progress=Silent(), **options)


def test_every_sample_has_a_place_and_a_named_cluster(
    workspace_path: Path, digits_run: Any
) -> None:
    info = make(workspace_path, digits_run)
    stored = digits_run.map(info.id)
    assert info.space == "balanced"
    assert info.algorithm == "umap"
    assert info.n == 600
    assert np.isfinite(stored.coordinates).all()
    assert info.trustworthiness > 0.9
    assert (stored.cluster >= 0).all()
    clusters = [cluster for cluster in info.clusters if cluster.parent is None]
    assert sum(cluster.size for cluster in clusters) == 600
    assert len({cluster.name for cluster in clusters}) == len(clusters)
    sizes = np.bincount(stored.cluster, minlength=len(info.clusters))
    losses = np.asarray(digits_run.values("loss"))
    for index, cluster in enumerate(info.clusters):
        if cluster.parent is None:
            assert sizes[index] == cluster.size
            members = stored.cluster == index
            assert cluster.mean_loss == pytest.approx(losses[members].mean(), rel=1e-4)
            low, high = stored.coordinates[members].min(0), stored.coordinates[members].max(0)
            assert (low <= (cluster.x, cluster.y)).all()
            assert ((cluster.x, cluster.y) <= high).all()
    named = " ".join(cluster.name for cluster in clusters)
    assert "label" in named or "predicted" in named


def test_a_filter_makes_a_map_of_its_samples_only(workspace_path: Path, digits_run: Any) -> None:
    wanted = Filter((Compare("label", Operator.IN, ("3", "8")),))
    info = make(workspace_path, digits_run, filter=wanted, algorithm="pca", space="foreground")
    stored = digits_run.map(info.id)
    inside = np.isin(np.asarray(digits_run.values("label")), ["3", "8"])
    assert info.n == inside.sum()
    assert info.filter == wanted.to_json()
    assert np.isfinite(stored.coordinates[inside]).all()
    assert np.isnan(stored.coordinates[~inside]).all()
    assert (stored.cluster[~inside] == -1).all()
    assert np.isnan(stored.cluster_distance[~inside]).all()


@pytest.mark.parametrize("algorithm", ["umap", "tsne", "pca"])
def test_equal_seeds_give_equal_maps(workspace_path: Path, digits_run: Any, algorithm: str) -> None:
    first, second = (
        make(workspace_path, digits_run, algorithm=algorithm, seed=3) for _ in range(2)
    )
    assert first.id != second.id
    one, two = digits_run.map(first.id), digits_run.map(second.id)
    assert one.coordinates.tobytes() == two.coordinates.tobytes()
    assert [c.id for c in first.clusters] == [c.id for c in second.clusters]


def test_clusters_of_one_map_can_be_explored_again(workspace_path: Path, digits_run: Any) -> None:
    whole = make(workspace_path, digits_run, algorithm="pca")
    biggest = max((c for c in whole.clusters if c.parent is None), key=lambda c: c.size)
    wanted = Filter((Compare("cluster", Operator.IN, (biggest.name,)),))
    part = make(workspace_path, digits_run, filter=wanted, filter_map=whole.id, algorithm="pca")
    assert part.n == biggest.size


def test_what_cannot_be_explored_is_told(workspace_path: Path, digits_run: Any) -> None:
    with pytest.raises(NotFoundError, match="no latent space 'semantic'"):
        make(workspace_path, digits_run, space="semantic")
    with pytest.raises(ConflictError, match="No sample matches"):
        nothing = Filter((Compare("loss", Operator.LESS, (-1,)),))
        make(workspace_path, digits_run, filter=nothing)


@pytest.mark.parametrize("count", [1, 2, 3, 17])
def test_very_small_populations(workspace_path: Path, digits_run: Any, count: int) -> None:
    few = Filter(
        (
            Compare("sample_id", Operator.LESS, (count,)),
            Compare("subset", Operator.IN, ("training",)),
        )
    )
    info = make(workspace_path, digits_run, filter=few)
    assert info.n == count
    placed = digits_run.map(info.id).coordinates[:count]
    assert np.isfinite(placed).all()
