"""The server on a real workspace: start, memory, and how long requests take.

    python benchmarks/serve.py WORKSPACE

Takes the workspace's biggest complete run (``benchmarks/synthetic.py`` makes one of a million samples),
starts the server as its own process, and asks one request after the other on one kept connection.

* start: from the start of the process to its first answer.
* each request: the median of several, after one that is not counted, with a filter that differs each time.
* RSS and USS: once after what the page asks to show a map, once after every column and query. Both include
  the pages of the run's memory-mapped files that were read, which the system takes back when it needs them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import psutil

SERVE = """
import sys
from pathlib import Path
from percepta.server import serve
from percepta.storage import Workspace
serve(Workspace.open(Path(sys.argv[1])), port=0, open_browser=False)
"""


class Client:
    """One kept connection to a server process."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        (token,) = parse_qs(parts.query)["token"]
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=120)

    def ask(self, path: str, body: Any = None) -> bytes:
        """Return the content of an answer."""
        content = None if body is None else json.dumps(body)
        method = "GET" if body is None else "POST"
        self.connection.request(method, path, content, self.headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {data[:200]!r}")
        return data


def measure(name: str, request: Callable[[int], object], times: int = 7) -> None:
    """Print the median time of a request."""
    request(0)
    taken = []
    for number in range(1, times + 1):
        started = time.perf_counter()
        request(number)
        taken.append(1000 * (time.perf_counter() - started))
    print(f"{name:<40} {statistics.median(taken):8.1f} ms   (max {max(taken):.1f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    folder = parser.parse_args().workspace
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    client = Client(server.stdout.readline().removeprefix("percepta is at ").strip())
    client.ask("/api/health")
    process = psutil.Process(server.pid)
    print(f"start to first answer: {time.perf_counter() - started:.2f} s")
    print(f"RSS at rest: {process.memory_info().rss / 1e6:.0f} MB")
    try:
        ask(client, process)
        memory = process.memory_full_info()
        print(f"RSS after all requests: {memory.rss / 1e6:.0f} MB, USS {memory.uss / 1e6:.0f} MB")
    finally:
        started = time.perf_counter()
        server.terminate()
        server.wait()
        print(f"end: {time.perf_counter() - started:.2f} s")


def ask(client: Client, process: psutil.Process) -> None:
    """Ask everything that the page asks."""
    runs = [
        run
        for project in json.loads(client.ask("/api/projects"))
        for run in json.loads(client.ask(f"/api/projects/{project['id']}/runs"))
        if run["status"] == "complete"
    ]
    run = max(runs, key=lambda run: run["samples"])
    base = f"/api/runs/{run['id']}"
    details = json.loads(client.ask(base))
    print(f"run of {run['samples']:,} samples, {len(details['fields'])} fields")
    info = details["maps"][0] if details["maps"] else None
    first = {"filter": [], "map": info["id"] if info else None}

    def above(number: int) -> dict[str, Any]:
        value = 0.5 + number / 100
        clause = {"kind": "compare", "field": "loss", "op": "gt", "value": value}
        return first | {"filter": [clause]}

    measure("run details", lambda number: client.ask(base))
    if info:
        path = f"{base}/maps/{info['id']}/coordinates"
        measure("coordinates", lambda number: client.ask(path))
    measure("mask, one number", lambda number: client.ask(f"{base}/mask", above(number)))
    for field in ("loss", "label", "predicted", "subset", "cluster"):
        if field == "cluster" and info:
            client.ask(f"{base}/columns/cluster?map={info['id']}")
        elif field in {known["name"] for known in details["fields"]}:
            client.ask(f"{base}/columns/{field}")
    client.ask(f"{base}/samples/1")
    print(f"RSS with the map shown: {process.memory_info().rss / 1e6:.0f} MB")
    for field in details["fields"]:
        path = f"{base}/columns/{quote(field['name'], safe='')}"
        measure(f"column {field['name']}", lambda number, path=path: client.ask(path), times=3)
    if info:
        left, right = -5 - 1.0, 5.0

        def lasso(number: int) -> bytes:
            polygon = [[left, left], [right, left], [right, right - number / 10], [left, right]]
            clause = {"kind": "lasso", "map": info["id"], "polygon": polygon}
            return client.ask(f"{base}/mask", first | {"filter": [clause]})

        measure("mask, lasso", lasso)
    for field in ("loss", "label"):
        if field in {known["name"] for known in details["fields"]}:
            measure(
                f"summary of {field}",
                lambda number, field=field: client.ask(
                    f"{base}/summary", above(number) | {"field": field}
                ),
            )
    measure(
        "rows, highest loss first",
        lambda number: client.ask(
            f"{base}/rows", above(number) | {"order_by": "loss", "descending": True}
        ),
    )
    measure("sample", lambda number: client.ask(f"{base}/samples/{number}"))
    count = 1000
    started = time.perf_counter()
    for row in range(count):
        client.ask(f"{base}/thumbnails/{row % run['samples']}")
    print(f"thumbnails: {count / (time.perf_counter() - started):.0f} a second")


if __name__ == "__main__":
    main()
