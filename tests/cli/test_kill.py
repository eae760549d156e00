"""kill -9 in the middle of an evaluation: a resume gives what an uninterrupted run gives, bit for bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from percepta.storage import Run, Workspace

COMMAND = [sys.executable, "-c", "from percepta.cli.main import main; main()"]
SUICIDE = """
    import os, pathlib, signal
    once = pathlib.Path(__file__).with_name("killed")
    workspace = pathlib.Path(os.environ["PERCEPTA_WORKSPACE"])
    if not once.exists() and len(list(workspace.rglob("*.shard"))) >= 5:
        once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return IRIS.data[sample_id]"""


def test_a_killed_evaluation_resumes_bit_for_bit(
    percepta: Any, script: Any, workspace_path: Path
) -> None:
    flowers = script(("    return IRIS.data[sample_id]", SUICIDE))
    flowers.with_name("killed").touch()
    options = ["--project", "p", "--shard-size", "16", "--batch-size", "8", "--no-explore"]
    whole = percepta("evaluate", flowers, *options, "--json").json["run_id"]
    flowers.with_name("killed").unlink()

    killed = subprocess.run(
        [*COMMAND, "evaluate", str(flowers), *options], env=dict(os.environ), capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL
    left = next(run for run in percepta("runs", "--json").json if run["id"] != whole)
    assert left["status"] == "running"
    shards = list((workspace_path / "runs" / left["id"] / "shards").iterdir())
    assert len([path for path in shards if path.suffix == ".shard"]) >= 5

    resumed = percepta("evaluate", flowers, *options, "--resume", "--json").json["run_id"]
    assert resumed == left["id"]
    opened = Workspace.open(workspace_path)
    assert_equal(opened.run(whole), opened.run(resumed))


def assert_equal(first: Run, second: Run) -> None:
    assert first.fields == second.fields
    assert first.n == second.n
    for field in first.fields:
        ours, theirs = (np.asarray(run.values(field.name)) for run in (first, second))
        assert ours.dtype == theirs.dtype
        assert ours.tolist() == theirs.tolist()
    for space in first.spaces:
        assert first.latent(space).tobytes() == second.latent(space).tobytes()
    for prediction in first.predictions:
        assert first.scores(prediction).tobytes() == second.scores(prediction).tobytes()
    assert [first.key(row) for row in range(first.n)] == [second.key(r) for r in range(second.n)]
    assert [first.thumbnail(r) for r in range(9)] == [second.thumbnail(r) for r in range(9)]
    layers = [entry["name"] for entry in first.details["model"]["layers"]]
    kept = [layer for layer in layers if first.channel_samples(layer) is not None]
    assert kept
    for layer in kept:
        ours, theirs = first.channel_samples(layer), second.channel_samples(layer)
        assert ours.rows.tobytes() == theirs.rows.tobytes()
        assert ours.responses.tobytes() == theirs.responses.tobytes()
