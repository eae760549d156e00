"""``percepta export`` and ``percepta collections`` on a real run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from percepta.core.filters import Filter, Rows
from percepta.storage import RunQuery, Workspace
from percepta.storage.collections import keep_collection
from tests.storage.builders import write_columns


@pytest.fixture
def run(workspace_path: Path) -> str:
    """Ten samples with a loss that falls, and two labels."""
    with Workspace.open(workspace_path) as workspace:
        columns = {
            "loss": [9 - row for row in range(10)],
            "label": ["3" if row % 2 else "cat" for row in range(10)],
        }
        return write_columns(workspace, columns).id


def test_csv_on_standard_output(percepta: Any, run: str) -> None:
    wanted = ("--where", "loss >= 5 and label = 3", "--field", "loss", "--order-by", "loss")
    told = percepta("export", run[:6], *wanted)
    assert told.code == 0
    assert list(csv.reader(io.StringIO(told.out))) == [
        ["subset", "sample_id", "loss"],
        ["training", "3", "6"],
        ["training", "1", "8"],
    ]


def test_files_of_every_format(percepta: Any, run: str, tmp_path: Path) -> None:
    for format in ("csv", "json", "parquet"):
        told = percepta("export", run, "-o", tmp_path / f"all.{format}")
        assert told.code == 0
        assert "10 samples, 4 columns" in told.err
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 11
    rows = json.loads((tmp_path / "all.json").read_text())
    assert rows == parquet.read_table(tmp_path / "all.parquet").to_pylist()
    assert [path.name for path in tmp_path.glob("all*.tmp")] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "samples.xlsx"], "ends in .csv, .json, .parquet"),
        (["-o", "nowhere/samples.csv"], "There is no folder nowhere"),
        (["--field", "colour"], "no field 'colour'"),
        (["--order-by", "colour"], "no field 'colour'"),
        (["--where", "colour > 1"], "no field 'colour'"),
        (["--where", "loss >"], "at character 7"),
        (["--where", "[{]"], "is not JSON"),
        (["--map", "abc"], "no maps"),
    ],
)
def test_what_cannot_be_exported_is_said(
    percepta: Any, run: str, arguments: list[str], message: str
) -> None:
    told = percepta("export", run, *arguments)
    assert told.code == 1
    assert message in " ".join(told.err.split())
    assert told.out == ""


def test_a_collection_from_beginning_to_end(percepta: Any, run: str, tmp_path: Path) -> None:
    assert "no collections here yet" in percepta("collections", "list").err
    made = percepta("collections", "add", "hard", "--where", "loss > 6", "--description", "these")
    assert (made.code, "3 samples" in made.err) == (0, True)
    (listed,) = percepta("collections", "list", "--json").json
    assert (listed["name"], listed["samples"], listed["run"]) == ("hard", 3, run)
    assert "these" in percepta("collections", "list").err
    file = tmp_path / "hard.csv"
    assert percepta("collections", "export", "hard", "-o", file).code == 0
    assert [line.split(",")[2] for line in file.read_text().splitlines()[1:]] == ["9", "8", "7"]
    assert percepta("collections", "delete", "hard").code == 0
    gone = percepta("collections", "export", "hard")
    assert (gone.code, "It has: none" in gone.err) == (1, True)


def test_a_collection_of_one_run_is_exported_from_another(
    percepta: Any, run: str, workspace_path: Path
) -> None:
    with Workspace.open(workspace_path) as workspace:
        other = write_columns(workspace, {"loss": [100, 200]})
        chosen = Filter((Rows((1, 5)),))
        keep_collection(workspace.catalogue, RunQuery(workspace.run(run)), "two", chosen)
    told = percepta("collections", "export", "two", "--run", other.id)
    assert list(csv.reader(io.StringIO(told.out)))[1:] == [["training", "1", "200"]]
