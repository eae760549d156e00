"""Fetching similars on a run whose latent space is known, and reading what they share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from percepta.core.errors import NotFoundError, TargetError
from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.core.filter_text import parse_filter
from percepta.core.filters import Filter, InCollection
from percepta.core.progress import Silent
from percepta.core.subsets import Subset
from percepta.engine.explore import explore
from percepta.engine.similar import Population, find_similar
from percepta.storage import Run, RunPlan, RunQuery, ShardData, Workspace
from percepta.storage.collections import keep_collection
from percepta.storage.derived import create_derived_field
from tests.storage.builders import write_columns

FOURS, NINES, CLOSED, UNLABELED = 60, 60, 4, 6


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Nines, fours, and four "closed fours" that the model sees as nines; six samples without a label."""
    random = np.random.default_rng(0)
    nine, four = np.eye(8, dtype=np.float32)[:2] * 5
    labeled = np.concatenate(
        [
            random.normal(four, 0.3, (FOURS, 8)),
            random.normal(nine, 0.3, (NINES, 8)),
            random.normal(nine, 0.3, (CLOSED, 8)),
        ]
    )
    unlabeled = random.normal(nine, 0.3, (UNLABELED, 8))
    labels = ["4"] * FOURS + ["9"] * NINES + ["4"] * CLOSED
    workspace = Workspace.open(tmp_path_factory.mktemp("similar"))
    project = workspace.catalogue.project_named("digits")
    version = workspace.catalogue.version_of(project.id, "m", "c", {})
    record = workspace.catalogue.create_run(project.id, version.id)
    keys = {Subset.TRAINING: range(len(labels)), Subset.UNLABELED: range(UNLABELED)}
    plan = RunPlan(keys, shard_size=len(labels) + UNLABELED, spaces=("balanced", "other"))
    n = len(labels) + UNLABELED
    loss = np.full(n, 0.1)
    loss[FOURS + NINES : len(labels)] = 4.0
    loss[len(labels) :] = np.nan
    vectors = np.concatenate([labeled, unlabeled]).astype(np.float32)
    with workspace.new_run(record.id, plan) as writer:
        writer.write_shard(
            0,
            ShardData(
                columns={
                    "loss": [None if np.isnan(x) else float(x) for x in loss],
                    "label": [*labels, *[None] * UNLABELED],
                    "width": random.normal(0, 1, n).tolist(),
                },
                latents={"balanced": vectors, "other": vectors[:, ::-1].copy()},
            ),
        )
        return writer.commit(
            [
                Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN),
                Field("label", FieldType.STRING, FieldGroup.PREDICTION),
                Field("width", FieldType.FLOAT, FieldGroup.METADATA),
            ],
            {},
        )


def test_the_nearest_are_of_the_same_kind(run: Run) -> None:
    found = find_similar(Population(run), [FOURS + 3], limit=30)
    assert (found.space, found.candidates, len(found.rows)) == ("balanced", run.n, 30)
    assert (found.rows >= FOURS).all()
    assert FOURS + 3 not in found.rows
    assert (np.diff(found.scores) <= 0).all()
    assert found.scores[0] > 0.9


def test_a_closed_four_is_found_among_nines_as_odd(run: Run) -> None:
    found = find_similar(Population(run), [FOURS], limit=NINES + CLOSED + UNLABELED - 1)
    closed = set(range(FOURS + NINES, FOURS + NINES + CLOSED))
    assert set(found.reading.odd) == closed
    assert len(found.reading.unlabeled) == UNLABELED
    shares = {share.value: share for share in found.reading.shares["label"]}
    assert shares["9"].inside == pytest.approx(NINES / (NINES + CLOSED + UNLABELED))
    assert shares["9"].population == pytest.approx(NINES / run.n)
    assert shares[None].inside == pytest.approx(UNLABELED / (NINES + CLOSED + UNLABELED))
    assert found.reading.telling[0].field == "label"
    assert found.reading.mean_loss == pytest.approx((NINES * 0.1 + CLOSED * 4) / (NINES + CLOSED))
    assert found.reading.population_loss is not None
    assert found.reading.mean_loss > found.reading.population_loss


def test_candidates_are_filtered(run: Run) -> None:
    only = Filter.from_json(
        [{"kind": "compare", "field": "subset", "op": "in", "value": ["unlabeled"]}]
    )
    found = find_similar(Population(run), [FOURS], filter=only)
    assert found.candidates == UNLABELED
    assert sorted(found.rows.tolist()) == list(range(run.n - UNLABELED, run.n))


def test_candidates_are_filtered_by_what_the_project_keeps(run: Run) -> None:
    with Workspace.open(run.folder.parents[1]) as workspace:
        nines = parse_filter("label = 9")
        kept = keep_collection(workspace.catalogue, RunQuery(run), "nines", nines)
        create_derived_field(workspace, kept.project, "wide", "width > 0")
        population = Population(run, workspace)
        collected = Filter((InCollection(kept.id, kept.name),))
        assert find_similar(population, [0], filter=collected).candidates == NINES
        wide = find_similar(population, [0], filter=parse_filter("wide"))
        assert wide.candidates == (run.values("width") > 0).sum()


def test_several_queries_are_one_direction(run: Run) -> None:
    found = find_similar(Population(run), [0, 1, 2], limit=10)
    assert (found.rows < FOURS).all()
    assert not {0, 1, 2} & set(found.rows.tolist())


def test_a_run_without_labels_has_no_odd_ones(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path)
    project = workspace.catalogue.project_named("photos")
    version = workspace.catalogue.version_of(project.id, "m", "c", {})
    record = workspace.catalogue.create_run(project.id, version.id)
    plan = RunPlan({Subset.TRAINING: range(8)}, shard_size=8, spaces=("balanced",))
    with workspace.new_run(record.id, plan) as writer:
        vectors = np.random.default_rng(0).normal(0, 1, (8, 4)).astype(np.float32)
        writer.write_shard(0, ShardData(columns={}, latents={"balanced": vectors}))
        run = writer.commit([], {})
    found = find_similar(Population(run), [0], limit=3)
    assert len(found.rows) == 3
    assert found.reading.odd == ()
    assert found.reading.shares["subset"][0].inside == 1


def test_a_run_without_a_latent_space_says_so(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "workspace") as workspace:
        bare = write_columns(workspace, {"loss": [1.0, 2.0]})
        with pytest.raises(NotFoundError, match="no latent space"):
            find_similar(Population(bare), [0])
        with pytest.raises(NotFoundError, match="no latent space"):
            explore(workspace, bare.id, progress=Silent())


def test_another_space(run: Run) -> None:
    assert find_similar(Population(run), [0], space="other", limit=3).space == "other"
    with pytest.raises(NotFoundError, match="no latent space 'none'"):
        find_similar(Population(run), [0], space="none")


@pytest.mark.parametrize("queries", [[], [-1], [10**6]])
def test_queries_that_are_not_there(run: Run, queries: list[int]) -> None:
    with pytest.raises(TargetError, match="not of this run"):
        find_similar(Population(run), queries)
