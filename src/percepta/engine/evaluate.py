"""Evaluate: one streaming pass of a model over every sample, everything recorded, shard by shard."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import Any

from threadpoolctl import threadpool_limits

from percepta.core.errors import JobCancelledError
from percepta.core.fields import Field
from percepta.core.progress import Progress
from percepta.core.training import TrainingCurves
from percepta.engine.batches import Batch, Reader, reader
from percepta.engine.behind import Behind
from percepta.engine.choosing import choose
from percepta.engine.columns import describe_columns
from percepta.engine.opening import open_for, plan, remarks
from percepta.engine.options import EvaluateOptions
from percepta.engine.preparing import example_inputs, prepare
from percepta.engine.recording import Recorder
from percepta.engine.resuming import open_run
from percepta.engine.shard import Met, Shard
from percepta.engine.watching import Watch
from percepta.engine.wired import wiring_of
from percepta.integration import Integration, read_spread
from percepta.models import Forward
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
    training: TrainingCurves | None = None,
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
        training: how the model's training went; None: as the integration says.
        progress: told of every batch; may cancel.

    Raises:
        IntegrationError: the integration is wrong, or too many samples fail.
        ModelError: the model cannot be opened or run.
        JobCancelledError: asked to stop; finished shards are kept for ``resume``.
    """
    options = options or EvaluateOptions()
    progress.stage("preparing", unit="steps")
    training = integration.load_training() if training is None else training
    subsets = choose(integration.load_subsets(), options.subsets, options.limit)
    readings = read_spread(integration)
    example = example_inputs(integration, readings)
    sample_bytes = sum(array[0].nbytes for array in example.values())
    with reader(integration, subsets, options.workers, options.batch(sample_bytes)) as samples:
        model = open_for(integration, source, example, trust=options.trust, device=options.device)
        output_bytes = sum(spec.sample_bytes for spec in model.outputs)
        samples = replace(samples, batch_size=options.batch(sample_bytes, output_bytes))
        progress.note(f"model: {model.format}, {model.parameters:,} parameters, on {model.device}")
        try:
            notes = remarks(integration, model)
            for note in notes:
                progress.note(note)
            spaces = plan(integration, model)
            run_plan = RunPlan(
                keys={part.subset: part.ids for part in subsets},
                shard_size=options.shard_size,
                spaces=spaces.names,
                settings=options.fixed(),
                hashes={"model": model.content_hash, "code": integration.code_hash},
            )
            with open_run(workspace, project, run_plan, model, resume=resume) as writer:
                progress.belongs_to(
                    run=writer.id, project=workspace.catalogue.run(writer.id).project
                )
                try:
                    recorder = prepare(
                        integration,
                        readings,
                        model,
                        spaces,
                        samples,
                        subsets,
                        writer.load_state("calibration"),
                        options,
                        progress,
                    )
                    fields, details = _pass(writer, recorder, samples, options, progress)
                    details["notes"] = [*notes, *details["notes"]]
                    details["wiring"] = wiring_of(recorder.integration, model, spaces).to_json()
                    return writer.commit(fields, details, model.network, training)
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
) -> tuple[list[Field], dict[str, Any]]:
    """Go over every shard that is not done; return what is known of the fields, and of the run."""
    writer.save_state("calibration", recorder.calibration.to_bytes())
    met = Met.from_bytes(writer.load_state("fields"))
    plan = writer.plan
    done = {index: plan.shard_length(index) for index in writer.done_shards}
    progress.stage("evaluating", plan.samples)
    progress.advance(sum(done.values()))
    strongest = recorder.channel_watch()
    watch = Watch(options.failure_share, writer.load_state("failures"), done)
    before, started = watch.seen, time.perf_counter()

    def record(batch: Batch, forward: Forward | None, shard: Shard) -> None:
        recorder.record(batch, forward, shard)
        watch.look(shard)
        progress.advance(batch.size)

    def pass_by(index: int) -> None:
        known = writer.channels(index)
        if known is not None:
            strongest.take(known, index * plan.shard_size)

    def write(index: int, shard: Shard) -> None:
        if watch.shard_done(index, shard):
            writer.save_state("failures", watch.to_bytes())
        if met.learn(shard):
            writer.save_state("fields", met.to_bytes())
        writer.write_shard(index, shard.data())

    # Small products of numpy's: threads of its own would only take the cores from the model.
    with threadpool_limits(1, user_api="blas"), Behind(BATCHES_BEHIND) as behind:
        for index in range(plan.shards):
            if index in done:
                behind.do(partial(pass_by, index))
                continue
            shard = Shard(index * plan.shard_size, strongest)
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
        "predictions": _predictions(recorder),
        "insights": {
            metric.name: metric.insights
            if isinstance(metric.insights, bool)
            else {**metric.insights}
            for metric in recorder.integration.metrics
            if metric.insights is not None
        },
        "notes": watch.notes,
    }
    fields = describe_columns(recorder.integration, recorder.heads, met.columns, met.decided)
    return fields, details


def _predictions(recorder: Recorder) -> list[dict[str, Any]]:
    """Describe the predictions.

    Of those read as scores, the scores that are kept are probabilities, and their fields' names begin with
    ``prefix``; those of the others have none.
    """
    heads = {head.prediction: head for head in recorder.heads}
    told = []
    for spec in recorder.model.outputs:
        declared = next((p for p in recorder.integration.predictions if p.name == spec.name), None)
        head = heads.get(spec.name)
        if head is not None:
            labels = list(head.labels)
            activation: str | None = "none"
        else:  # one score a position, or something else that only the user's functions read
            labels = list(declared.labels or ()) if declared else []
            activation = declared.activation if declared else None
        told.append(
            {
                "name": spec.name,
                "labels": labels or None,
                "activation": activation,
                "prefix": head.prefix if head is not None else None,
            }
        )
    return told
