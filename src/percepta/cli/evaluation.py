"""Evaluating and exploring from the command line: in this process, with a job row for the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from percepta.core.errors import JobCancelledError, NotFoundError

if TYPE_CHECKING:
    from percepta.core.filters import Filter
    from percepta.engine.options import EvaluateOptions
    from percepta.jobs.secrets import Secret
    from percepta.storage import Job, MapInfo, Run, RunRecord, Workspace

R = TypeVar("R", "RunRecord", "Job")

WORST_SHOWN = 5
LATEST = "latest"


@dataclass(frozen=True)
class Evaluated:
    """An evaluation as the command line tells of it.

    Attributes:
        run_id: id of the run.
        project: name of its project.
        samples: number of samples that have a row.
        failures: number of samples that failed.
        subsets: number of samples of each subset.
        metrics: mean of each loss and metric over each subset.
        throughput: samples a second.
        training: the curves of the training that are kept, such as ``loss (validation)``.
        notes: what a person should know.
        map: the map that was made, if one was.
        worst: the samples with the highest loss, as text.
    """

    run_id: str
    project: str
    samples: int
    failures: int
    subsets: dict[str, int]
    metrics: dict[str, dict[str, float]]
    throughput: float | None
    training: list[str]
    notes: list[str]
    map: MapInfo | None
    worst: list[str]

    @property
    def page(self) -> str:
        """The page's view of the run."""
        return f"#/runs/{self.run_id}"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        values = {name: value for name, value in vars(self).items() if name != "map"}
        return values | {"map": self.map.to_json() if self.map else None}


def run_evaluation(
    workspace: Workspace,
    script: Path,
    *,
    model: Path | None = None,
    training: Path | None = None,
    project: str | None = None,
    options: EvaluateOptions | None = None,
    resume: bool = False,
    algorithm: str | None = "umap",
    secrets: Sequence[Secret] = (),
    quiet: bool,
) -> Evaluated:
    """Evaluate a script and make its first map, with progress in the terminal and in the page.

    Of the secrets only the names are stored, with the job.
    """
    from percepta.engine.options import EvaluateOptions
    from percepta.jobs.secrets import given_here

    with given_here(secrets):
        return _evaluate(
            workspace,
            script,
            model,
            training,
            project,
            options or EvaluateOptions(),
            resume,
            algorithm,
            [secret.name for secret in secrets],
            quiet,
        )


def _evaluate(
    workspace: Workspace,
    script: Path,
    model: Path | None,
    training: Path | None,
    project: str | None,
    options: EvaluateOptions,
    resume: bool,
    algorithm: str | None,
    secrets: list[str],
    quiet: bool,
) -> Evaluated:
    from percepta.cli.scripts import project_of
    from percepta.engine.workflow import Subject, evaluate_and_explore
    from percepta.jobs.here import run_here
    from percepta.terminal import TerminalProgress

    subject = Subject.from_script(script, model)
    if training is not None:
        subject = subject.with_training(training)
    name = project or project_of(script, subject.integration.name)
    params = {
        "script": str(script.resolve()),
        "model": str(model.resolve()) if model else None,
        "training": str(training.resolve()) if training else None,
        "project": name,
        "options": options.to_json(),
        "algorithm": algorithm,
        "secrets": secrets,
    }
    terminal = TerminalProgress(quiet=quiet)
    with terminal.shown(), _resumable():
        run, made = run_here(
            workspace,
            "evaluate",
            params,
            lambda progress: evaluate_and_explore(
                workspace,
                subject,
                project=name,
                options=options,
                resume=resume,
                algorithm=algorithm,
                progress=progress,
            ),
            watcher=terminal,
        )
    return _tell(run, workspace.catalogue.run(run.id), name, made)


def run_exploration(
    workspace: Workspace,
    run_id: str,
    *,
    space: str | None,
    algorithm: str,
    filter_: Filter | None,
    seed: int,
    quiet: bool,
) -> MapInfo:
    """Make a map of a run, with progress in the terminal and in the page."""
    from percepta.engine.explore import explore
    from percepta.jobs.here import run_here
    from percepta.terminal import TerminalProgress

    params: dict[str, Any] = {
        "run": run_id,
        "space": space,
        "algorithm": algorithm,
        "filter": filter_.to_json() if filter_ else [],
        "seed": seed,
        "settings": {},
    }
    terminal = TerminalProgress(quiet=quiet)
    with terminal.shown():
        return run_here(
            workspace,
            "explore",
            params,
            lambda progress: explore(
                workspace,
                run_id,
                space=space,
                algorithm=algorithm,
                filter=filter_,
                seed=seed,
                progress=progress,
            ),
            watcher=terminal,
        )


@contextmanager
def _resumable() -> Iterator[None]:
    """Tell whoever stops an evaluation how it goes on."""
    try:
        yield
    except JobCancelledError as error:
        fix = "What is done is kept: go on with --resume, or with Resume in the page."
        raise JobCancelledError(error.message, where=error.where, fix=fix) from None


def find_run(workspace: Workspace, beginning: str) -> RunRecord:
    """Return the run whose id begins so; ``latest`` is the newest that is complete.

    Raises:
        NotFoundError: none does, or several do.
    """
    from percepta.storage import RunStatus

    if beginning == LATEST:
        done = [run for run in workspace.catalogue.runs() if run.status is RunStatus.COMPLETE]
        if not done:
            raise NotFoundError("There is no run here yet.", fix="Make one: percepta evaluate.")
        return done[0]
    return _only(workspace.catalogue.runs(), beginning, "run")


def find_job(workspace: Workspace, beginning: str) -> Job:
    """Return the job whose id begins so.

    Raises:
        NotFoundError: none does, or several do.
    """
    return _only(workspace.catalogue.jobs(), beginning, "job")


def _only(records: Sequence[R], beginning: str, kind: str) -> R:
    found = [record for record in records if record.id.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    what = f"No {kind}'s id begins" if not found else f"{len(found)} {kind}s' ids begin"
    raise NotFoundError(f"{what} with {beginning!r}.", fix=f"`percepta {kind}s` lists them.")


def _tell(run: Run, record: RunRecord, project: str, made: MapInfo | None) -> Evaluated:
    return Evaluated(
        run_id=run.id,
        project=project,
        samples=record.samples,
        failures=record.failures,
        subsets=record.subsets,
        metrics=record.metrics,
        throughput=run.details.get("throughput"),
        training=list(dict.fromkeys(f"{one.metric} ({one.subset})" for one in run.training.series)),
        notes=list(run.details.get("notes", [])),
        map=made,
        worst=_worst(run),
    )


def _worst(run: Run) -> list[str]:
    """Name the samples with the highest loss."""
    import numpy as np

    if "loss" not in {field.name for field in run.fields}:
        return []
    losses = np.nan_to_num(np.asarray(run.values("loss"), float), nan=-np.inf)
    rows = np.argsort(-losses, kind="stable")[:WORST_SHOWN]
    return [f"{run.key(int(row))} ({losses[row]:.3g})" for row in rows if np.isfinite(losses[row])]
