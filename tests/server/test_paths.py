"""Promise T4: no path from a client is ever opened."""

from __future__ import annotations

import json
import os
import socket
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI

from percepta.server.app import create_app
from tests.server.conftest import TOKEN, CheckedClient, Sample
from tests.server.live import Live, live_server
from tests.server.routes_table import calls

CORPUS = [
    "..", ".", "...", "../", "..%2f", "%2e%2e", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f",
    "%2e%2e%2f%2e%2e%2fcatalogue.sqlite", "../../catalogue.sqlite", "..%2f..%2fcatalogue.sqlite",
    "%2fetc%2fpasswd", "/etc/passwd", "//etc/passwd", "%2f%2fetc%2fpasswd", "file:%2f%2f%2fetc%2fpasswd",
    "C:%5cWindows%5cwin.ini", "C:", "%5c%5cserver%5cshare", "%00", "a%00b", "4%00.png", "CON", "NUL",
    "~", "~root", "$HOME", "%24%7bHOME%7d", "%c0%ae%c0%ae", "%ff%fe", "%ef%bc%8e%ef%bc%8e",
    "%e2%80%ae", "%f0%9f%98%80", "%0d%0aSet-Cookie:x=y", "%0a", "%20", "+", "-1", "1e3", "0x4", "%D9%A4",
    "٤", "4.0", "04", "99999999999999999999999", "NaN", "*", "?", "%3f", "%23", ";", "|id", "`id`",
    "a" * 5000, "manifest.json", "columns.arrow", "link", "pipe",
]  # fmt: skip
"""Spellings that reached files elsewhere; percent-encoded as they go over the wire."""


printable = "".join(chr(code) for code in range(33, 127))


class Opened:
    """Every file that this process opens while it watches."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.watching = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.watching and event in {"open", "os.listdir", "os.scandir"}:
            self.paths.append(
                os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes) else ""
            )


OPENED = Opened()


@pytest.fixture
def opened() -> Any:
    OPENED.paths.clear()
    OPENED.watching = True
    yield OPENED.paths
    OPENED.watching = False


@pytest.fixture(scope="module")
def live(sample: Sample, page: Path) -> Any:
    with live_server(create_app(sample.workspace, TOKEN, page=page)) as running:
        yield running


def ask(connection: HTTPConnection, method: str, target: str, body: Any) -> tuple[int, bytes, Any]:
    """Send a request whose path nobody tidies."""
    content = None if body is None else json.dumps(body)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    connection.request(method, quote(target, safe=printable), content, headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers


def test_no_parameter_of_any_route_reaches_a_file(
    app: FastAPI, sample: Sample, live: Live, opened: list[str]
) -> None:
    folder = sample.workspace.root / "runs"
    (folder / "link").symlink_to("/etc")
    os.mkfifo(folder / "pipe")
    connection = HTTPConnection("127.0.0.1", live.port, timeout=30)
    asked = 0
    for call in calls(app, sample):
        for name in call.values:
            for text in CORPUS:
                target = call.path(**{name: text})
                if call.query:
                    target += "?" + urlencode(call.query)
                status, content, headers = ask(connection, call.method, target, call.body)
                asked += 1
                # Odd spellings of numbers are numbers; "?", "#" and what follows end the path.
                fine = (
                    {200, 202, 204} if name in {"row", "visualizer", "plane", "channel"} else set()
                )
                fine |= {200} if text[0] in "?#" or text in {"", "."} else set()
                assert status in {400, 403, 404, 405, 409, 422} | fine, (call, name, text)
                assert b"root:" not in content and b"SQLite format" not in content
                assert "set-cookie" not in headers
    connection.close()
    assert asked > 1500
    runs = str(sample.workspace.root / "runs")
    own = f"{runs}/{sample.run.id}/"
    for path in set(opened):
        if path.startswith(runs):
            assert path.startswith(own) and ".." not in path, path
        assert not any(bait in path for bait in ("passwd", "win.ini", "catalogue.sqlite/")), path


QUERIES = ["map", "sample_id", "run", "project"]


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_reaches_a_file(client: CheckedClient, sample: Sample, name: str) -> None:
    base = f"/api/runs/{sample.run.id}"
    for text in CORPUS:
        for path in (f"{base}/samples/4", f"{base}/columns/loss", f"{base}/locate", "/api/jobs"):
            answer = client.get(f"{path}?{name}={text}".replace("#", "%23"))
            assert answer.status_code in {200, 404, 422}, (path, name, text)
            assert "root:" not in answer.text


@pytest.mark.parametrize("text", CORPUS)
def test_the_page_serves_its_own_files_only(live: Live, text: str) -> None:
    """Over a real socket, so that no client tidies the path."""
    for before in ("/", "/assets/", "/assets/../", "/api/../", "/./"):
        target = (before + text).encode("utf-8")
        with socket.create_connection(("127.0.0.1", live.port), timeout=10) as plain:
            plain.sendall(
                b"GET " + target.replace(b" ", b"%20") + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Connection: close\r\n\r\n"
            )
            answer = b""
            while block := plain.recv(2**16):
                answer += block
        status = int(answer.split(b" ", 2)[1])
        assert status in {200, 400, 401, 403, 404}, (target, answer[:200])
        if status == 200:
            assert answer.endswith(b"<!doctype html><title>percepta</title>"), target
        assert b"canary" not in answer and b"root:" not in answer


@pytest.mark.parametrize("path", ["/link.txt", "/notes.py", "/secret.txt", "/../secret.txt"])
def test_links_and_strange_files_beside_the_page_are_not_served(
    client: CheckedClient, path: str
) -> None:
    assert client.get(path).status_code == 404
