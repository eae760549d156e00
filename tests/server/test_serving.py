"""The server as a process: where it listens, how it starts and ends, what it loads."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from percepta.core.errors import ServerError
from percepta.jobs.kinds import EXTRA_KINDS
from percepta.server.app import create_app
from percepta.server.serving import listen, serve
from percepta.storage import Workspace
from tests.jobs.conftest import ROOT, open_gate, until
from tests.server.live import live_server
from tests.server.sample_run import write_map, write_run

SERVE = "from percepta.server import serve; from percepta.storage import Workspace;"
SERVE += "serve(Workspace.open(), port=0, open_browser=False)"

HEAVY = ["torch", "onnxruntime", "onnx", "numba", "sklearn", "faiss", "openTSNE", "scipy"]
HEAVY += ["percepta.engine", "percepta.models", "percepta.integration", "percepta.analysis"]


class Server:
    """A server process."""

    def __init__(self, code: str = SERVE) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        assert line.startswith("percepta is at "), line
        self.address = urlsplit(line.removeprefix("percepta is at ").strip())
        (self.token,) = parse_qs(self.address.query)["token"]
        assert self.address.port is not None
        self.connection = HTTPConnection("127.0.0.1", self.address.port, timeout=30)

    def ask(self, path: str, body: Any = None) -> Any:
        """Return the decoded answer to a request."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        method = "GET" if body is None else "POST"
        self.connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status < 300, content
        return json.loads(content) if "json" in answer.headers["content-type"] else content

    def end(self, how: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.connection.close()
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@contextmanager
def serving(code: str = SERVE) -> Iterator[Server]:
    server = Server(code)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "192.168.1.7", "example.org", "", "localhost.example", "127.0.0.1.example"],  # noqa: S104
)
def test_only_this_machine_is_served(workspace_path: Path, host: str) -> None:
    """Promise T1."""
    with Workspace.open(workspace_path) as workspace:
        with pytest.raises(ServerError) as refused:
            serve(workspace, host=host, port=0, open_browser=False)
    assert "no login yet" in refused.value.message
    assert refused.value.message.count(".") == 1 + host.count("."), "one sentence"
    assert refused.value.fix


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_it_listens_on_loopback_addresses_alone(host: str) -> None:
    with listen(host, 0) as listener:
        assert listener.getsockname()[0].startswith("127.")


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerError, match=f"Port {port} is in use") as refused:
            listen("127.0.0.1", port)
    assert "--port" in str(refused.value.fix)


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_told(port: int) -> None:
    with pytest.raises(ServerError, match=f"Port {port} "):
        listen("127.0.0.1", port)


def test_it_starts_soon_and_stays_small(workspace_path: Path) -> None:
    """Stated: first answer within 2 s of the start, 250 MB; the test allows for a busy machine."""
    with Workspace.open(workspace_path) as workspace:
        run = write_run(workspace)
        info = write_map(run)
    with serving() as server:
        assert server.ask("/api/health")["status"] == "ok"
        seconds = time.monotonic() - server.started
        base = f"/api/runs/{run.id}"
        clause = {"kind": "compare", "field": "loss", "op": "gt", "value": 1}
        for _ in range(3):
            server.ask(base)
            server.ask(f"{base}/maps/{info.id}/coordinates")
            server.ask(f"{base}/columns/loss")
            server.ask(f"{base}/mask", {"filter": [clause], "map": info.id})
            server.ask(f"{base}/rows", {"filter": [clause], "order_by": "loss"})
            server.ask(f"{base}/samples/4")
        memory = psutil.Process(server.process.pid).memory_info().rss
        assert seconds < 8, f"first answer after {seconds:.1f} s"
        assert memory < 400e6, f"{memory / 1e6:.0f} MB"


def test_many_thumbnails_a_second(workspace_path: Path) -> None:
    """Stated: 500 a second, one after the other; the test allows for a busy machine."""
    with Workspace.open(workspace_path) as workspace:
        run = write_run(workspace)
    with serving() as server:
        server.ask(f"/api/runs/{run.id}/thumbnails/0")
        started = time.monotonic()
        for index in range(300):
            server.ask(f"/api/runs/{run.id}/thumbnails/{index % 3}")
        rate = 300 / (time.monotonic() - started)
    assert rate > 100, f"{rate:.0f} thumbnails a second"


