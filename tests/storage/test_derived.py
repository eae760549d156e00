"""Derived fields: their values equal plain Python, missing stays missing, and they count as fields."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from percepta.core.errors import ConflictError, ExpressionError, NotFoundError
from percepta.core.expressions import parse, type_of
from percepta.core.fields import FieldGroup, FieldType
from percepta.core.filters import Compare, Filter, Operator
from percepta.storage import RunQuery, Workspace
from percepta.storage.derived import create_derived_field
from percepta.storage.evaluation import evaluate
from tests.storage.builders import write_columns, write_small_run

NAN = math.nan
COLUMNS = {
    "x": pa.chunked_array(
        [pa.array([1.5, NAN], pa.float32()), pa.array([-2, np.inf], pa.float32())]
    ),
    "n": pa.chunked_array([[1, None, 0, 7]]),
    "label": pa.chunked_array([pa.array(["Ab", "Σς", None, "x"]).dictionary_encode()]),
    "ok": pa.chunked_array([[True, None, False, True]]),
}
TYPES = {
    "x": FieldType.FLOAT,
    "n": FieldType.INTEGER,
    "label": FieldType.STRING,
    "ok": FieldType.BOOLEAN,
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x * 2 + n", [4, None, -4, None]),
        ("n % 3", [1, None, 0, 1]),
        ("-7 % 3", [2] * 4),
        ("x / n", [1.5, None, None, None]),
        ("-2 ** 2", [-4.0] * 4),
        ("(-8) ** (1 / 3)", [None] * 4),
        ("x > 0", [True, None, False, True]),
        ("label = 'Ab'", [True, False, None, False]),
        ("label < 'b'", [True, False, None, False]),
        ("ok = false", [False, None, True, False]),
        ("ok or x > 0", [True, None, False, True]),
        ("ok and is_missing(x)", [False, None, False, False]),
        ("not ok", [False, None, True, False]),
        ("label in ('x', 'Ab', missing)", [True, False, None, True]),
        ("x in (1.5, 3)", [True, None, False, False]),
        ("if(ok, n, missing)", [1, None, None, 7]),
        ("if(x > 0, 'high', label)", ["high", None, None, "high"]),
        ("coalesce(label, 'none')", ["Ab", "Σς", "none", "x"]),
        ("coalesce(missing, n, -1)", [1, -1, 0, 7]),
        ("is_missing(log(x))", [False, True, True, True]),
        ("is_missing(if(ok, missing, missing))", [True] * 4),
        ("min(x, n)", [1, None, -2, 7]),
        ("max(x, n, 3)", [3, None, 3, None]),
        ("clip(n, 0, 5)", [1, None, 0, 5]),
        ("abs(x)", [1.5, None, 2, None]),
        ("round(x)", [2, None, -2, None]),
        ("round(2.344, 2)", [2.34] * 4),
        ("floor(x)", [1, None, -2, None]),
        ("ceil(x)", [2, None, -2, None]),
        ("bin(x, 0.4)", [1.2, None, -2, None]),
        ("bin(n, 0)", [None] * 4),
        ("sqrt(x)", [math.sqrt(1.5), None, None, None]),
        ("exp(n * 1000)", [None, None, 1, None]),
        ("log10(n + 3)", [math.log10(4), None, math.log10(3), 1]),
        ("length(label)", [2, 2, None, 1]),
        ("lower(label)", ["ab", "σς", None, "x"]),
        ("contains(label, 'B')", [True, False, None, False]),
        ("contains(label, 'σσ')", [False, True, None, False]),
        ("label + '!'", ["Ab!", "Σς!", None, "x!"]),
        ("'a' + 'b'", ["ab"] * 4),
        ("1", [1] * 4),
        ("missing + 1 = 2", [None] * 4),
        ("n * 1e300 * 1e300", [None, None, 0, None]),
        ("if(n = 7, 2 ** 60, 1) + 0", [1, None, 1, 2**60]),
    ],
)
def test_values(text: str, values: list[Any]) -> None:
    tree = parse(text)
    kind = type_of(tree, TYPES)
    found = evaluate(tree, kind, COLUMNS.__getitem__, 4)
    given = [None if value != value else value for value in found.to_pylist()]
    assert given == [
        value if value is None or isinstance(value, str) else pytest.approx(value)
        for value in values
    ]
    assert kind is not FieldType.FLOAT or found.null_count == 0  # floats keep NaN, as runs do


def test_whole_numbers_that_doubles_cannot_tell_apart_are_missing() -> None:
    found = evaluate(parse("n * 9007199254740992"), FieldType.INTEGER, COLUMNS.__getitem__, 4)
    assert found.to_pylist() == [2**53, None, 0, None]


def test_no_rows() -> None:
    empty = {name: column.slice(0, 0) for name, column in COLUMNS.items()}
    for text in ("x + 1", "label + 'a'", "ok", "1", "n % 2"):
        tree = parse(text)
        assert len(evaluate(tree, type_of(tree, TYPES), empty.__getitem__, 0)) == 0


def test_text_that_grows_without_end_is_refused() -> None:
    long = pa.chunked_array([["x" * 10_000] * 1000])
    text = " + ".join(["label"] * 90)
    with pytest.raises(ExpressionError, match="more text"):
        evaluate(parse(text), FieldType.STRING, lambda name: long, 1000)


def test_derived_fields_count_as_fields(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    project = workspace.catalogue.run(run.id).project
    create_derived_field(workspace, project, "half", "loss / 2")
    create_derived_field(workspace, project, "hard", "if(half > 0.2, 'hard', 'easy')", "Why.")
    query = workspace.query(run.id)
    fields = {field.name: field for field in query.fields()}
    assert (fields["hard"].group, fields["hard"].type) == (FieldGroup.DERIVED, FieldType.STRING)
    assert (fields["hard"].expression, fields["hard"].description) == (
        "if(half > 0.2, 'hard', 'easy')",
        "Why.",
    )
    loss = run.values("loss")
    hard = Filter((Compare("hard", Operator.IN, ("hard",)),))
    assert query.matches(hard).tolist() == (loss / 2 > 0.2).tolist()
    assert query.summary("half").numeric is not None
    _, page = query.rows(hard, ["hard", "half"], "half", descending=True, limit=2)
    assert [entry["hard"] for entry in page] == ["hard", "hard"]
    assert page[0]["half"] == pytest.approx(float(loss.max()) / 2)
    read = pa.ipc.open_stream(query.column_ipc("half")).read_all().column(0).to_numpy()
    np.testing.assert_allclose(read, loss / 2)


def test_a_run_that_lacks_a_field_lacks_what_is_made_of_it(workspace: Workspace) -> None:
    rich = write_columns(workspace, {"x": [1.0, 2.0], "y": [1, 2]})
    poor = write_columns(workspace, {"x": [1.0, 2.0]})
    texts = write_columns(workspace, {"x": ["a", "b"], "y": [1, 2]})
    own = write_columns(workspace, {"x": [1.0, 2.0], "y": [1, 2], "sum": ["mine", "mine"]})
    project = workspace.catalogue.run(rich.id).project
    table = workspace.catalogue.derived_fields
    table.create(project, "sum", "x + y")
    table.create(project, "more", "sum * 2")
    derived = table.of_project(project)
    assert [len(RunQuery(run, None, derived).derived.fields) for run in (rich, poor, texts)] == [
        2,
        0,
        0,
    ]
    query = RunQuery(own, None, derived)
    assert query.column("sum").to_pylist() == ["mine", "mine"]
    assert "more" not in query.derived.fields


def test_keys_tell_expressions_apart(workspace: Workspace) -> None:
    run = write_columns(workspace, {"x": [1.0, 2.0]})
    project = workspace.catalogue.run(run.id).project
    keys = [workspace.query(run.id).key]
    for expression in ("x + 1", "x + 2", "x + 1"):
        made = create_derived_field(workspace, project, "y", expression)
        query = workspace.query(run.id)
        keys.append(query.key)
        assert query.column("y").to_pylist()[0] == 1 + int(expression[-1])
        workspace.catalogue.derived_fields.delete(made.id)
    assert keys[1] == keys[3]
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    "name", ["x", "subset", "sample_id", "cluster", "row", "", " y", "y" * 201]
)
def test_names_that_a_derived_field_cannot_bear(workspace: Workspace, name: str) -> None:
    run = write_columns(workspace, {"x": [1.0, 2.0]})
    with pytest.raises(ConflictError):
        create_derived_field(workspace, workspace.catalogue.run(run.id).project, name, "x + 1")


def test_what_is_refused(workspace: Workspace) -> None:
    run = write_columns(workspace, {"x": [1.0, 2.0]})
    project = workspace.catalogue.run(run.id).project
    with pytest.raises(ExpressionError, match="no field 'cluster'"):
        create_derived_field(workspace, project, "y", "cluster")
    with pytest.raises(ExpressionError, match="no field 'y'"):
        create_derived_field(workspace, project, "y", "y + 1")
    with pytest.raises(NotFoundError):
        create_derived_field(workspace, "nope", "y", "x")
    first = create_derived_field(workspace, project, "y", "x + 1")
    with pytest.raises(ConflictError, match="already"):
        create_derived_field(workspace, project, "y", "x + 2")
    second = create_derived_field(workspace, project, "z", "y + 1")
    with pytest.raises(ConflictError, match="made of 'y': z"):
        workspace.catalogue.derived_fields.delete(first.id)
    workspace.catalogue.derived_fields.delete(second.id)
    workspace.catalogue.derived_fields.delete(first.id)
    with pytest.raises(NotFoundError):
        workspace.catalogue.derived_fields.delete(first.id)
    assert workspace.catalogue.derived_fields.of_project(project) == ()
