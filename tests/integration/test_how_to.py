"""The script of docs/how-to/integrate.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch

from percepta.integration import check, load_script

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "integrate.md"


def test_the_script_of_the_how_to_grows_as_told(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    first, more = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1:3]
    assert sum(bool(line.strip()) for line in first.splitlines()) < 15
    for text, fields in ((first, 0), (first + more, 1)):
        (tmp_path / "script.py").write_text(text)
        integration = load_script(tmp_path / "script.py")
        assert len(integration.metadata) == fields
        network = integration.make_model()

        class Run:
            max_batch = None

            def forward(self, inputs: Any, capture: Any = (), network: Any = network) -> Any:
                with torch.inference_mode():
                    scores = network(torch.from_numpy(inputs["image"])).numpy()
                return type("Forward", (), {"outputs": {"scores": scores}})

        report = check(integration, lambda example, run=Run: run())
        assert report.passed, report.to_json()
        assert not report.warnings
