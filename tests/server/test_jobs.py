"""Jobs over HTTP, done by real workers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from percepta.jobs.kinds import EXTRA_KINDS
from percepta.jobs.runner import JobRunner
from percepta.server.app import create_app
from percepta.storage import Run, Workspace
from tests.jobs.conftest import PATIENCE, ROOT, open_gate, until
from tests.server.conftest import TOKEN, CheckedClient
from tests.server.sample_run import N, write_run


@pytest.fixture
def workspace(workspace_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv(EXTRA_KINDS, "tests.server.recipes:KINDS")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    opened = Workspace.open(workspace_path)
    yield opened
    opened.close()


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return write_run(workspace)


@pytest.fixture
def client(workspace: Workspace) -> Iterator[CheckedClient]:
    app = create_app(workspace, TOKEN)
    with CheckedClient(app, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client


@pytest.fixture
def runner(workspace: Workspace) -> Iterator[JobRunner]:
    serving = JobRunner(workspace, patience=PATIENCE)
    serving.start()
    yield serving
    serving.stop()


def test_another_map_is_a_job(client: CheckedClient, run: Run, runner: JobRunner) -> None:
    clause = {"kind": "compare", "field": "loss", "op": "gt", "value": 1}
    body = {"space": "balanced", "algorithm": "tsne", "filter": [clause], "seed": 7}
    answer = client.post(f"/api/runs/{run.id}/maps", json=body)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["kind"], job["status"], job["run"]) == ("explore", "queued", run.id)
    assert job["title"] == "Map of balanced (t-SNE, filtered)"
    until(
        lambda: client.get(f"/api/jobs/{job['id']}").json()["finished"] is not None, "job has ended"
    )
    job = client.get(f"/api/jobs/{job['id']}").json()
    assert (job["status"], job["stage"], job["done"], job["error"]) == ("complete", "map", 2, None)
    (made,) = client.get(f"/api/runs/{run.id}").json()["maps"]
    assert client.get(f"/api/runs/{run.id}/maps/{made['id']}").json()["n"] == N - 1


def test_lists_by_run_and_status(client: CheckedClient, run: Run, workspace: Workspace) -> None:
    body = {"space": "balanced"}
    first = client.post(f"/api/runs/{run.id}/maps", json=body).json()["id"]
    second = client.post(f"/api/runs/{run.id}/maps", json=body).json()["id"]
    assert client.post(f"/api/jobs/{first}/cancel").json()["status"] == "cancelled"

    def ids(**query: str) -> list[str]:
        return [job["id"] for job in client.get("/api/jobs", params=query).json()]

    assert ids() == ids(run=run.id) == [second, first]
    assert ids(run="other") == []
    assert ids(status="cancelled") == [first]
    assert ids(status="queued", run=run.id) == [second]


def test_cancel_and_resume(client: CheckedClient, run: Run) -> None:
    job = client.post(f"/api/runs/{run.id}/maps", json={"space": "balanced"}).json()["id"]
    answer = client.post(f"/api/jobs/{job}/resume")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    client.post(f"/api/jobs/{job}/cancel")
    assert client.post(f"/api/jobs/{job}/cancel").status_code == 409
    assert client.post(f"/api/jobs/{job}/resume").json()["status"] == "queued"


def test_the_log_is_read_on(client: CheckedClient, run: Run, workspace: Workspace) -> None:
    job = client.post(f"/api/runs/{run.id}/maps", json={"space": "balanced"}).json()["id"]
    assert client.get(f"/api/jobs/{job}/log").json() == {"lines": [], "next": 0}
    for text in ("one", "two <b>"):
        workspace.catalogue.append_log(job, text)
    assert client.get(f"/api/jobs/{job}/log").json() == {"lines": ["one", "two <b>"], "next": 2}
    workspace.catalogue.append_log(job, "three")
    told = client.get(f"/api/jobs/{job}/log", params={"after": 2}).json()
    assert told == {"lines": ["three"], "next": 3}
    assert client.get("/api/jobs/0123456789abcdef/log").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"space": "unknown"}, 404),
        ({"algorithm": "magic"}, 422),
        ({"seed": -1}, 422),
        ({"filter": [{"kind": "compare", "field": "nothing", "op": "missing"}]}, 400),
        ({"filter": [{"kind": "compare", "field": "loss", "op": "gt", "value": 99}]}, 409),
        ({"map": "0123456789abcdef"}, 404),
        ({"settings": {"a": {"b": 1}}}, 422),
        ({"run": "../x"}, 422),
    ],
)
def test_a_map_that_cannot_be_made_is_refused_at_once(
    client: CheckedClient, run: Run, change: dict[str, object], status: int
) -> None:
    answer = client.post(f"/api/runs/{run.id}/maps", json={"space": "balanced"} | change)
    assert answer.status_code == status, answer.text
    assert client.get("/api/jobs").json() == []


def test_the_page_is_never_blocked_by_a_job(
    client: CheckedClient, run: Run, runner: JobRunner, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    body = {"space": "balanced", "settings": {"gate": str(gate)}}
    job = client.post(f"/api/runs/{run.id}/maps", json=body).json()["id"]
    until(
        lambda: client.get(f"/api/jobs/{job}/log").json()["lines"] == ["waiting"],
        "the job is at the gate",
    )
    assert client.get(f"/api/runs/{run.id}").status_code == 200
    assert client.post(f"/api/runs/{run.id}/mask", json={}).status_code == 200
    open_gate(gate)
    until(
        lambda: client.get(f"/api/jobs/{job}").json()["status"] == "complete", "the job is complete"
    )
