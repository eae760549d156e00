"""The command line, called as a user calls it but in this process, so that a test costs milliseconds."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from percepta.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON object it is."""
        return json.loads(self.out)


Percepta = Callable[..., Outcome]


@pytest.fixture
def percepta(
    workspace_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Percepta:
    """Run ``percepta`` with arguments in a workspace of the test's own."""

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["percepta", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


SCRIPT = """
import numpy as np
import percepta as pc
from sklearn.datasets import load_iris

IRIS = load_iris()

@pc.subsets
def subsets():
    return [pc.Samples("training", range(0, 150, 2)), pc.Samples("validation", range(1, 150, 2))]

@pc.input("flower")
def flower(sample_id, samples):
    return IRIS.data[sample_id].astype(np.float32)

@pc.ground_truth("species")
def species(sample_id, samples):
    return IRIS.target[sample_id]

@pc.metadata("petal")
def petal(sample_id, samples):
    return {"length": float(IRIS.data[sample_id][2])}

@pc.model(predictions=[pc.Prediction("species", labels=["setosa", "versicolor", "virginica"])])
def model():
    import torch
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))
"""


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., Path]:
    """Write the iris script, with pieces replaced."""

    def write(*changes: tuple[str, str]) -> Path:
        text = SCRIPT
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "flowers.py"
        path.write_text(text)
        return path

    return write
