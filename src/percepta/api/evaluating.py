"""Evaluating a model over datasets, and serving the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from percepta.api.evaluation import Evaluation


def evaluate(
    model: Any,
    datasets: Mapping[str, Any],
    *,
    loss: Any = None,
    metrics: Any = None,
    labels: Sequence[str] | None = None,
    metadata: Callable[..., Any] | None = None,
    ids: Mapping[str, Sequence[int | str]] | None = None,
    predictions: Sequence[Any] | None = None,
    training: Any = None,
    project: str = "evaluation",
    workspace: str | Path | None = None,
    explore: str | None = "umap",
    resume: bool = False,
    **options: Any,
) -> Evaluation:
    """Run a model over datasets, record everything, and make a map.

    Args:
        model: a ``torch.nn.Module``, or the path of an ``.onnx`` file.
        datasets: subset (``training``, ``validation``, ``test``, ``unlabeled``, ``additional``) → a
            map-style dataset of ``(input, target)``, or of inputs alone for ``unlabeled``.
        loss: name of a built-in loss, a torch loss module, or a function of (prediction, target) that
            returns one value per sample; None chooses by the target.
        metrics: like ``loss``, a list or a mapping by name; None for accuracy where targets are classes.
        labels: one name a class.
        metadata: ``(sample_id, samples) -> scalar | flat dict``; ``samples.data`` is the dataset,
            ``samples.position(sample_id)`` the index in it.
        ids: sample ids by subset; None for 0, 1, 2 …
        predictions: the model's outputs, in order, where it has several.
        training: how the training went: the path of a log (``.jsonl``, ``.csv``, ``.json``), or lists by
            metric, such as what Keras' ``fit`` returns; None: not told.
        project: name of the project the run goes to.
        workspace: folder of the workspace; None for ``$PERCEPTA_WORKSPACE``, else your data folder.
        explore: how the map is made: ``umap``, ``tsne``, ``pca``; None for no map.
        resume: go on with the newest interrupted evaluation of the same model.
        **options: see :class:`percepta.engine.options.EvaluateOptions`.

    Returns:
        The run and its map.

    Raises:
        PerceptaError: a dataset, the loss or the model does not fit; says which, and what to do.
    """
    from percepta.core.errors import IntegrationError
    from percepta.engine.options import EvaluateOptions
    from percepta.engine.workflow import Subject, evaluate_and_explore
    from percepta.integration import from_datasets
    from percepta.jobs.here import run_here
    from percepta.storage import Workspace
    from percepta.terminal import TerminalProgress

    try:
        chosen = EvaluateOptions(**options)
    except TypeError as error:
        known = ", ".join(EvaluateOptions.__dataclass_fields__)
        raise IntegrationError(
            f"evaluate() does not take that option ({error}).", fix=f"Options: {known}."
        ) from None
    integration = from_datasets(
        datasets,
        loss=loss,
        metrics=metrics,
        labels=labels,
        metadata=metadata,
        ids=ids,
        predictions=predictions,
        name=project,
    )
    opened = Workspace.open(Path(workspace) if workspace is not None else None)
    subject = Subject(integration, model)
    if training is not None:
        subject = subject.with_training(training)
    terminal = TerminalProgress(quiet=False)
    with terminal.shown():
        run, made = run_here(
            opened,
            "evaluate",
            {"project": project, "options": chosen.to_json(), "algorithm": explore},
            lambda progress: evaluate_and_explore(
                opened,
                subject,
                project=project,
                options=chosen,
                resume=resume,
                algorithm=explore,
                progress=progress,
            ),
            watcher=terminal,
            resumable=False,
        )
    metrics_by_subset = opened.catalogue.run(run.id).metrics
    return Evaluation(run, made, opened, metrics_by_subset, subject, chosen.device, chosen.trust)


def serve(
    workspace: str | Path | None = None,
    *,
    port: int = 8585,
    open_browser: bool = True,
) -> None:
    """Serve the page of a workspace on 127.0.0.1 until Ctrl-C.

    Args:
        workspace: folder of the workspace; None for ``$PERCEPTA_WORKSPACE``, else your data folder.
        port: port to listen on; 0 takes a free one.
        open_browser: open the page in the browser.
    """
    from percepta.server import serve as start
    from percepta.storage import Workspace

    opened = Workspace.open(Path(workspace) if workspace is not None else None)
    start(opened, host="127.0.0.1", port=port, open_browser=open_browser)
