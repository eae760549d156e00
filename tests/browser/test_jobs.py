"""A slow evaluation watched, cancelled and resumed from the page: the run must finish and be shown."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SCRIPT = """
import time
import numpy as np
import percepta as pc

PICTURES = np.random.default_rng(0).random((400, 1, 8, 8), dtype=np.float32)

@pc.subsets
def subsets():
    ids = [f"<b>{i}</b>/ä?#" for i in range(400)]
    return [pc.Samples("training", ids[:300]), pc.Samples("validation", ids[300:])]

def index(sample_id):
    return int(sample_id[3:].split("<")[0])

@pc.input("picture", channel_axis=0)
def picture(sample_id, samples):
    time.sleep(0.01)
    if index(sample_id) % 100 == 7:
        raise OSError("cannot open <i>file</i>")
    return PICTURES[index(sample_id)]

@pc.ground_truth("half")
def half(sample_id, samples):
    return index(sample_id) % 2

@pc.model(predictions=[pc.Prediction("scores", labels=["<em>even</em>", "odd"])])
def model():
    import torch
    from torch import nn
    torch.manual_seed(0)  # a resume must have the same weights
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 2))
"""


@pytest.fixture
def slow(tmp_path: Path, browser: Browser) -> Iterator[tuple[Page, subprocess.Popen[bytes]]]:
    """Serve a new workspace, open its page, and begin a slow evaluation in a terminal."""
    script = tmp_path / "slow.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PERCEPTA_WORKSPACE": str(tmp_path / "workspace")}
    percepta = [sys.executable, "-m", "percepta"]
    serve = [*percepta, "serve", "--no-browser", "--port", "0"]
    evaluate = [*percepta, "evaluate", str(script), "--shard-size", "50", "--batch-size", "10"]
    with (
        subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, text=True) as server,
        browser.new_context(viewport={"width": 1280, "height": 800}) as context,
    ):
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found
        page = context.new_page()
        page.goto(found[0])
        page.get_by_test_id("rail-jobs").click()
        expect(page.get_by_test_id("empty-state")).to_be_visible()
        with subprocess.Popen(evaluate, env=environment, stderr=subprocess.DEVNULL) as terminal:
            yield page, terminal
            terminal.kill()
        server.send_signal(signal.SIGINT)


def test_cancel_and_resume_from_the_page(slow: tuple[Page, subprocess.Popen[bytes]]) -> None:
    page, terminal = slow
    row = page.get_by_test_id("job-row")
    expect(row).to_have_attribute("data-status", "running", timeout=60_000)
    expect(row).to_contain_text(re.compile(r"evaluating .* of 400 samples"), timeout=60_000)
    expect(row).to_contain_text("slow")
    expect(page.get_by_test_id("jobs-indicator")).to_be_visible()
    page.get_by_test_id("job-cancel").click()
    expect(row).to_have_attribute("data-status", "cancelled", timeout=60_000)
    assert terminal.wait(60) == 130

    row.get_by_text("open run").click()
    expect(page.get_by_test_id("empty-state")).to_contain_text("interrupted")
    page.get_by_test_id("run-resume").click()
    expect(page.get_by_test_id("map")).to_have_attribute("data-ready", "true", timeout=120_000)
    expect(page.get_by_test_id("side-panel")).to_contain_text("4 samples failed")
    page.get_by_test_id("run-failures").click()
    told = page.get_by_test_id("failures-dialog")
    expect(told).to_contain_text("training/<b>7</b>/ä?# could not be read")
    expect(told).to_contain_text("cannot open <i>file</i>")
    page.keyboard.press("Escape")
    page.get_by_test_id("rail-jobs").click()
    expect(row).to_have_attribute("data-status", "complete", timeout=60_000)
