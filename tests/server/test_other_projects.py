"""What a project keeps is not there in another: runs side by side, collections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from percepta.server.access import Launch
from percepta.server.app import create_app
from percepta.storage import Workspace
from tests.server.conftest import TOKEN, CheckedClient
from tests.server.sample_run import N, write_run

COUNTS = {"kind": "groups", "key": "a", "splits": [{"kind": "version"}], "measures": [{}]}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "workspace") as opened:
        yield opened


@pytest.fixture
def client(workspace: Workspace, page: Path) -> Iterator[CheckedClient]:
    with CheckedClient(create_app(workspace, Launch(TOKEN), page=page)) as client:
        client.get("/", params={"token": TOKEN})
        yield client


def test_versions_are_runs_of_the_project(client: CheckedClient, workspace: Workspace) -> None:
    run, newer, foreign = write_run(workspace), write_run(workspace), write_run(workspace, "zoo")

    def versions(*runs: str) -> Any:
        body = {"questions": [COUNTS], "versions": list(runs)}
        return client.post(f"/api/runs/{run.id}/charts", json=body)

    (answer,) = versions(newer.id, run.id, newer.id).json()["answers"]
    assert answer["splits"][0]["values"] == [run.id, newer.id]
    assert answer["count"] == [N, N]
    refused = versions(newer.id, foreign.id)
    assert refused.status_code == 404
    assert foreign.id in refused.json()["error"]["message"]


def test_collections_are_those_of_the_project(client: CheckedClient, workspace: Workspace) -> None:
    run, foreign = write_run(workspace), write_run(workspace, "zoo")
    body = {"name": "first", "filter": [{"kind": "rows", "rows": [0]}]}
    kept = client.post(f"/api/runs/{foreign.id}/collections", json=body).json()
    clause = {"kind": "collection", "collection": kept["id"], "name": "first"}
    for asked, status in ((foreign, 200), (run, 400)):
        answer = client.post(f"/api/runs/{asked.id}/mask", json={"filter": [clause]})
        assert answer.status_code == status, answer.text
    assert client.get(f"/api/runs/{foreign.id}/collections/{kept['id']}").status_code == 200
    assert client.get(f"/api/runs/{run.id}/collections/{kept['id']}").status_code == 404
