"""``percepta dashboards`` and ``percepta tells``, as a user types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import percepta as library
from percepta.core.errors import DashboardError, NotFoundError
from percepta.storage import Workspace
from tests.cli.conftest import Percepta

PLACE = {"x": 0, "y": 0, "w": 24, "h": 8}


@pytest.fixture
def project(workspace_path: Path) -> None:
    """A project without runs or dashboards."""
    with Workspace.open(workspace_path) as opened:
        opened.catalogue.project_named("flowers")


@pytest.fixture
def evaluated(percepta: Percepta, script: Callable[..., Path]) -> Percepta:
    """A workspace with one run, and the dashboard that came with it."""
    assert percepta("evaluate", script(), "--project", "flowers", "--no-explore").code == 0
    return percepta


def test_the_first_evaluation_makes_a_dashboard(evaluated: Percepta) -> None:
    (listed,) = evaluated("dashboards", "list", "--json").json
    assert (listed["name"], listed["project"], listed["revision"]) == ("Overview", "flowers", 1)
    told = evaluated("dashboards", "show", "Overview")
    assert "Confusion matrix" in told.out + told.err
    document = evaluated("dashboards", "show", "Overview", "--json").json
    titles = [dashlet["title"] for dashlet in document["dashlets"]]
    assert {"Loss by label", "Accuracy by subset", "Loss over petal length"} <= set(titles)


def test_out_into_a_file_in_again_copied_renamed_deleted(
    evaluated: Percepta, tmp_path: Path
) -> None:
    def names() -> list[str]:
        return [listed["name"] for listed in evaluated("dashboards", "list", "--json").json]

    file = tmp_path / "overview.json"
    assert evaluated("dashboards", "export", "Overview", "-o", file).code == 0
    assert json.loads(file.read_text()) == evaluated("dashboards", "export", "Overview").json
    imported = evaluated("dashboards", "import", file, "--json").json
    assert imported == {"name": "Overview 2", "project": "flowers"}
    first, second = (
        evaluated("dashboards", "show", name, "--json").json for name in ("Overview", "Overview 2")
    )
    assert second == first | {"name": "Overview 2"}
    assert (
        evaluated("dashboards", "import", file, "--name", "Mine", "--json").json["name"] == "Mine"
    )
    assert evaluated("dashboards", "copy", "Overview", "Copy", "-p", "flowers").code == 0
    assert evaluated("dashboards", "rename", "Copy", "Ours").code == 0
    assert names() == ["Overview", "Overview 2", "Mine", "Ours"]
    assert evaluated("dashboards", "delete", "Overview").code == 0
    assert evaluated("dashboards", "default", "latest", "--json").json["name"] == "Overview"
    assert names() == ["Overview 2", "Mine", "Ours", "Overview"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"name": "x",\n "dashlets": [}', "not JSON: Expecting value (column 15). (bad.json:2)"),
        (b"\xff\xfe", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"name": "x", "dashlets": [{"id": "a"}]}', "dashlet 1, kind: Field required"),
        (b'{"name": "x", "format": 7}', "made by a newer percepta (format 7"),
        (b"3", "the document: "),
    ],
)
def test_a_bad_file_is_refused_with_its_place(
    percepta: Percepta,
    project: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.json").write_bytes(content)
    refused = percepta("dashboards", "import", "bad.json")
    assert refused.code == 1
    assert words in refused.err
    assert "bad.json" in refused.err
    assert percepta("dashboards", "list", "--json").json == []


def test_what_is_not_there(percepta: Percepta, project: None, tmp_path: Path) -> None:
    for arguments, words in (
        (("show", "Nope"), "has no dashboard 'Nope'"),
        (("show", "Overview", "-p", "nowhere"), "no project 'nowhere'"),
        (("import", tmp_path / "nothing.json"), "cannot be read: No such file"),
        (("import", tmp_path), "cannot be read: Is a directory"),
        (("default", "ffff"), "No run's id"),
    ):
        refused = percepta("dashboards", *arguments)
        assert (refused.code, words in refused.err) == (1, True), refused.err


def test_a_workspace_without_projects(percepta: Percepta) -> None:
    assert percepta("dashboards", "list").code == 0
    assert "There is no project here yet" in percepta("dashboards", "show", "Overview").err


def test_what_explains_the_loss(evaluated: Percepta) -> None:
    told = evaluated("tells", "latest", "--json").json
    assert told["metric"] == "loss"
    assert told["samples"] == told["shuffled"] == 150
    fields = {one["field"]: one for one in told["fields"]}
    assert set(fields) == {"label", "petal_length", "subset"}
    assert fields["label"]["p_value"] == 0.002
    assert fields["subset"]["p_value"] > 0.05
    shown = evaluated("tells").err
    assert "petal_length" in shown
    assert "no more than chance: subset" in shown
    assert "corrected for 3 fields" in shown
    more = evaluated("tells", "--metric", "accuracy", "--everything", "--json").json
    assert "confidence" in {one["field"] for one in more["fields"]}
    assert "holds texts" in evaluated("tells", "--metric", "label").err
    few = '[{"kind": "rows", "rows": [1, 2]}]'
    assert "Only 2 samples" in evaluated("tells", "--where", few).err


def test_the_same_from_python(project: None, workspace_path: Path, tmp_path: Path) -> None:
    boards = library.Dashboards("flowers", workspace_path)
    document = {"name": "Mine", "dashlets": [{"id": "a", "kind": "map", "place": PLACE}]}
    assert boards.save(document) == "Mine"
    assert boards.save({**document, "description": "changed"}) == "Mine"
    assert boards["Mine"]["description"] == "changed"
    assert boards.load(boards.export("Mine", tmp_path / "mine.json")) == "Mine 2"
    assert boards.rename("Mine 2", "Theirs") == "Theirs"
    boards.add(document)
    boards.delete("Theirs")
    assert list(boards) == ["Mine", "Mine 2"]
    assert len(boards) == 2
    assert boards.get("Theirs") is None
    with pytest.raises(NotFoundError, match="It has: Mine, Mine 2"):
        boards["Theirs"]
    wrong = {"id": "a", "kind": "bar", "title": "Loss", "place": {**PLACE, "w": 0}}
    with pytest.raises(DashboardError, match=r"dashlet 1 \('Loss'\), place\.w"):
        boards.save({"name": "Bad", "dashlets": [wrong]})
