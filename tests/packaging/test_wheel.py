"""``pip install <wheel> && percepta demo``: in an empty environment, without Node.js."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium
from tests.packaging.conftest import Installed

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def demonstrated(installed: Installed) -> Installed:
    """Run the demo once; its report is checked by a test of its own."""
    command = [installed.percepta, "demo", "--no-serve", "--no-browser", "--json"]
    answer = installed.run(command, seconds=300)
    assert answer.returncode == 0, answer.stderr
    (installed.folder / "demo.json").write_text(answer.stdout, "utf-8")
    return installed


@pytest.fixture
def address(demonstrated: Installed) -> Iterator[str]:
    """Serve the workspace and return the address, with its token, that the server prints."""
    server = subprocess.Popen(
        [demonstrated.percepta, "serve", "--no-browser", "--port", "0"],
        cwd=demonstrated.folder,
        env={**demonstrated.environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert server.stdout is not None
    printed = []
    for line in server.stdout:
        printed.append(line)
        found = re.search(r"http://\S+", line)
        if found:
            yield found[0]
            break
    else:
        pytest.fail(f"the server printed no address: {''.join(printed)}")
    server.send_signal(signal.SIGINT)
    server.communicate(timeout=30)
    assert server.returncode in (0, 130)


def test_node_is_really_not_there(installed: Installed) -> None:
    find = "import shutil; print(shutil.which('node'), shutil.which('npm'))"
    assert installed.run([str(installed.python), "-c", find], 60).stdout == "None None\n"


def test_the_demo_reports_what_it_made(demonstrated: Installed) -> None:
    report = json.loads((demonstrated.folder / "demo.json").read_text("utf-8"))
    assert report["samples"] == 1797


def test_the_page_shows_the_run_of_the_demo(address: str) -> None:
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        page = browser.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text("1,797 samples", timeout=30_000)
        page.get_by_role("main").get_by_role("link").first.click()
        page.get_by_role("main").get_by_role("link").first.click()
        expect(page.locator("canvas").first).to_be_visible(timeout=30_000)
        assert errors == []
        browser.close()
