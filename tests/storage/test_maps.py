"""A map is stored whole, and its clusters become fields of the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from percepta.core.errors import FilterError, NotFoundError, StorageError
from percepta.core.filters import Compare, Filter, Operator
from percepta.storage import ClusterInfo, MapInfo, MapResult, Run, RunQuery, Trait, Workspace
from tests.storage.builders import write_columns

CLUSTERS = (
    ClusterInfo("a", "cats", 3, None, 0.0, 1.0, (Trait("label", "cat", 0.9, 0.1, 3.0),), 0.5),
    ClusterInfo("b", "dogs", 2, None, 1.0, 1.0, (Trait("loss", (0.5, 1.5), 1, 0, 2.0),)),
    ClusterInfo("a1", "black cats", 1, "a", 0.0, 1.5),
)


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return write_columns(workspace, {"loss": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]})


def result() -> MapResult:
    xy = np.arange(12, dtype=np.float32).reshape(6, 2)
    xy[5] = np.nan
    return MapResult(
        space="balanced",
        algorithm="umap",
        seed=7,
        coordinates=xy,
        clusters=CLUSTERS,
        cluster=np.array([0, 1, 0, 1, 0, -1], np.int32),
        subcluster=np.array([2, -1, -1, -1, -1, -1], np.int32),
        cluster_distance=np.array([0, 1, 2, 3, 4, np.nan], np.float32),
        settings={"k": 15},
        filter=[{"kind": "rows", "rows": [0]}],
        trustworthiness=0.97,
        measures={"seconds": 1.5},
    )


def test_a_map_comes_back(run: Run) -> None:
    info = run.save_map(result())
    assert info.n == 5
    assert info.trustworthiness == 0.97
    assert info.clusters == CLUSTERS
    assert MapInfo.from_json(info.to_json()) == info
    fresh = Run(run.folder)
    assert fresh.maps() == [info]
    stored = fresh.map(info.id)
    assert np.array_equal(stored.coordinates, result().coordinates, equal_nan=True)
    assert stored.xy.tobytes() == result().coordinates.T.tobytes()
    assert stored.cluster.tolist() == [0, 1, 0, 1, 0, -1]
    assert not stored.xy.flags.writeable


def test_maps_come_in_the_order_they_were_made(run: Run) -> None:
    made = [run.save_map(replace(result(), seed=seed)) for seed in range(5)]
    assert [info.seed for info in run.maps()] == [0, 1, 2, 3, 4]
    assert len({info.id for info in made}) == 5


def test_clusters_are_fields(run: Run) -> None:
    query = RunQuery(run, run.save_map(result()).id)
    assert [f.name for f in query.fields()][-3:] == ["cluster", "subcluster", "cluster_distance"]
    cats = Filter((Compare("cluster", Operator.IN, ("cats",)),))
    assert np.flatnonzero(query.matches(cats)).tolist() == [0, 2, 4]
    nowhere = Filter((Compare("cluster", Operator.MISSING),))
    assert np.flatnonzero(query.matches(nowhere)).tolist() == [5]
    far = Filter((Compare("cluster_distance", Operator.GREATER, (2,)),))
    assert np.flatnonzero(query.matches(far)).tolist() == [3, 4]
    _, page = query.rows(Filter(), ["cluster", "subcluster", "cluster_distance"], limit=6)
    assert page[0] == {
        "row": 0,
        "cluster": "cats",
        "subcluster": "black cats",
        "cluster_distance": 0,
    }
    assert page[5] == {"row": 5, "cluster": None, "subcluster": None, "cluster_distance": None}
    values = query.summary("cluster").values
    assert values is not None
    assert [(v.value, v.count) for v in values] == [("cats", 3), ("dogs", 2)]
    with pytest.raises(FilterError, match="no field 'cluster'"):
        RunQuery(run).mask(cats)


def test_a_map_that_does_not_fit_is_refused(run: Run) -> None:
    good = result()
    wrong = [
        (replace(good, coordinates=np.zeros((5, 2), np.float32)), r"must be \[6, 2\]"),
        (replace(good, cluster=np.zeros(5, np.int32)), "6 values"),
        (replace(good, cluster=np.full(6, 3, np.int32)), "none of the 3"),
        (
            replace(good, clusters=(CLUSTERS[0], replace(CLUSTERS[1], name="cats"), CLUSTERS[2])),
            "same",
        ),
    ]
    for bad, message in wrong:
        with pytest.raises(StorageError, match=message):
            run.save_map(bad)
    assert run.maps() == []


@pytest.mark.parametrize(
    "text", ["", "..", "../manifest.json", "/etc", "0" * 16, "x\x00", "a" * 300]
)
def test_an_unknown_map(run: Run, text: str) -> None:
    with pytest.raises(NotFoundError):
        run.map(text)
