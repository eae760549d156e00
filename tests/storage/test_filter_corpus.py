"""The server's executor of filters gives what the corpus says; the page's is held to the same file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from percepta.core.errors import FilterError, NotFoundError
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.filters import Filter
from percepta.storage import MapResult, RunQuery, Workspace
from percepta.storage.members import Members
from tests.storage.builders import write_columns

CORPUS = json.loads(
    (Path(__file__).parents[1] / "corpus" / "filters.json").read_text(encoding="utf-8")
)


def column(field: dict[str, Any]) -> Any:
    if field["type"] != "float":
        return field["values"]
    values = [float("nan" if value is None else value) for value in field["values"]]
    return np.array(values, field["storage"])


@pytest.fixture(scope="module", params=[5, 100], ids=["many shards", "one shard"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunQuery, str]]:
    fields = [Field(f["name"], FieldType(f["type"]), FieldGroup.METADATA) for f in CORPUS["fields"]]
    with Workspace.open(tmp_path_factory.mktemp("corpus")) as workspace:
        columns = {field["name"]: column(field) for field in CORPUS["fields"]}
        run = write_columns(workspace, columns, fields, shard_size=request.param)
        assert [f.type for f in run.fields] == [f.type for f in fields]
        xy = np.array([CORPUS["maps"]["map"][axis] for axis in "xy"], float).T

        def members(collection: str) -> Members:
            if collection not in CORPUS["collections"]:
                raise NotFoundError("There is no such collection.")
            return Members.of(run, np.isin(np.arange(run.n), CORPUS["collections"][collection]))

        query = RunQuery(run, members=members)
        yield query, run.save_map(MapResult("s", "pca", 0, xy.astype(np.float32))).id


@pytest.mark.parametrize("case", CORPUS["cases"], ids=lambda case: case["name"])
def test_corpus(opened: tuple[RunQuery, str], case: dict[str, Any]) -> None:
    query, map_id = opened
    clauses = [
        clause | {"map": map_id} if clause.get("map") == "map" else clause
        for clause in case["filter"]
    ]
    filter = Filter.from_json(clauses)
    if case.get("error"):
        with pytest.raises(FilterError):
            query.mask(filter)
        return
    bits = np.unpackbits(query.mask(filter), bitorder="little")
    assert len(bits) % 8 == 0
    assert np.flatnonzero(bits).tolist() == case["rows"]
    assert query.matching(filter) == len(case["rows"])
    total, page = query.rows(filter, [], limit=1000)
    assert total == len(case["rows"])
    assert [entry["row"] for entry in page] == case["rows"]
