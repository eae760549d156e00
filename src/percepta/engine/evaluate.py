"""Evaluate: one streaming pass of a model over every sample, everything recorded, shard by shard."""

from __future__ import annotations

import json
import time
from functools import partial

from threadpoolctl import threadpool_limits

from percepta.analysis.latent import plan_spaces
from percepta.core.errors import (
    ConflictError,
    JobCancelledError,
    NotFoundError,
)
from percepta.core.progress import Progress
from percepta.engine.batches import Batch, Reader, reader
from percepta.engine.behind import Behind
from percepta.engine.choosing import choose
from percepta.engine.columns import describe_columns
from percepta.engine.options import EvaluateOptions
from percepta.engine.preparing import example_inputs, prepare
from percepta.engine.recording import Recorder, Shard
from percepta.engine.watching import Watch
from percepta.integration import Integration, read_spread
from percepta.models import Forward, Model, open_model
from percepta.storage import Run, RunPlan, RunStatus, RunWriter, Workspace

BATCHES_BEHIND = 3


def evaluate(
    workspace: Workspace,
    integration: Integration,
    source: object,
    *,
    project: str,
    options: EvaluateOptions | None = None,
    resume: bool | str = False,
    progress: Progress,
) -> Run:
    """Evaluate a model over an integration's samples and commit the run.

    Args:
        workspace: where the run goes.
        integration: samples and everything measured on them.
        source: a ``torch.nn.Module`` or the path of a model file.
        project: name of the project; made if it is new.
        options: how to run.
        resume: go on with the newest unfinished evaluation of the same code and model, or with the
            run of that id.
        progress: told of every batch; may cancel.

    Raises:
        IntegrationError: the integration is wrong, or too many samples fail.
        ModelError: the model cannot be opened or run.
        JobCancelledError: asked to stop; finished shards are kept for ``resume``.
    """
    options = options or EvaluateOptions()
    progress.stage("preparing", unit="steps")
    subsets = choose(integration.load_subsets(), options.subsets, options.limit)
    keys = {part.subset: part.ids for part in subsets}
    readings = read_spread(integration)
    example = example_inputs(readings)
    sample_bytes = sum(batch[0].nbytes for batch in example.values())
    batch_size = options.batch(sample_bytes)
    with reader(integration, subsets, options.workers, batch_size) as samples:
        outputs = [prediction.name for prediction in integration.predictions] or None
        model = open_model(
            source,
            example=example,
            outputs=outputs,
            trust=options.trust,
            device=options.device,
        )
        progress.note(f"model: {model.format}, {model.parameters:,} parameters, on {model.device}")
        try:
            recipes = plan_spaces(
                model.layers, [spec.name for spec in model.inputs], [s.name for s in model.outputs]
            )
            plan = RunPlan(
                keys=keys,
                shard_size=options.shard_size,
                spaces=tuple(recipes),
                settings=options.fixed(),
                hashes={"model": model.content_hash, "code": integration.code_hash},
            )
            with _open_run(workspace, project, plan, model, resume=resume) as writer:
                progress.belongs_to(
                    run=writer.id, project=workspace.catalogue.run(writer.id).project
                )
                try:
                    recorder = prepare(
                        integration,
                        readings,
                        model,
                        recipes,
                        samples,
                        keys,
                        writer.load_state("calibration"),
                        options,
                        progress,
                    )
                    return _pass(writer, recorder, samples, options, progress)
                except (JobCancelledError, KeyboardInterrupt):
                    workspace.catalogue.end_run(writer.id, RunStatus.INTERRUPTED)
                    raise
                except Exception:
                    workspace.catalogue.end_run(writer.id, RunStatus.FAILED)
                    raise
        finally:
            model.close()


def _pass(
    writer: RunWriter,
    recorder: Recorder,
    samples: Reader,
    options: EvaluateOptions,
    progress: Progress,
) -> Run:
    """Go over every shard that is not done, then commit."""
    writer.save_state("calibration", recorder.calibration.to_bytes())
    known = writer.load_state("fields")
    names: set[str] = set(json.loads(known)) if known else set()
    plan = writer.plan
    todo = [index for index in range(plan.shards) if index not in writer.done_shards]
    progress.stage("evaluating", plan.samples)
    progress.advance(plan.samples - sum(plan.shard_length(index) for index in todo))
    done = {index: plan.shard_length(index) for index in writer.done_shards}
    watch = Watch(options.failure_share, writer.load_state("failures"), done)
    before, started = watch.seen, time.perf_counter()

    def record(batch: Batch, forward: Forward | None, shard: Shard) -> None:
        recorder.record(batch, forward, shard)
        watch.look(shard)
        progress.advance(batch.size)

    def write(index: int, shard: Shard) -> None:
        if watch.shard_done(index, shard):
            writer.save_state("failures", watch.to_bytes())
        if not names.issuperset(shard.described):
            names.update(shard.described)
            writer.save_state("fields", json.dumps(sorted(names)).encode())
        writer.write_shard(index, shard.data())

    # Small products of numpy's: threads of its own would only take the cores from the model.
    with threadpool_limits(1, user_api="blas"), Behind(BATCHES_BEHIND) as behind:
        for index in todo:
            shard = Shard()
            for batch in samples.batches(plan.shard_keys(index)):
                progress.check_cancelled()
                behind.do(partial(record, *recorder.run(batch), shard))
            behind.do(partial(write, index, shard))
        behind.finish()
    seconds, passed = time.perf_counter() - started, watch.seen - before
    progress.stage("committing", unit="steps")
    for note in watch.notes:
        progress.note(note)
    details = {
        "model": recorder.model.describe(),
        "device": recorder.model.device,
        "throughput": round(passed / seconds, 1) if passed else None,
        "options": options.to_json(),
        "predictions": [
            {"name": head.prediction, "labels": list(head.labels), "activation": "none"}
            for head in recorder.heads
        ],
        "notes": watch.notes,
    }
    fields = describe_columns(recorder.integration, recorder.heads, sorted(names))
    return writer.commit(fields, details)


def _open_run(
    workspace: Workspace, project: str, plan: RunPlan, model: Model, *, resume: bool | str
) -> RunWriter:
    """Begin a run, or go on with the newest unfinished one of the same plan."""
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
        "code": old.hashes["code"] == new.hashes["code"],
        "weights": old.hashes["model"] == new.hashes["model"],
    }
    return [what for what, alike in agree.items() if not alike]
