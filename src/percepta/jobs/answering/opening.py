"""Opening the model of a run again, by the script that it was evaluated with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from percepta.jobs.answering.origin import origin_of
from percepta.jobs.secrets import needed_by

if TYPE_CHECKING:
    from percepta.engine.explain import Explainer
    from percepta.storage import Run, Workspace


def open_explainer(workspace: Workspace, run: Run) -> Explainer:
    """Open what explains the samples of a run, in this process.

    Raises:
        ModelError: the model cannot be opened.
        NotFoundError: script or model are not those of the run any more.
        SecretNeededError: the script needs a secret that is not in this process's environment.
    """
    from percepta.engine.explain import Explainer
    from percepta.engine.options import EvaluateOptions
    from percepta.engine.workflow import Subject

    origin = origin_of(workspace, run.id)
    options = EvaluateOptions.from_json(origin.options)
    needs = {"secrets": list(origin.secrets), "script": run.id}
    with needed_by(needs, "explain"):
        subject = Subject.from_script(origin.script, origin.model)
        return Explainer.open(
            run,
            subject.integration,
            subject.source,
            trust=options.trust,
            device=options.device,
            workspace=workspace,
        )
