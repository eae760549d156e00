"""The one stream of changes, over a real socket."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from percepta.server.app import create_app
from percepta.server.headers import SECURITY_HEADERS
from percepta.server.hub import MAX_LISTENERS
from percepta.storage import JobStatus, Run, Workspace
from tests.server.conftest import TOKEN
from tests.server.live import Live, live_server
from tests.server.sample_run import write_map, write_run


@pytest.fixture
def workspace(workspace_path: Path) -> Iterator[Workspace]:
    opened = Workspace.open(workspace_path)
    yield opened
    opened.close()


@pytest.fixture
def run(workspace: Workspace) -> Run:
    return write_run(workspace)


@pytest.fixture
def live(workspace: Workspace) -> Iterator[Live]:
    with live_server(create_app(workspace, TOKEN)) as running:
        yield running


class Stream:
    """A client of the stream."""

    def __init__(self, live: Live, **headers: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", live.port, timeout=30)
        self.connection.request(
            "GET", "/api/events", headers={"Authorization": f"Bearer {TOKEN}", **headers}
        )
        self.response: HTTPResponse = self.connection.getresponse()

    def next(self) -> tuple[str, dict[str, Any]] | None:
        """Return the next event, None at the end."""
        name = ""
        while line := self.response.readline():
            key, _, value = line.decode().rstrip("\n").partition(": ")
            if key == "event":
                name = value
            elif key == "data":
                return name, json.loads(value)
        return None

    def until(self, wanted: str) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]:
        """Return what came before an event of a name, and its data."""
        before = []
        while (event := self.next()) is not None:
            if event[0] == wanted:
                return before, event[1]
            before.append(event)
        raise AssertionError(f"the stream ended without {wanted!r}: {before}")

    def close(self) -> None:
        self.response.close()
        self.connection.close()


def test_the_stream_begins_with_every_job(live: Live, workspace: Workspace) -> None:
    ids = [workspace.catalogue.create_job("explore", {"space": "s"}).id for _ in range(3)]
    stream = Stream(live)
    assert stream.response.headers["content-type"].startswith("text/event-stream")
    for name, value in SECURITY_HEADERS.items():
        assert stream.response.headers[name] == value
    before, ready = stream.until("ready")
    assert [(name, job["id"], job["status"]) for name, job in before] == [
        ("job", id_, "queued") for id_ in ids
    ]
    assert ready == {"jobs": 3}
    stream.close()


def test_changes_follow(live: Live, workspace: Workspace, run: Run) -> None:
    streams = [Stream(live), Stream(live)]
    for stream in streams:
        assert stream.until("ready") == ([], {"jobs": 0})
    catalogue = workspace.catalogue
    job = catalogue.create_job("explore", {"space": "s"}, run=run.id)
    for stream in streams:
        _, told = stream.until("job")
        assert (told["id"], told["status"], told["run"]) == (job.id, "queued", run.id)
    catalogue.claim_job(1, job.id)
    catalogue.update_job(job.id, stage="map", done=3, total=9, unit="epochs", rate=1.5, eta=4.0)
    while told["done"] != 3:
        _, told = streams[0].until("job")
    assert (told["stage"], told["total"], told["eta"], told["status"]) == ("map", 9, 4.0, "running")
    made = write_map(run)
    catalogue.finish_job(job.id, JobStatus.COMPLETE)
    _, event = streams[0].until("map")
    assert (event["run"], event["map"]["id"]) == (run.id, made.id)
    _, told = streams[0].until("job")
    assert told["status"] == "complete"
    for stream in streams:
        stream.close()


def test_runs_are_told(live: Live, workspace: Workspace) -> None:
    stream = Stream(live)
    stream.until("ready")
    run = write_run(workspace, "another")
    _, told = stream.until("run")
    while told["status"] != "complete":
        _, told = stream.until("run")
    assert told["run"] == run.id
    stream.close()


def test_a_sign_of_life_is_no_change(live: Live, workspace: Workspace) -> None:
    job = workspace.catalogue.create_job("explore", {})
    workspace.catalogue.claim_job(1, job.id)
    stream = Stream(live)
    stream.until("ready")
    for _ in range(3):
        workspace.catalogue.heartbeat(job.id)
    workspace.catalogue.update_job(job.id, message="a change")
    before, told = stream.until("job")
    assert (before, told["message"]) == ([], "a change")
    stream.close()


def test_streams_are_counted(live: Live) -> None:
    streams = [Stream(live) for _ in range(MAX_LISTENERS)]
    for stream in streams:
        stream.until("ready")
    refused = Stream(live)
    assert refused.response.status == 503
    assert json.loads(refused.response.read())["error"]["code"] == "too_many_listeners"
    for stream in (refused, *streams):
        stream.close()


def test_a_stream_wants_the_token_and_the_own_origin(live: Live) -> None:
    for headers, status in (
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example"}, 403),
    ):
        stream = Stream(live, **headers)
        assert stream.response.status == status
        stream.close()


def test_the_server_ends_at_once_with_streams_open(live: Live) -> None:
    streams = [Stream(live) for _ in range(5)]
    for stream in streams:
        stream.until("ready")
    ended = []
    readers = [threading.Thread(target=lambda s=s: ended.append(s.next())) for s in streams]
    for reader in readers:
        reader.start()
    started = time.monotonic()
    live.stop()
    seconds = time.monotonic() - started
    for reader in readers:
        reader.join()
    for stream in streams:
        stream.close()
    assert ended == [None] * 5
    assert seconds < 1, f"took {seconds:.2f} s"


def test_dashboards_are_told_when_made_changed_and_deleted(
    live: Live, workspace: Workspace
) -> None:
    project = workspace.catalogue.project_named("pets").id
    table = workspace.catalogue.dashboards
    old = table.create(project, {"name": "Old"})
    stream = Stream(live)
    stream.until("ready")
    made = table.create(project, {"name": "New"})
    told = {"dashboard": made.id, "project": project}
    assert stream.until("dashboard") == ([], {**told, "revision": 1})
    table.change(made.id, {"name": "Newer"}, 1)
    assert stream.until("dashboard") == ([], {**told, "revision": 2})
    table.delete(old.id)
    gone = {"dashboard": old.id, "project": project, "revision": None}
    assert stream.until("dashboard") == ([], gone)
    stream.close()
