"""Versions side by side: the same bins and values, the same samples chosen, fields that one lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from percepta.core.charts import Aggregate, GroupsQuestion, Measure, Split, SplitKind, SplitOrder
from percepta.core.errors import ChartError
from percepta.core.filters import Compare, Filter, Lasso, Operator, Rows
from percepta.core.subsets import SampleId, Subset
from percepta.storage import MapResult, RunPlan, RunQuery, ShardData, Workspace
from percepta.storage.charts import Charts
from percepta.storage.versions import same_rows
from tests.storage.builders import new_run

VERSION = Split(kind=SplitKind.VERSION)
LOSS = Measure(Aggregate.AVERAGE, "loss")


def write(
    workspace: Workspace, keys: Mapping[Subset, Sequence[SampleId]], columns: Mapping[str, Any]
) -> RunQuery:
    """Write a run of these samples in one shard."""
    plan = RunPlan(dict(keys), 1000)
    with workspace.new_run(new_run(workspace), plan) as writer:
        writer.write_shard(0, ShardData(columns=dict(columns)))
        return RunQuery(writer.commit([], {}))


@pytest.fixture
def first(workspace: Workspace) -> RunQuery:
    keys = {Subset.TRAINING: [1, 2, 3, 4], Subset.VALIDATION: ["a", "b"]}
    columns = {
        "loss": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "label": ["cat", "cat", "dog", "dog", "owl", None],
        "old": [1, 1, 1, 2, 2, 2],
    }
    return write(workspace, keys, columns)


@pytest.fixture
def second(workspace: Workspace) -> RunQuery:
    keys = {Subset.VALIDATION: ["b", "c", "a"], Subset.TRAINING: [4, 3, 9]}
    columns = {
        "loss": [60.0, 70.0, 50.0, 40.0, 30.0, 90.0],
        "label": ["elk", "elk", "owl", "dog", "dog", "elk"],
    }
    return write(workspace, keys, columns)


def test_samples_are_found_by_subset_and_id(first: RunQuery, second: RunQuery) -> None:
    assert same_rows(first.run, second.run).tolist() == [5, -1, 4, 3, 2, -1]
    assert same_rows(second.run, first.run).tolist() == [-1, -1, 4, 3, 2, 0]
    assert same_rows(first.run, first.run).tolist() == list(range(6))


def test_values_and_bins_are_those_of_all_versions(first: RunQuery, second: RunQuery) -> None:
    label = Split("label", limit=2)
    answer = Charts().gesture(first, [second]).answer(GroupsQuestion((label, VERSION), (LOSS,)))
    labels, versions = answer["splits"]
    assert labels["values"] == ["dog", "elk"]
    assert (labels["other"], labels["missing"], labels["beyond"]) == (2, 3, 2)
    assert versions["values"] == [first.run.id, second.run.id]
    assert answer["codes"] == [[0, 0, 1, 2, 2, 3], [0, 1, 1, 0, 1, 0]]
    assert answer["count"] == [2, 2, 3, 3, 1, 1]
    assert answer["measures"][0]["all"] == pytest.approx([3.5, 35, 220 / 3, 8 / 3, 50, 6])
    bins = Split("loss", SplitKind.BINS, interval=25)
    answer = Charts().gesture(first, [second]).answer(GroupsQuestion((VERSION, bins)))
    assert answer["splits"][1]["edges"] == [0, 25, 50, 75, 100]
    assert answer["codes"] == [[0, 1, 1, 1], [0, 1, 2, 3]]
    assert answer["count"] == [6, 2, 3, 1]


def test_without_a_split_by_version_others_are_not_asked(first: RunQuery, second: RunQuery) -> None:
    answer = Charts().gesture(first, [second]).answer(GroupsQuestion((Split("label"),)))
    assert answer["total"] == 6


def test_clauses_about_places_choose_the_same_samples(first: RunQuery, second: RunQuery) -> None:
    xy = np.array([[0, 0, 5, 5, 5, 0], [0, 0, 5, 5, 5, 0]], np.float32)
    drawn = first.run.save_map(MapResult("s", "pca", 0, xy.T)).id
    square = ((4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0))
    question = GroupsQuestion((VERSION,), (LOSS,))

    def means(*clauses: Any) -> list[float | None]:
        answer = Charts().gesture(first, [second]).answer(question, Filter(clauses))
        return list(answer["measures"][0]["matching"])

    assert means(Rows((3, 5))) == [5, 50]
    assert means(Rows((3, 5), negate=True)) == [11 / 4, 60]
    assert means(Lasso(drawn, square)) == [4, 40]
    assert means(Compare("loss", Operator.GREATER, (4,))) == [5.5, pytest.approx(340 / 6)]
    assert means(Rows((3,)), Compare("loss", Operator.LESS, (30,))) == [4, None]


def test_bins_of_what_is_text_in_a_version_are_refused(
    workspace: Workspace, first: RunQuery
) -> None:
    other = write(workspace, {Subset.TRAINING: [1, 2]}, {"loss": ["low", "high"]})
    charts = Charts().gesture(first, [other])
    with pytest.raises(ChartError, match="'loss' holds texts in one of the versions"):
        charts.answer(GroupsQuestion((VERSION, Split("loss", SplitKind.BINS))))
    values = charts.answer(GroupsQuestion((Split("loss"), VERSION)))["splits"][0]["values"]
    assert {"1", "low"} <= set(values)


def test_a_field_that_a_version_lacks_has_no_value_there(first: RunQuery, second: RunQuery) -> None:
    old = Split("old", order=SplitOrder.VALUE, descending=False)
    question = GroupsQuestion((old, VERSION), (Measure(Aggregate.SUM, "old"),))
    answer = Charts().gesture(first, [second]).answer(question)
    assert answer["splits"][0]["values"] == [1, 2]
    assert answer["codes"] == [[0, 1, 2], [0, 0, 1]]
    assert answer["measures"][0]["all"] == [3, 6, None]
    assert answer["notes"] == ["A version lacks field 'old'; its samples have no value there."]
    for clause, counts in (
        (Compare("old", Operator.IN, (1,)), [3, 0]),
        (Compare("old", Operator.IN, (1,), negate=True), [3, 6]),
        (Compare("old", Operator.MISSING), [0, 6]),
    ):
        answer = (
            Charts().gesture(first, [second]).answer(GroupsQuestion((VERSION,)), Filter((clause,)))
        )
        assert answer["count"] == counts
        assert answer["notes"]
