"""Check: load a script and its model, and try every part on a spread of samples."""

from __future__ import annotations

from pathlib import Path

from percepta.core.progress import Progress
from percepta.integration import CheckReport


def check_script(
    script: Path,
    *,
    model: Path | None = None,
    samples_per_subset: int = 8,
    device: str | None = None,
    trust: bool = False,
    progress: Progress,
) -> CheckReport:
    """Check an integration script.

    Args:
        script: the script.
        model: a model file; None for what the script's model function gives.
        samples_per_subset: how many samples of each subset are tried, spread evenly.
        device: where the model runs.
        trust: whether a model file may run code when it is opened.
        progress: told of every sample.
    """
    raise NotImplementedError
