"""Where a run came from: the script and the model that explain its samples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percepta.core.errors import NotFoundError

if TYPE_CHECKING:
    from percepta.storage import Workspace


@dataclass(frozen=True, slots=True)
class Origin:
    """How a run was evaluated.

    Attributes:
        script: the integration script.
        model: the model file that was given beside it, or None.
        options: the evaluation's options, as JSON.
        secrets: names of the secrets it was begun with.
    """

    script: Path
    model: Path | None
    options: dict[str, Any]
    secrets: tuple[str, ...] = ()

    @property
    def stamp(self) -> tuple[float, ...]:
        """When script and model were last written; another stamp means another question."""
        files = [self.script] if self.model is None else [self.script, self.model]
        return tuple(path.stat().st_mtime if path.exists() else 0.0 for path in files)


def origin_of(workspace: Workspace, run_id: str) -> Origin:
    """Return where a run came from.

    Raises:
        NotFoundError: it was evaluated from Python, or its script is gone.
    """
    jobs = [job for job in workspace.catalogue.jobs() if job.run == run_id]
    params = next((job.params for job in jobs if job.params.get("script")), None)
    if params is None:
        raise NotFoundError(
            "This run was evaluated from Python, so percepta cannot open its model again.",
            fix="Write the model and the data into a script (`percepta init` makes one) and evaluate that, "
            "or explain samples from Python: evaluation.explain(…).",
        )
    script = Path(params["script"])
    if not script.exists():
        raise NotFoundError(
            "The script that this run was evaluated with is gone.",
            fix="Put it back, or evaluate again from where it is now.",
        )
    model = params.get("model")
    return Origin(
        script,
        Path(model) if model else None,
        params.get("options") or {},
        tuple(params.get("secrets") or ()),
    )
