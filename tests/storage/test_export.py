"""Samples as CSV, JSON and Parquet, read back with other readers."""

from __future__ import annotations

import csv
import io
import json
import math
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from percepta.core.errors import FilterError, NotFoundError, StorageError
from percepta.core.filters import Compare, Filter, Operator
from percepta.storage import RunQuery, Workspace
from percepta.storage.export import FORMATS, Selection, write_samples
from tests.storage.builders import write_columns, write_small_run

HOSTILE = ["=1+1", "+cmd", "-2", "@x", "\ttab", "plain", "", None, 'say "hi", twice', "two\nlines"]


@pytest.fixture
def query(tmp_path: Path) -> RunQuery:
    """Ten samples with every type of value."""
    workspace = Workspace.open(tmp_path / "workspace")
    run = write_columns(
        workspace,
        {
            "text": HOSTILE,
            "number": np.array([0.1, math.nan, math.inf, -1e-30, 5, 4, 3, 2, 1, 0], np.float32),
            "wide": [1e300, -math.inf, 0.1, None, 1, 2, 3, 4, 5, 6],
            "count": [2**62, None, 3, 4, 5, 6, 7, 8, 9, 10],
            "right": [True, None, False, True, True, True, True, True, True, True],
            "=field": [None] * 10,
        },
    )
    workspace.close()
    return RunQuery(run)


def file_of(query: RunQuery, format: str, **options: Any) -> bytes:
    return b"".join(Selection.of(query, **options).write(format))


def test_csv(query: RunQuery) -> None:
    text = file_of(query, "csv").decode()
    header, *rows = csv.reader(io.StringIO(text))
    assert header == ["subset", "sample_id", "text", "number", "wide", "count", "right", "'=field"]
    texts = [row[2] for row in rows]
    assert texts[:5] == ["'=1+1", "'+cmd", "'-2", "'@x", "'\ttab"], "no spreadsheet runs them"
    assert texts[5:] == ["plain", "", "", 'say "hi", twice', "two\nlines"]
    assert '""' in text.splitlines()[7], "an empty text is written, a missing one is not"
    assert [row[3] for row in rows][:4] == ["0.1", "", "inf", "-1e-30"], "numbers are left alone"
    assert [row[4] for row in rows][:4] == ["1e+300", "-inf", "0.1", ""]
    assert [row[5] for row in rows][:3] == [str(2**62), "", "3"]
    assert [row[6] for row in rows][:3] == ["true", "", "false"]


def test_json(query: RunQuery) -> None:
    rows = json.loads(file_of(query, "json"))
    assert [row["text"] for row in rows] == HOSTILE
    assert [row["number"] for row in rows][:4] == [0.1, None, None, -1e-30]
    assert [row["wide"] for row in rows][:4] == [1e300, None, 0.1, None]
    assert [row["count"] for row in rows][:3] == [2**62, None, 3]
    assert [row["right"] for row in rows][:3] == [True, None, False]
    assert {row["=field"] for row in rows} == {None}


def test_parquet(query: RunQuery) -> None:
    table = parquet.read_table(io.BytesIO(file_of(query, "parquet")))
    types = ["string", "int64", "string", "float", "double", "int64", "bool", "float"]
    assert [str(kind) for kind in table.schema.types] == types
    assert table.column("text").to_pylist() == HOSTILE
    assert table.column("number").to_pylist()[1:3] == [None, math.inf]
    assert table == Selection.of(query).table()


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_chosen_samples_and_fields_in_order(tmp_path: Path, format: str) -> None:
    workspace = Workspace.open(tmp_path / "small")
    query = RunQuery(write_small_run(workspace))
    workspace.close()
    labelled = Filter((Compare("label", Operator.MISSING, negate=True),))
    content = file_of(
        query, format, filter=labelled, fields=["count", "subset"], order_by="loss", descending=True
    )
    if format == "csv":
        found = [tuple(row) for row in list(csv.reader(io.StringIO(content.decode())))[1:]]
    elif format == "json":
        found = [tuple(map(str, row.values())) for row in json.loads(content)]
    else:
        rows = parquet.read_table(io.BytesIO(content)).to_pylist()
        found = [tuple(map(str, row.values())) for row in rows]
    _, expected = query.rows(labelled, None, "loss", True)
    assert found == [(row["subset"], str(row["sample_id"]), str(row["count"])) for row in expected]
    assert {subset for subset, _, _ in found} == {subset.value for subset in query.run.subsets}


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_nothing_matches(query: RunQuery, format: str) -> None:
    nothing = Filter((Compare("count", Operator.LESS, (0,)),))
    content = file_of(query, format, filter=nothing)
    match format:
        case "csv":
            assert len(content.splitlines()) == 1
        case "json":
            assert json.loads(content) == []
        case _:
            assert parquet.read_table(io.BytesIO(content)).num_rows == 0


def test_what_is_not_there_is_told_before_anything_is_written(query: RunQuery) -> None:
    with pytest.raises(NotFoundError, match="'colour'"):
        Selection.of(query, fields=["colour"])
    with pytest.raises(NotFoundError, match="'colour'"):
        Selection.of(query, order_by="colour")
    with pytest.raises(FilterError, match="'colour'"):
        Selection.of(query, Filter((Compare("colour", Operator.MISSING),)))


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_memory_does_not_grow_with_the_run(tmp_path: Path, format: str) -> None:
    few, many, columns = 100_000, 400_000, 12

    def peak(n: int) -> int:
        workspace = Workspace.open(tmp_path / "workspace")
        values = np.random.default_rng(0).random((columns, n))
        named = {f"f{at}": column for at, column in enumerate(values)}
        query = RunQuery(write_columns(workspace, named, shard_size=50_000))
        workspace.close()
        tracemalloc.start()
        before, most = pa.total_allocated_bytes(), 0
        for _ in Selection.of(query, order_by="f0").write(format):
            most = max(most, pa.total_allocated_bytes() - before)
        _, python = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most + python

    grown = peak(many) - peak(few)
    assert grown < (many - few) * columns * 8 / 4, f"{grown / 2**20:.0f} MB"


def test_a_full_disk_leaves_what_was_there(query: RunQuery, tmp_path: Path) -> None:
    there = tmp_path / "samples.csv"
    write_samples(Selection.of(query), there)
    before = there.read_bytes()
    program = f"""
import resource, signal
from pathlib import Path
from percepta.core.errors import DiskFullError
from percepta.storage import RunQuery
from percepta.storage.export import Selection, write_samples
from percepta.storage.run import Run

query = RunQuery(Run(Path({str(query.run.folder)!r})))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    write_samples(Selection.of(query), Path({str(there)!r}))
except DiskFullError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.startswith("The disk is full: samples.csv could not be written. Free"), done
    assert there.read_bytes() == before
    assert [path.name for path in tmp_path.glob("samples*")] == ["samples.csv"]


def test_where_no_file_can_be(query: RunQuery, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StorageError, match="Choose another name or folder"):
        write_samples(Selection.of(query), tmp_path / "folder.csv")
