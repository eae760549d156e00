"""``percepta fields``: made, listed, used in a filter, refused with the place, removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from percepta.storage import Workspace
from tests.storage.builders import write_small_run


@pytest.fixture
def run(workspace_path: Path) -> str:
    with Workspace.open(workspace_path) as workspace:
        return write_small_run(workspace).id


def test_fields_are_made_listed_and_removed(percepta: Any, run: str) -> None:
    made = percepta("fields", "add", "hard", "if(loss > 0.5, 'yes', 'no')", "--description", "Why.")
    assert made.code == 0
    assert "'hard' is there" in made.err
    told = percepta("fields", "list").err
    assert "if(loss > 0.5, 'yes', 'no')" in told
    listed = {field["name"]: field for field in percepta("fields", "list", "--json").json}
    assert (listed["hard"]["type"], listed["hard"]["group"]) == ("string", "derived")
    assert "expression" not in listed["loss"]
    assert percepta("fields", "delete", "hard").code == 0
    missing = percepta("fields", "delete", "hard")
    assert missing.code == 1
    assert "It has: none." in missing.err


def test_a_mistake_is_shown_where_it_is(percepta: Any, run: str) -> None:
    failed = percepta("fields", "add", "half", "1 + los / 2", "--run", run[:6])
    assert failed.code == 1
    lines = failed.err.splitlines()
    assert lines[:2] == ["1 + los / 2", "    ^"]
    assert "Did you mean 'loss'?" in failed.err


def test_a_map_can_be_made_of_what_a_derived_field_chooses(percepta: Any, script: Any) -> None:
    percepta("evaluate", script(), "--json")
    assert percepta("fields", "add", "early", "sample_id < 30").code == 0
    where = json.dumps([{"kind": "compare", "field": "early", "op": "in", "value": [True]}])
    made = percepta("explore", "latest", "--algorithm", "pca", "--filter", where, "--json")
    assert made.code == 0, made.err
    assert 0 < made.json["n"] < 150
