"""The page on a million samples, in a headless Chromium that draws in software.

    python benchmarks/page.py WORKSPACE [--check]

Serves the workspace (``benchmarks/synthetic.py`` makes one) and opens its biggest run by its address, as a
colleague's link would. Prints the seconds from the click on the link to

* ``first_frame``: a picture of the map that the graphics driver has answered for,
* ``all_drawn``: every dot drawn and the index for hover ready,

and from a filter in the address to the map that shows it (``filter_shown``), which includes fetching the
column. ``--check`` exits with 1 if the first frame takes more than 6 s.
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser import chromium

FIRST_FRAME = 6.0
STATS = "() => window.perceptaMap ? window.perceptaMap.stats() : {}"


def main() -> int:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    serve = [sys.executable, "-m", "percepta", "serve", "--no-browser", "--port", "0", "-w"]
    with subprocess.Popen(
        [*serve, str(options.workspace)], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found
            figures = measure(found[0])
        finally:
            server.send_signal(signal.SIGINT)
    print(json.dumps(figures))
    return int(options.check and figures["first_frame"] > FIRST_FRAME)


def measure(address: str) -> dict[str, Any]:
    """Open the biggest run and time what a person waits for."""
    with sync_playwright() as playwright:
        page = chromium.launch(playwright).new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        base = address.split("?")[0]
        projects = page.request.get(f"{base}api/projects").json()
        runs = [
            run
            for project in projects
            for run in page.request.get(f"{base}api/projects/{project['id']}/runs").json()
        ]
        run = max(runs, key=lambda run: run["samples"])
        begun = time.perf_counter()
        page.goto(f"{base}#/runs/{run['id']}")
        first = wait(page, begun, lambda stats: stats.get("drawn", 0) > 0)
        everything = wait(page, begun, settled)
        clause = {"kind": "compare", "field": "loss", "op": "gt", "value": 1.0}
        begun = time.perf_counter()
        page.goto(f"{base}#/runs/{run['id']}?filter={quote(json.dumps([clause]))}")
        samples = run["samples"]
        filtered = wait(page, begun, lambda s: settled(s) and 0 < s["matching"] < samples)
        return {
            "samples": samples,
            "first_frame": first,
            "all_drawn": everything,
            "filter_shown": filtered,
        }


def settled(stats: dict[str, Any]) -> bool:
    """Whether the map shows all that belongs there."""
    return bool(stats.get("settled") and stats["complete"] and stats["indexReady"])


def wait(page: Page, begun: float, done: Any) -> float:
    """Return the seconds since ``begun`` when the map's own figures say that it is done."""
    while time.perf_counter() - begun < 120:
        if done(page.evaluate(STATS)):
            return round(time.perf_counter() - begun, 2)
        page.wait_for_timeout(20)
    raise TimeoutError(f"the map says: {page.evaluate(STATS)}")


if __name__ == "__main__":
    sys.exit(main())