def test_no_route_loads_models_or_numerics(workspace_path: Path) -> None:
    """Promise T5: what cannot be imported cannot unpickle."""
    code = f"""
import json, sys, threading
sys.path.insert(0, {str(ROOT)!r})
from percepta.server.app import create_app
from percepta.jobs.runner import JobRunner
from percepta.storage import Workspace
from tests.server.conftest import CheckedClient, Sample, TOKEN
from tests.server.routes_table import calls
from tests.server.live import live_server
from tests.server.sample_run import write_map, write_run
workspace = Workspace.open()
run = write_run(workspace)
sample = Sample(workspace, run, write_map(run))
app = create_app(workspace, TOKEN, runner=JobRunner(workspace))
statuses = {{}}
with CheckedClient(app, headers={{"authorization": "Bearer " + TOKEN}}) as client:
    for call in calls(app, sample):
        if call.template != "/api/events":
            answer = client.request(call.method, call.path(), json=call.body, params=call.query)
            statuses[call.template] = answer.status_code
from percepta.server.serving import listen, serve, server_config
heavy = [name for name in {HEAVY!r} if name in sys.modules]
print(json.dumps([statuses, heavy]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    statuses, heavy = json.loads(done.stdout.splitlines()[-1])
    # A queued job is cancelled and then resumed, so that these two fit as well.
    refused = {path: status for path, status in statuses.items() if status >= 300}
    # This run was written by hand: there is no script to open its model again with.
    opened = (
        "activations",
        "explain",
        "faithfulness",
        "methods",
        "shared-channels",
        "similar-file",
    )
    assert refused == {f"/api/runs/{{run}}/{name}": 404 for name in opened}
    assert heavy == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_within_a_second_with_a_stream_open(
    workspace_path: Path, how: signal.Signals
) -> None:
    with serving() as server:
        stream = HTTPConnection("127.0.0.1", server.connection.port, timeout=30)
        stream.request("GET", "/api/events", headers={"Authorization": f"Bearer {server.token}"})
        answer = stream.getresponse()
        assert answer.readline() == b"event: ready\n"
        started = time.monotonic()
        code = server.end(how)
        seconds = time.monotonic() - started
        stream.close()
    assert code in {0, -how}
    assert seconds < 3, f"took {seconds:.1f} s; stated: 1 s, on a machine that is not busy"


def test_a_job_survives_a_killed_server(
    workspace_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise T11, with processes: kill -9 of the server, a new server, the job is whole."""
    monkeypatch.setenv(EXTRA_KINDS, "tests.server.recipes:KINDS")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with Workspace.open(workspace_path) as workspace:
        run = write_run(workspace)
    with serving() as server:
        body = {"space": "balanced", "settings": {"gate": str(gate)}}
        job = server.ask(f"/api/runs/{run.id}/maps", body)["id"]
        until(
            lambda: server.ask(f"/api/jobs/{job}/log")["lines"] == ["waiting"], "job is at the gate"
        )
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    with serving() as server:
        assert server.ask(f"/api/jobs/{job}")["status"] == "running"
        open_gate(gate)
        until(lambda: server.ask(f"/api/jobs/{job}")["status"] == "complete", "job is complete")
        assert len(server.ask(f"/api/runs/{run.id}")["maps"]) == 1
        assert server.end(signal.SIGTERM) in {0, -signal.SIGTERM}


def test_no_telemetry_even_if_the_environment_asks(
    workspace_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Promise T14: the web framework would try to export every request, unless told not to."""
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    with socket.create_server(("127.0.0.1", 0)) as collector, Workspace.open(workspace_path) as own:
        address = f"http://127.0.0.1:{collector.getsockname()[1]}"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
        with live_server(create_app(own, "token")) as live:
            connection = HTTPConnection("127.0.0.1", live.port, timeout=30)
            connection.request("GET", "/api/health", headers={"Authorization": "Bearer token"})
            assert connection.getresponse().status == 200
            connection.close()
        collector.settimeout(0)
        with pytest.raises(BlockingIOError):
            collector.accept()
    assert "telemetry" not in caplog.text
