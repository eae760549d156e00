"""Collections: kept by the identity of their samples, found again in any run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest

from percepta.core.errors import (
    CollectionError,
    ConflictError,
    FilterError,
    NotFoundError,
    StorageError,
)
from percepta.core.filters import Compare, Filter, InCollection, Lasso, Operator, Rows
from percepta.core.subsets import SampleId, Subset
from percepta.storage import Run, RunPlan, RunQuery, ShardData, Workspace
from percepta.storage.collections import filter_for, keep_collection
from percepta.storage.members import Members
from percepta.storage.versions import matches_elsewhere, same_rows
from tests.storage.builders import new_run, write_small_run

LOW = Filter((Compare("value", Operator.LESS, (5,)),))


def write(
    workspace: Workspace, keys: Mapping[Subset, Sequence[SampleId]], values: Sequence[float]
) -> Run:
    """Commit a run of these samples with one field."""
    plan = RunPlan(keys, shard_size=1 << 16)
    with workspace.new_run(new_run(workspace), plan) as writer:
        for index in range(plan.shards):
            start = index * plan.shard_size
            part = values[start : start + plan.shard_length(index)]
            writer.write_shard(index, ShardData(columns={"value": np.asarray(part, float)}))
        return writer.commit([], {})


def keep(workspace: Workspace, run: Run, filter: Filter, name: str = "low", **more: Any) -> Any:
    return keep_collection(workspace.catalogue, RunQuery(run), name, filter, **more)


def test_in_its_run_a_collection_is_the_filter_that_made_it(workspace: Workspace) -> None:
    run = write(workspace, {Subset.TRAINING: range(10)}, range(10))
    off = Compare("value", Operator.GREATER, (100,), enabled=False)
    made = keep(workspace, run, Filter((*LOW.clauses, off)), description="small values")
    assert (made.samples, made.run, made.description) == (5, run.id, "small values")
    assert filter_for(workspace, made, run) == LOW, "without what was switched off"
    assert workspace.catalogue.collections.of_project(made.project) == [made]
    assert workspace.catalogue.collections.get(made.id) == made


def test_in_another_run_it_is_the_same_samples(workspace: Workspace) -> None:
    keys: dict[Subset, Sequence[SampleId]] = {
        Subset.TRAINING: range(100, 106),
        Subset.TEST: ["a", "b", "7"],
    }
    made = keep(workspace, write(workspace, keys, range(9)), Filter((Rows((0, 3, 7, 8)),)))
    other = write(
        workspace,
        {Subset.TEST: ["b", "7", "c"], Subset.TRAINING: [99, 103, 100], Subset.UNLABELED: ["b"]},
        range(7),
    )
    found = filter_for(workspace, made, other)
    assert found == Filter((InCollection(made.id, "low"),))
    rows = np.flatnonzero(workspace.query(other.id).matches(found))
    assert {str(other.key(int(row))) for row in rows} == {
        "test/b",
        "test/7",
        "training/103",
        "training/100",
    }


def test_ids_are_the_same_if_they_read_the_same(workspace: Workspace) -> None:
    made = keep(
        workspace, write(workspace, {Subset.TEST: range(4)}, range(4)), Filter((Rows((2,)),))
    )
    texts = write(workspace, {Subset.TEST: ["1", "2", "02"]}, range(3))
    assert workspace.query(texts.id).matches(filter_for(workspace, made, texts)).tolist() == [
        False,
        True,
        False,
    ]


def test_a_filter_that_may_change_its_meaning_is_not_kept_as_it_is(workspace: Workspace) -> None:
    run = write(workspace, {Subset.TRAINING: range(4)}, range(4))
    stranger = Lasso("0123456789abcdef", ((0, 0), (1, 0), (0, 1)))
    catalogue = workspace.catalogue
    mask = np.array([True, False, False, True])
    for clause in (stranger, Compare("cluster", Operator.IN, ("a",))):
        made = catalogue.collections.create(
            run.id,
            clause.__class__.__name__,
            "",
            Filter((clause,)).to_json(),
            2,
            Members.of(run, mask).to_bytes(),
        )
        found = filter_for(workspace, made, run)
        assert found.clauses == (InCollection(made.id, made.name),)
        assert (workspace.query(run.id).matches(found) == mask).all()


def test_what_cannot_be_kept_is_said(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = write(workspace, {Subset.TRAINING: range(10)}, range(10))
    with pytest.raises(CollectionError, match="nothing to keep"):
        keep(workspace, run, Filter((Compare("value", Operator.LESS, (-1,)),)))
    with pytest.raises(FilterError, match="'colour'"):
        keep(workspace, run, Filter((Compare("colour", Operator.MISSING),)))
    with pytest.raises(CollectionError, match="1 to 200 characters"):
        keep(workspace, run, LOW, name="  ")
    keep(workspace, run, LOW)
    with pytest.raises(ConflictError, match=r"'low' already.*another name"):
        keep(workspace, run, LOW, name=" low ")
    monkeypatch.setattr("percepta.storage.collections.MAX_MEMBERS", 3)
    with pytest.raises(CollectionError, match="5 samples match"):
        keep(workspace, run, LOW, name="many")


def test_a_run_without_its_samples_says_so(workspace: Workspace) -> None:
    made = keep(workspace, write(workspace, {Subset.TEST: range(4)}, range(4)), LOW)
    other = write(workspace, {Subset.TRAINING: range(4)}, range(4))
    with pytest.raises(CollectionError, match="none of the 4 samples of 'low'"):
        filter_for(workspace, made, other)


def test_versions_are_asked_for_its_samples_themselves(workspace: Workspace) -> None:
    many = write(workspace, {Subset.TEST: range(6)}, range(6))
    made = keep(workspace, many, Filter((Rows((1, 4, 5)),)))
    few = workspace.query(write(workspace, {Subset.TEST: range(2)}, range(2)).id)
    clause = Filter((InCollection(made.id, made.name),))
    other = workspace.query(many.id)
    mask, lacking = matches_elsewhere(clause, few, other, same_rows(few.run, many))
    assert np.flatnonzero(mask).tolist() == [1, 4, 5], "also those that the first run lacks"
    assert lacking == set()


def test_a_deleted_collection_is_gone(workspace: Workspace) -> None:
    made = keep(workspace, write(workspace, {Subset.TEST: range(4)}, range(4)), LOW)
    collections = workspace.catalogue.collections
    collections.delete(made.id)
    assert collections.of_project(made.project) == []
    members = partial(collections.members, made.run)
    for ask in (collections.get, members, collections.delete):
        with pytest.raises(NotFoundError, match="no such collection"):
            ask(made.id)


def test_a_large_collection_is_small_on_disk_and_quick(workspace: Workspace) -> None:
    n = 200_000
    run = write(workspace, {Subset.TRAINING: range(n)}, np.arange(n))
    even = np.arange(n) % 2 == 0
    kept = Members.of(run, even)
    assert len(kept.to_bytes()) < n, "compressed: an id takes eight bytes"
    found = Members.from_bytes(kept.to_bytes())
    assert (found.mask(run) == even).all()
    assert len(found) == n // 2
    made = keep(workspace, run, Filter((Compare("value", Operator.LESS, (n / 2,)),)))
    other = write(workspace, {Subset.TRAINING: range(n)}, np.zeros(n))
    matches = workspace.query(other.id).matches(filter_for(workspace, made, other))
    assert (matches == (np.arange(n) < n / 2)).all()


def test_a_filter_that_names_a_deleted_collection_is_refused(workspace: Workspace) -> None:
    run = write(workspace, {Subset.TEST: range(4)}, range(4))
    made = keep(workspace, run, LOW)
    clause = Filter((InCollection(made.id, made.name),))
    workspace.catalogue.collections.delete(made.id)
    with pytest.raises(FilterError, match="'low' does not exist any more"):
        workspace.query(run.id).matches(clause)
    with pytest.raises(FilterError, match="not known here"):
        RunQuery(run).matches(clause)


def test_the_members_of_the_small_run(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    made = keep(workspace, run, Filter((Compare("subset", Operator.IN, ("validation",)),)))
    listed = workspace.members(run.id, made.id).to_pylist()
    assert [entry["sample_id"] for entry in listed] == ["v-a", "v-c", "ω"]
    assert {entry["subset"] for entry in listed} == {"validation"}


def test_damaged_members_are_told(workspace: Workspace) -> None:
    with pytest.raises(StorageError, match="cannot be read"):
        Members.from_bytes(b"nonsense")
