"""Running the examples as a user does: the script is loaded, its model opened, its samples evaluated."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from percepta.core.progress import Silent
from percepta.engine.evaluate import evaluate
from percepta.engine.options import EvaluateOptions
from percepta.integration import Integration, Reading, load_script
from percepta.storage import Run, Workspace

FOLDER = Path(__file__).resolve().parents[2] / "examples"


class Examples:
    """The scripts under examples/, on the real data."""

    def __init__(self, data: Path, workspace: Path, patch: pytest.MonkeyPatch) -> None:
        self.data = data
        self.workspace = workspace
        self.patch = patch

    def needs(self, *names: str) -> None:
        """Skip where one of these folders is not among the data."""
        missing = [name for name in names if not (self.data / name).exists()]
        if missing:
            pytest.skip(f"{' and '.join(missing)} not in {self.data}")

    def script(self, name: str) -> Integration:
        """Load an example as an integration."""
        return load_script(FOLDER / f"{name}.py")

    def module(self, name: str) -> ModuleType:
        """Import an example, to try its functions."""
        self.patch.syspath_prepend(str(FOLDER))
        spec = importlib.util.spec_from_file_location(f"example_{name}", FOLDER / f"{name}.py")
        assert spec is not None and spec.loader is not None
        made = importlib.util.module_from_spec(spec)
        self.patch.setitem(sys.modules, spec.name, made)
        spec.loader.exec_module(made)
        return made

    def evaluate(self, name: str, source: Any = None, **options: Any) -> Run:
        """Evaluate an example into a workspace of this test's own."""
        integration = self.script(name)
        model = integration.make_model() if source is None else source
        chosen = EvaluateOptions(device="cpu", failure_share=0.0, **options)
        with Workspace.open(self.workspace) as workspace:
            run = evaluate(
                workspace, integration, model, project=name, options=chosen, progress=Silent()
            )
        assert run.failures() == []
        return run

    def read(self, integration: Integration, subset: str, *ids: Any) -> list[Reading]:
        """Read some samples of a subset."""
        [samples] = [part for part in integration.load_subsets() if part.subset == subset]
        readings = integration.read(samples, list(ids))
        assert all(isinstance(reading, Reading) for reading in readings), readings
        return [reading for reading in readings if isinstance(reading, Reading)]


def mean(run: Run, name: str, subset: str | None = None, where: Any = None) -> float:
    """Mean of a column over a subset, or over the rows chosen; missing values do not count."""
    values = np.asarray(run.values(name), np.float64)
    if subset is not None:
        rows = next(rows for part, rows in run.subsets.items() if part == subset)
        values = values[rows.start : rows.stop]
    return float(np.nanmean(values if where is None else values[where]))


@pytest.fixture
def examples(data: Path, workspace_path: Path, monkeypatch: pytest.MonkeyPatch) -> Examples:
    """The examples, on the data of this machine."""
    monkeypatch.setenv("PERCEPTA_DATA", str(data))
    return Examples(data, workspace_path, monkeypatch)
