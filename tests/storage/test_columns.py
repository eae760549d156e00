"""Values of any mixture become one typed column, and what is missing stays missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.storage import Workspace
from percepta.storage.columns import to_arrow, widest
from tests.storage.builders import write_columns

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "stored", "kept"),
    [
        ([True, None, False], "bool", [True, None, False]),
        ([1, None, -2], "int64", [1, None, -2]),
        ([1, NAN, -2], "int64", [1, None, -2]),  # NaN says nothing of a type
        ([1, True], "int64", [1, 1]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([2**70, 1], "double", [float(2**70), 1.0]),
        ([10**400, -(10**400)], "double", [np.inf, -np.inf]),
        (["a", None, ""], "string", ["a", None, ""]),
        (["a", 1, 2.5, True, NAN], "string", ["a", "1", "2.5", "true", None]),
        (["half \ud800 pair"], "string", ["half ? pair"]),
        ([None, NAN], "null", [None, None]),
        ([np.float32(0.5), np.int64(1)], "double", [0.5, 1.0]),
        ([np.bool_(True)], "bool", [True]),
        (np.array([1, 2], np.uint8), "int64", [1, 2]),
        (np.array([2**63], np.uint64), "double", [float(2**63)]),
        (np.array([0.1], np.float16), "float", [float(np.float16(0.1))]),
        (np.array([0.1], np.float32), "float", [float(np.float32(0.1))]),
        (np.array(["x", "y"]), "string", ["x", "y"]),
        (np.array([1, None], object), "int64", [1, None]),
    ],
)
def test_a_column_takes_the_narrowest_type(values: Any, stored: str, kept: list[Any]) -> None:
    array = to_arrow("x", values)
    assert str(array.type) == stored
    assert array.to_pylist() == kept


def test_types_widen_in_one_order() -> None:
    assert widest([]) == "null"
    assert widest(["null", "bool"]) == "bool"
    assert widest(["bool", "int64"]) == "int64"
    assert widest(["bool", "float"]) == "float"
    assert widest(["int64", "float"]) == "double"  # a float32 cannot hold every integer
    assert widest(["double", "string", "null"]) == "string"


def test_shards_of_different_types_become_one_column(workspace: Workspace) -> None:
    columns = {
        "number": [1, 2, None, None, 0.5, NAN],
        "text": [1, 2, 0.5, None, "a", True],
        "late": [None, None, None, None, 3, None],
        "never": [None] * 6,
    }
    run = write_columns(workspace, columns, shard_size=2)
    assert run.values("number")[[0, 1, 4]].tolist() == [1.0, 2.0, 0.5]
    assert np.isnan(run.values("number")[[2, 3, 5]]).all()
    assert run.column("text").to_pylist() == ["1", "2", "0.5", None, "a", "true"]
    assert run.column("late").to_pylist() == [None, None, None, None, 3, None]
    assert np.isnan(run.values("never")).all()
    assert [(f.name, f.type.value) for f in run.fields] == [
        ("number", "float"),
        ("text", "string"),
        ("late", "integer"),
        ("never", "float"),
    ]
    assert run.notes == ("Field 'text' holds texts and other values; all are kept as text.",)


def test_declared_types_hold_where_the_values_allow_it(workspace: Workspace) -> None:
    def declared(name: str, kind: FieldType) -> Field:
        return Field(name, kind, FieldGroup.METADATA)

    fields = (
        declared("a", FieldType.FLOAT),
        declared("b", FieldType.STRING),
        declared("c", FieldType.INTEGER),
        declared("d", FieldType.INTEGER),
        declared("e", FieldType.FLOAT),
    )
    columns = {
        "a": [1, 2],
        "b": [1, None],
        "c": [0.5, 1],
        "e": np.array([0.1, 0.2], np.float32),
    }
    run = write_columns(workspace, columns, fields)
    assert run.column("a").to_pylist() == [1.0, 2.0]
    assert run.column("b").to_pylist() == ["1", None]
    assert run.column("c").to_pylist() == [0.5, 1.0]  # the values say float
    assert run.column("d").to_pylist() == [None, None]  # declared, never given
    assert run.values("e").dtype == np.float32  # not widened for nothing
    assert [f.type.value for f in run.fields] == ["float", "string", "float", "integer", "float"]


def test_columns_absent_from_a_shard_are_missing_there(workspace: Workspace) -> None:
    from percepta.core.subsets import Subset
    from percepta.storage import RunPlan, ShardData
    from tests.storage.builders import new_run

    plan = RunPlan({Subset.TRAINING: range(4)}, 2)
    with workspace.new_run(new_run(workspace), plan) as writer:
        writer.write_shard(0, ShardData(columns={"a": [1, 2]}))
        writer.write_shard(1, ShardData(columns={"b": ["x", "y"]}))
        run = writer.commit((), {})
    assert run.column("a").to_pylist() == [1, 2, None, None]
    assert run.column("b").to_pylist() == [None, None, "x", "y"]
