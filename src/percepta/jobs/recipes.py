"""Jobs onto recipes of the engine; imported by workers only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from percepta.core.filters import Filter
from percepta.jobs.secrets import needed_by

if TYPE_CHECKING:
    from percepta.jobs.progress import JobProgress
    from percepta.storage import Job, Workspace


def check(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Check a script, and keep the report as the job's result.

    The script runs in a process below this one, so that a script that kills its process still leaves a report
    (:mod:`percepta.jobs.checking`). Params: those of a :class:`percepta.jobs.checking.CheckRequest`.
    """
    from percepta.jobs.checking import CheckRequest, check_in_worker

    with needed_by(job.params, "check"):
        report = check_in_worker(CheckRequest(**job.params), progress)
    workspace.catalogue.keep_result(job.id, report.to_json())


def evaluate(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Evaluate a script and make its first map; what was begun goes on from its last shard.

    Params: ``script``, ``model`` (path or null), ``training`` (path or null), ``project``, ``options``,
    ``algorithm`` (or null), ``secrets`` (names of those it was begun with).
    """
    from percepta.engine.options import EvaluateOptions
    from percepta.engine.workflow import Subject, evaluate_and_explore

    params = job.params
    model = params.get("model")
    training = params.get("training")
    with needed_by(params, "evaluate"):
        subject = Subject.from_script(Path(params["script"]), Path(model) if model else None)
        evaluate_and_explore(
            workspace,
            subject.with_training(training) if training else subject,
            project=params["project"],
            options=EvaluateOptions.from_json(params["options"]),
            resume=job.run or False,
            algorithm=params["algorithm"],
            progress=progress,
        )


def explore(workspace: Workspace, job: Job, progress: JobProgress) -> None:
    """Make a map of a run.

    Params: ``run``, ``space``, ``algorithm``, ``filter`` (JSON), ``map`` (that the filter's clusters
    belong to, or null), ``seed``, ``settings``.
    """
    from percepta.engine.explore import explore as make_map

    params = job.params
    make_map(
        workspace,
        params["run"],
        space=params["space"],
        algorithm=params["algorithm"],
        filter=Filter.from_json(params.get("filter") or []),
        filter_map=params.get("map"),
        seed=params.get("seed", 0),
        settings=params.get("settings") or {},
        progress=progress,
    )
