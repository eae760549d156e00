"""Beginning a run, or going on with one that was interrupted."""

from __future__ import annotations

from percepta.core.errors import ConflictError, NotFoundError
from percepta.models import Model
from percepta.storage import RunPlan, RunStatus, RunWriter, Workspace


def open_run(
    workspace: Workspace, project: str, plan: RunPlan, model: Model, *, resume: bool | str
) -> RunWriter:
    """Begin a run, or go on with the newest unfinished one of the same plan.

    Args:
        workspace: where the run is or will be.
        project: name of its project; made if it is new.
        plan: what is to be evaluated.
        model: the opened model.
        resume: whether to go on with the newest run of the same code and model, or the run of that id.

    Raises:
        ConflictError: there is nothing to go on with, or it was begun with something else.
    """
    catalogue = workspace.catalogue
    owner = catalogue.project_named(project)
    hashes = plan.hashes
    version = catalogue.version_of(owner.id, hashes["model"], hashes["code"], model.describe())
    if not resume:
        begun = catalogue.create_run(owner.id, version.id)
        try:
            return workspace.new_run(begun.id, plan)
        except BaseException:
            catalogue.end_run(begun.id, RunStatus.FAILED)
            raise
    for run in catalogue.runs(owner.id):
        wanted = run.version == version.id if resume is True else run.id == resume
        if wanted and run.status is not RunStatus.COMPLETE:
            try:
                writer = workspace.resume_run(run.id)
            except NotFoundError:  # it ended before anything was written
                continue
            differs = _differences(writer.plan, plan)
            if not differs:
                return writer
            writer.close()
            raise ConflictError(
                f"The interrupted evaluation was begun with other {' and '.join(differs)}.",
                fix=_HOW_TO_AGREE,
            )
    raise ConflictError(
        f"Project {project!r} has no interrupted evaluation of this code and this model.",
        fix="Leave out --resume to begin a new one.",
    )


_HOW_TO_AGREE = (
    "Resume it as it was begun (a model with random weights needs a fixed seed),"
    " or begin a new one."
)


def _differences(old: RunPlan, new: RunPlan) -> list[str]:
    """Name what a resume must share with what was begun, and does not."""
    same_samples = old.keys.keys() == new.keys.keys() and all(
        tuple(old.keys[subset]) == tuple(new.keys[subset]) for subset in new.keys
    )
    agree = {
        "samples": same_samples,
        "options": old.settings == new.settings,
        "latent spaces": old.spaces == new.spaces,
        "code": old.hashes["code"] == new.hashes["code"],
        "weights": old.hashes["model"] == new.hashes["model"],
    }
    return [what for what, alike in agree.items() if not alike]
