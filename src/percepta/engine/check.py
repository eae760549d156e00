"""Check: load a script and its model, and try every part on a spread of samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from percepta.core.progress import Progress
from percepta.engine.opening import open_for, plan
from percepta.integration import CheckReport, check, load_script
from percepta.models import Model


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

    Raises:
        IntegrationError: the script cannot be loaded at all; everything else is in the report.
    """
    integration = load_script(script)

    def open_it(example: dict[str, Any]) -> Model:
        source = model if model is not None else integration.make_model()
        opened = open_for(integration, source, example, trust=trust, device=device)
        plan(integration, opened)  # or say which latent spaces clash
        return opened

    given = model is not None or integration.model is not None
    return check(integration, open_it if given else None, samples_per_subset, progress)
