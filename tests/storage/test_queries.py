"""Summaries, pages of rows and columns equal plain numpy; nothing from outside becomes SQL (promise T6)."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percepta.core.errors import FilterError, NotFoundError
from percepta.core.filters import Compare, Filter, Operator, Rows
from percepta.storage import RunQuery, Workspace
from percepta.storage.sandbox import Box
from tests.storage.builders import write_columns

RNG = np.random.default_rng(3)
N = 2000


@pytest.fixture(scope="module")
def columns() -> dict[str, Any]:
    x = RNG.normal(0, 3, N).astype(np.float32)
    x[::50] = np.nan
    x[3], x[4] = np.inf, -np.inf
    return {
        "x": x,
        "digit": [None if i % 97 == 0 else int(v) for i, v in enumerate(RNG.integers(0, 10, N))],
        "wide": [int(v) for v in RNG.integers(-(10**12), 10**12, N)],
        "flag": [None if i % 31 == 0 else bool(i % 3) for i in range(N)],
        "name": [None if i % 13 == 0 else f"name {i % 150}" for i in range(N)],
        "same": np.full(N, 0.25),
    }


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory, columns: dict[str, Any]) -> RunQuery:
    with Workspace.open(tmp_path_factory.mktemp("queries")) as workspace:
        return RunQuery(write_columns(workspace, columns, shard_size=300))


def below(value: float) -> Filter:
    return Filter((Compare("x", Operator.LESS, (value,)),))


def test_summary_of_numbers(query: RunQuery, columns: dict[str, Any]) -> None:
    summary = query.summary("x", below(0))
    x = columns["x"].astype(float)
    mask = x < 0
    finite = x[np.isfinite(x)]
    numbers = summary.numeric
    assert numbers is not None
    assert (summary.total, summary.matching) == (N, mask.sum())
    assert (summary.missing, summary.missing_matching) == (np.isnan(x).sum(), 0)
    assert numbers.infinite == 2
    assert (numbers.min, numbers.max) == (finite.min(), finite.max())
    assert numbers.mean == pytest.approx(finite.mean())
    assert numbers.median == pytest.approx(np.median(finite))
    assert numbers.std == pytest.approx(finite.std(ddof=1))
    assert summary.distinct == len(np.unique(x[~np.isnan(x)]))
    assert numbers.mean_matching == pytest.approx(x[mask & np.isfinite(x)].mean())
    assert np.abs(np.array(numbers.counts) - np.histogram(finite, numbers.edges)[0]).max() <= 1
    assert sum(numbers.counts) == len(finite)
    assert sum(numbers.counts_matching) == (mask & np.isfinite(x)).sum()
    assert len(numbers.edges) == len(numbers.counts) + 1 == 41


def test_integers_of_a_small_range_get_a_bin_each(query: RunQuery, columns: dict[str, Any]) -> None:
    numbers = query.summary("digit").numeric
    assert numbers is not None
    assert numbers.edges == tuple(np.arange(-0.5, 10))
    given_digits = [v for v in columns["digit"] if v is not None]
    assert list(numbers.counts) == np.bincount(given_digits, minlength=10).tolist()


def test_summary_of_texts_and_booleans(query: RunQuery, columns: dict[str, Any]) -> None:
    mask = columns["x"] < 0
    summary = query.summary("name", below(0))
    given_names = [v for v in columns["name"] if v is not None]
    assert summary.values is not None
    assert summary.distinct == 150
    assert len(summary.values) == 100
    assert summary.other == len(given_names) - sum(v.count for v in summary.values)
    assert summary.matching == mask.sum()
    for value in summary.values[:5]:
        rows = np.array([v == value.value for v in columns["name"]])
        assert (value.count, value.matching) == (rows.sum(), (rows & mask).sum())
    assert summary.missing == columns["name"].count(None)
    flags = query.summary("flag").values
    assert flags is not None
    assert {v.value: v.count for v in flags} == {
        True: columns["flag"].count(True),
        False: columns["flag"].count(False),
    }


@pytest.mark.parametrize(
    "values",
    [
        [None, None],
        [np.inf, -np.inf],
        [0.25],
        [1e308, -1e308],
        [5e-324, 0.0],
        [1e16, 1e16 + 2],
        [-1e300],
        [0.1, 0.1 + 1e-16],
        [2**62, 2**62 + 1],
        [1e15, 1e15 + 0.125],
    ],
)
def test_summary_of_awkward_numbers(workspace: Workspace, values: list[Any]) -> None:
    summary = RunQuery(write_columns(workspace, {"x": values})).summary("x")
    numbers = summary.numeric
    assert numbers is not None
    finite = [float(v) for v in values if v is not None and math.isfinite(v)]
    assert sum(numbers.counts) == len(finite)
    assert all(a < b for a, b in zip(numbers.edges, numbers.edges[1:], strict=False))
    if finite:
        assert numbers.edges[0] <= min(finite) <= max(finite) <= numbers.edges[-1]


def test_rows_are_sorted_and_missing_ones_last(query: RunQuery, columns: dict[str, Any]) -> None:
    x = columns["x"].astype(float)
    for descending in (False, True):
        _, page = query.rows(Filter(), ["x"], "x", descending, 0, N)
        order = [entry["row"] for entry in page]
        present = [row for row in order if not np.isnan(x[row])]
        key = -x if descending else x
        assert present == sorted(present, key=lambda row: (key[row], row))
        assert order[len(present) :] == np.flatnonzero(np.isnan(x)).tolist()
        assert page[-1]["x"] is None
        total, part = query.rows(Filter(), ["x"], "x", descending, 37, 11)
        assert (total, [entry["row"] for entry in part]) == (N, order[37:48])
    total, page = query.rows(below(0), ["name", "subset", "sample_id"], "name", limit=3)
    assert total == (x < 0).sum()
    assert [entry["name"] for entry in page] == ["name 1"] * 3
    assert query.rows(Filter(), offset=N, limit=5) == (N, [])
    assert set(query.rows(Filter(), limit=1)[1][0]) == {"row", "subset", "sample_id", *columns}


def test_columns_for_the_page(query: RunQuery, columns: dict[str, Any]) -> None:
    def read(name: str) -> pa.ChunkedArray:
        table = pa.ipc.open_stream(query.column_ipc(name)).read_all()
        assert table.column_names == [name]
        assert len(table) == N
        return table.column(0)

    assert {name: str(read(name).type) for name in ("x", "digit", "wide", "flag", "same")} == {
        "x": "float",
        "digit": "int32",
        "wide": "double",
        "flag": "bool",
        "same": "double",
    }
    assert str(read("name").type) == "dictionary<values=string, indices=int32, ordered=0>"
    assert str(read("subset").type) == "dictionary<values=string, indices=int32, ordered=0>"
    for name in ("digit", "wide", "flag", "name"):
        assert read(name).to_pylist() == columns[name]
    assert np.array_equal(read("x").to_numpy(), columns["x"], equal_nan=True)
    assert read("sample_id").to_pylist() == list(range(N))


HOSTILE = [
    "'",
    '"',
    "x'; DROP TABLE run; --",
    'c0" OR 1=1 --',
    "r",
    "run",
    "1); ATTACH '/etc/passwd'; --",
    "read_text('/etc/passwd')",
    "$1",
    "?",
    "%s",
    "{0}",
    "\\",
    "\x00",
    "\n; COPY run TO '/tmp/x'",
    "\u017f",  # an s for those who fold case
    "NaN",
    "NULL",
    "rowid",
    "\ud800",
]


def test_hostile_names_are_unknown_names(query: RunQuery) -> None:
    for text in HOSTILE:
        with pytest.raises(FilterError, match="no field"):
            query.mask(Filter((Compare(text, Operator.GREATER, (1,)),)))
        for ask in (query.summary, query.column_ipc, lambda name: query.rows(Filter(), [name])):
            with pytest.raises(NotFoundError, match="no field"):
                ask(text)
        with pytest.raises(NotFoundError, match="no field"):
            query.rows(Filter(), [], order_by=text)


def test_hostile_values_are_values(workspace: Workspace) -> None:
    texts = [text for text in HOSTILE if text != "\ud800"]
    fields = {text: list(range(len(texts))) for text in texts if text != "row"}
    query = RunQuery(write_columns(workspace, {"text": texts, **fields}))
    for row, text in enumerate(texts):
        equal = query.matches(Filter((Compare("text", Operator.IN, (text,)),)))
        assert np.flatnonzero(equal).tolist() == [row]
        assert query.matches(Filter((Compare("text", Operator.CONTAINS, (text,)),)))[row]
        one = Filter((Compare(text, Operator.IN, (row,)),))  # as the name of a field
        assert np.flatnonzero(query.matches(one)).tolist() == [row]
        assert query.summary(text).total == len(texts)
    for op in (Operator.IN, Operator.CONTAINS):
        assert query.matching(Filter((Compare("text", op, ("\ud800",)),))) == 0


def test_giant_filters(query: RunQuery) -> None:
    texts = tuple(f"name {i}" for i in range(10_000))
    wide = Compare("name", Operator.IN, texts)
    numbers = Compare("digit", Operator.IN, tuple(range(10_000)))
    rows = Rows(tuple(range(10_000)))
    present = query.matching(Filter((wide, numbers, rows)))
    assert 0 < present < N
    assert query.matching(Filter((wide, numbers) * 16 + (rows,) * 32)) == present
    assert query.matching(Filter((Compare("x", Operator.LESS, (0,)),) * 64)) == query.matching(
        below(0)
    )


@settings(max_examples=60)
@given(st.data())
def test_comparisons_equal_numpy(
    query: RunQuery, columns: dict[str, Any], data: st.DataObject
) -> None:
    x = columns["x"].astype(np.float64)
    bound = data.draw(st.one_of(st.floats(-9, 9), st.sampled_from([float(v) for v in x[5:9]])))
    op, compare = data.draw(
        st.sampled_from(
            [
                (Operator.GREATER, np.greater),
                (Operator.GREATER_EQUAL, np.greater_equal),
                (Operator.LESS, np.less),
                (Operator.LESS_EQUAL, np.less_equal),
            ]
        )
    )
    negate = data.draw(st.booleans())
    expected = compare(x, bound) ^ negate
    found = query.matches(Filter((Compare("x", op, (bound,), negate),)))
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM read_parquet('http://127.0.0.1:1/x')",
        "COPY run TO '{folder}/out.csv'",
        "ATTACH '{folder}/other.db' AS other",
        "EXPORT DATABASE '{folder}/out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET lock_configuration = false",
        "RESET memory_limit",
        "SELECT * FROM secret_table",
    ],
)
def test_the_box_is_closed(tmp_path: Path, statement: str) -> None:
    secret_table = pa.table({"secret": [1]})  # a variable of ours is no table of theirs
    with Box(pa.table({"r": [1, 2, 3]})) as box, pytest.raises(duckdb.Error):
        box.query(statement.format(folder=tmp_path))
    assert list(tmp_path.iterdir()) == []
    assert len(secret_table) == 1


def test_a_box_knows_its_own_table_only() -> None:
    with Box(pa.table({"a": [1, 2]})) as box:
        assert box.query("SELECT sum(a) FROM run").column(0).to_pylist() == [3]
    with Box(pa.table({"b": [5]})) as box:
        assert box.query("SELECT * FROM run").to_pydict() == {"b": [5]}
    with pytest.raises(duckdb.Error), Box(pa.table({"b": [5]})) as box:
        box.query("SELECT a FROM run")
    with Box(pa.table({"c": [7]})) as box, Box(pa.table({"d": [8]})) as other:
        assert box.query("SELECT * FROM run").to_pydict() == {"c": [7]}
        assert other.query("SELECT * FROM run").to_pydict() == {"d": [8]}


def test_the_box_is_bounded_in_time_and_memory() -> None:
    table = pa.table({"r": np.arange(100_000)})
    with Box(table, time_limit=0.2) as box:
        with pytest.raises(FilterError, match=r"longer than 0\.2 seconds"):
            box.query("SELECT count(*) FROM run a, run b WHERE a.r * b.r % 7 = 3")
        assert box.query("SELECT count(*) FROM run").column(0)[0].as_py() == 100_000
    with Box(table) as box, pytest.raises(FilterError, match="of memory"):
        box.query("SELECT list(a.r::VARCHAR || repeat('x', 1000)) FROM run a, range(100) b")
