"""The main job from end to end: a script or a model in, a run with a map out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from percepta.core.errors import IntegrationError, Where
from percepta.core.progress import Progress
from percepta.core.training import TrainingCurves
from percepta.engine.evaluate import evaluate
from percepta.engine.explore import explore
from percepta.engine.options import EvaluateOptions
from percepta.engine.overview import keep_default_dashboard
from percepta.integration import Integration, load_script, read_training_curves
from percepta.models.allocator import keep_freed_memory
from percepta.storage import MapInfo, Run, RunStatus, Workspace


@dataclass(frozen=True)
class Subject:
    """What is evaluated: an integration and a model.

    Attributes:
        integration: the samples and everything measured on them.
        source: the model, or the path of its file.
        training: how its training went; None: as the integration says.
    """

    integration: Integration
    source: object
    training: TrainingCurves | None = None

    @classmethod
    def from_script(cls, script: Path, model: Path | None = None) -> Subject:
        """Load an integration script; the model is the given file, else what the script gives.

        Done in processes of percepta's own, so it also tunes the process for running a model.

        Raises:
            IntegrationError: the script cannot be loaded, or there is no model.
        """
        keep_freed_memory()
        integration = load_script(script)
        if model is not None:
            return cls(integration, model)
        if integration.model is None:
            raise IntegrationError(
                "The script gives no model.",
                where=Where(file=str(script)),
                fix="Write a function with @percepta.model in it, or say --model FILE.",
            )
        return cls(integration, integration.make_model())

    def with_training(self, given: Any) -> Subject:
        """Return the same with these training curves, whichever way they are given.

        Raises:
            IntegrationError: they cannot be read (:func:`percepta.integration.read_training_curves`).
        """
        return replace(self, training=read_training_curves(given))


def evaluate_and_explore(
    workspace: Workspace,
    subject: Subject,
    *,
    project: str,
    options: EvaluateOptions | None = None,
    resume: bool | str = False,
    algorithm: str | None = "umap",
    progress: Progress,
) -> tuple[Run, MapInfo | None]:
    """Evaluate and make a first map; see :func:`percepta.engine.evaluate.evaluate`.

    Args:
        workspace: where the run goes.
        subject: what to evaluate.
        project: name of the project.
        options: how to run.
        resume: go on with the newest unfinished evaluation of the same code and model, or with the run
            of that id; one that was committed but not explored is explored.
        algorithm: how the map is made; None for no map.
        progress: told of everything; may cancel.
    """
    if isinstance(resume, str) and workspace.catalogue.run(resume).status is RunStatus.COMPLETE:
        run = workspace.run(resume)
    else:
        run = evaluate(
            workspace,
            subject.integration,
            subject.source,
            project=project,
            options=options,
            resume=resume,
            training=subject.training,
            progress=progress,
        )
    made = None
    if algorithm is not None and run.n > 0:
        seed = options.seed if options else 0
        made = explore(workspace, run.id, algorithm=algorithm, seed=seed, progress=progress)
    _keep_dashboard(workspace, run, progress)
    return run, made


def _keep_dashboard(workspace: Workspace, run: Run, progress: Progress) -> None:
    """Make the project's first dashboard; what goes wrong there costs a note, not the evaluation."""
    try:
        keep_default_dashboard(workspace, run)
    except Exception as error:
        progress.note(f"no dashboard was made: {error}")
