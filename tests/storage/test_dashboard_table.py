"""Dashboards in the catalogue: names are unique, and the newest revision wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from percepta.core.errors import ConflictError, NotFoundError
from percepta.storage import Workspace


def document(name: str = "Overview", **more: Any) -> dict[str, Any]:
    return {"format": 1, "name": name, "dashlets": [], **more}


def test_a_dashboard_is_kept_changed_and_deleted(workspace: Workspace) -> None:
    table = workspace.catalogue.dashboards
    project = workspace.catalogue.project_named("p").id
    made = table.create(project, document(description="猫"))
    assert (made.name, made.revision, made.document["description"]) == ("Overview", 1, "猫")
    assert table.get(made.id) == made
    changed = table.change(made.id, document("Overview", description="two"), 1)
    assert (changed.revision, changed.name, changed.document["description"]) == (
        2,
        "Overview",
        "two",
    )
    assert changed.updated >= changed.created == made.created
    assert table.of_project(project) == [changed]
    table.delete(made.id)
    assert table.of_project(project) == []
    for missing in (lambda: table.get(made.id), lambda: table.delete(made.id)):
        with pytest.raises(NotFoundError, match="no such dashboard"):
            missing()


def test_a_taken_name_gets_a_number_in_its_project_only(workspace: Workspace) -> None:
    table = workspace.catalogue.dashboards
    one, two = (workspace.catalogue.project_named(name).id for name in "pq")
    names = [table.create(one, document()).name for _ in range(3)]
    assert names == ["Overview", "Overview 2", "Overview 3"]
    assert [kept.document["name"] for kept in table.of_project(one)] == names
    assert table.create(two, document()).name == "Overview"
    last = table.of_project(one)[2]
    assert table.change(last.id, document("Overview"), 1).name == "Overview 3"
    long = "x" * 200
    table.create(one, document(long))
    assert table.create(one, document(long)).name == "x" * 198 + " 2"


def test_a_stale_change_is_refused_and_costs_nothing(workspace: Workspace) -> None:
    table = workspace.catalogue.dashboards
    made = table.create(workspace.catalogue.project_named("p").id, document())
    newest = table.change(made.id, document(description="hers"), 1)
    with pytest.raises(ConflictError, match="revision 2; yours is 1"):
        table.change(made.id, document(description="his"), 1)
    assert table.get(made.id) == newest


def test_of_many_writers_with_one_revision_one_wins(workspace: Workspace) -> None:
    table = workspace.catalogue.dashboards
    made = table.create(workspace.catalogue.project_named("p").id, document())

    def write(number: int) -> bool:
        try:
            table.change(made.id, document(description=str(number)), 1)
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(write, range(16))) == 1
    assert table.get(made.id).revision == 2


def test_a_project_that_is_not_there(workspace: Workspace) -> None:
    table = workspace.catalogue.dashboards
    for ask in (lambda: table.of_project("nothing"), lambda: table.create("nothing", document())):
        with pytest.raises(NotFoundError, match="no such project"):
            ask()
