"""One Chromium and one served workspace for all browser tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tests.browser import chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium that can reach nothing but this machine."""
    with sync_playwright() as playwright:
        started = chromium.launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="package")
def digits_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace with one run of the digits demo: really trained, evaluated, explored."""
    workspace = tmp_path_factory.mktemp("browser") / "workspace"
    command = [sys.executable, "-m", "percepta", "demo", "--no-serve", "--json"]
    environment = {**os.environ, "PERCEPTA_WORKSPACE": str(workspace)}
    made = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return workspace


@pytest.fixture(scope="package")
def address(digits_workspace: Path) -> Iterator[str]:
    """Serve that workspace; return the address with its token, as it is printed for the user."""
    with served(digits_workspace) as address:
        yield address


@pytest.fixture(scope="package")
def coco_address(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a run of the COCO example over some of its photos; skips where the data is not there."""
    if not (data / "coco_seg").is_dir():
        pytest.skip(f"coco_seg not in {data}")
    workspace = tmp_path_factory.mktemp("coco") / "workspace"
    script = Path(__file__).resolve().parents[2] / "examples" / "coco_segmentation.py"
    command = [sys.executable, "-m", "percepta", "evaluate", str(script), "--limit", "45"]
    environment = {
        **os.environ,
        "PERCEPTA_WORKSPACE": str(workspace),
        "PERCEPTA_DATA": str(data),
    }
    made = subprocess.run(
        [*command, "--subset", "training", "--no-explore"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    with served(workspace) as address:
        yield address


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """Serve a workspace; give the address with its token."""
    command = [sys.executable, "-m", "percepta", "serve", "--no-browser", "--port", "0"]
    environment = {**os.environ, "PERCEPTA_WORKSPACE": str(workspace)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        assert server.stdout is not None
        printed = server.stdout.readline()
        found = re.search(r"http://\S+", printed)
        assert found, f"the server printed no address: {printed}"
        yield found[0]
        server.send_signal(signal.SIGINT)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Return a page logged in and showing all projects; anything it complains of fails the test."""
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def coco_page(browser: Browser, coco_address: str) -> Iterator[Page]:
    """Return such a page of the COCO example."""
    with opened(browser, coco_address) as page:
        yield page


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """Open an address in a page of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    page.on("response", lambda response: complaints.extend(_refusal(response)))
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


def _complaint(message: ConsoleMessage) -> list[str]:
    """Return what the console says, unless it is only that software draws slowly."""
    loud = message.type in ("error", "warning") and "GL Driver Message" not in message.text
    return [message.text] if loud else []


def _refusal(response: Response) -> list[str]:
    return [f"{response.status} {response.url}"] if response.status >= 400 else []
