"""What explains a metric of a run: which fields are asked, and what the small charts say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from percepta.core.errors import FilterError, NotFoundError
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.filters import Compare, Filter, Operator
from percepta.engine.similar import Population
from percepta.engine.telling import (
    candidate_fields,
    explain_field,
    explained_to_json,
    usual_metric,
)
from percepta.storage import Run, Workspace
from tests.storage.builders import write_columns

N = 800
GROUPS = {
    "loss": FieldGroup.LOSS,
    "speed": FieldGroup.METRIC,
    "confidence": FieldGroup.PREDICTION,
    "ink": FieldGroup.METADATA,
    "count": FieldGroup.METADATA,
    "kind": FieldGroup.METADATA,
    "dark": FieldGroup.METADATA,
    "file": FieldGroup.METADATA,
}


@pytest.fixture
def workspace(workspace_path: Path) -> Iterator[Workspace]:
    with Workspace.open(workspace_path) as opened:
        yield opened


@pytest.fixture
def run(workspace: Workspace) -> Run:
    rng = np.random.default_rng(0)
    count = rng.integers(0, 4, N)
    loss = count + 0.1 * rng.random(N)
    columns: dict[str, Any] = {
        "loss": loss,
        "speed": rng.random(N),
        "confidence": -loss,
        "ink": np.where(rng.random(N) < 0.9, 0.0, rng.random(N)),
        "count": count,
        "kind": rng.choice(["a", "b", None], N).astype(object),
        "dark": rng.random(N) < 0.5,
        "file": np.array([f"{i}.png" for i in range(N)], object),
    }
    types = {
        "count": FieldType.INTEGER,
        "kind": FieldType.STRING,
        "dark": FieldType.BOOLEAN,
        "file": FieldType.STRING,
    }
    fields = [Field(name, types.get(name, FieldType.FLOAT), GROUPS[name]) for name in columns]
    return write_columns(workspace, columns, fields)


def told(workspace: Workspace, run: Run, metric: str = "loss", **more: Any) -> dict[str, Any]:
    explained = explain_field(Population(run), workspace.query(run.id), metric, **more)
    return explained_to_json(explained)


def test_fields_that_tell_by_their_making_wait_to_be_asked(workspace: Workspace, run: Run) -> None:
    usual = {one["field"] for one in told(workspace, run)["fields"]}
    assert usual == {"ink", "count", "kind", "dark"}
    every = {one["field"] for one in told(workspace, run, everything=True)["fields"]}
    assert every == usual | {"speed", "confidence"}
    skipped = told(workspace, run)["skipped"]
    assert skipped["file"] == "Its values are nearly all different."
    assert skipped["subset"] == "All samples that match have the same value."


def test_derived_fields_are_judged_by_what_they_are_made_of(workspace: Workspace, run: Run) -> None:
    derived = workspace.catalogue.derived_fields
    project = workspace.catalogue.run(run.id).project
    derived.create(project, "twice", "ink * 2")
    derived.create(project, "bad", "loss > 2")
    derived.create(project, "worse", "if(bad, 1, 0)")
    query = workspace.query(run.id)
    usual = candidate_fields(query, "loss", everything=False)
    assert "twice" in usual
    assert not {"bad", "worse"} & set(usual)
    assert {"bad", "worse"} <= set(candidate_fields(query, "loss", everything=True))
    assert "twice" not in candidate_fields(query, "ink", everything=False)
    of_derived = {one["field"]: one for one in told(workspace, run, "worse")["fields"]}
    assert of_derived["count"]["p_value"] == 0.002


def test_the_small_chart_says_its_parts_in_words(workspace: Workspace, run: Run) -> None:
    answer = told(workspace, run)
    fields = {one["field"]: one for one in answer["fields"]}
    count = fields["count"]
    assert count["labels"] == ["0", "1", "2", "from 3"]
    assert count["average"] == pytest.approx([0.05, 1.05, 2.05, 3.05], abs=0.02)
    assert sum(count["count"]) == N
    assert (count["shape"], count["value"], count["split"]["kind"]) == ("rising", None, "bins")
    assert count["effect"] == pytest.approx(3 / np.std(run.values("loss")), abs=0.05)
    assert fields["ink"]["labels"][0].startswith("0 – 0.0")
    assert max(fields["ink"]["count"]) > 0.85 * N
    assert set(fields["kind"]["labels"]) == {"a", "b", "missing"}
    assert fields["kind"]["split"]["order"] == "measure"
    assert set(fields["dark"]["labels"]) == {"yes", "no"}
    assert isinstance(fields["dark"]["value"], bool)


def test_a_filter_and_a_metric_of_yes_and_no(workspace: Workspace, run: Run) -> None:
    bright = Filter((Compare("dark", Operator.IN, (False,)),))
    answer = told(workspace, run, "loss", filter=bright)
    assert answer["samples"] == answer["matching"] == int((~run.values("dark")).sum())
    assert "dark" in answer["skipped"]
    assert {one["field"] for one in told(workspace, run, "dark")["fields"]} == {
        "ink",
        "count",
        "kind",
    }


def test_what_cannot_be_explained_says_what_can(workspace: Workspace, run: Run) -> None:
    with pytest.raises(NotFoundError, match=r"no field 'weight'.*numbers: loss, speed"):
        told(workspace, run, "weight")
    with pytest.raises(FilterError, match="'kind' holds texts"):
        told(workspace, run, "kind")
    assert usual_metric(run) == "loss"
    other = write_columns(
        workspace, {"x": [1.0] * 30}, [Field("x", FieldType.FLOAT, FieldGroup.METADATA)]
    )
    with pytest.raises(NotFoundError, match="no loss and no metric"):
        usual_metric(other)
