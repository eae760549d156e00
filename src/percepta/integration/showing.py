"""Showing: calling visualizers for one sample."""

from __future__ import annotations

from typing import Any

from percepta.core.errors import SampleError, VisualError
from percepta.core.rendering import renderer
from percepta.core.visuals import Visual
from percepta.integration.blame import at_sample, blamed, name_of
from percepta.integration.calls import Arguments
from percepta.integration.measuring import Batch
from percepta.integration.parts import Visualizer
from percepta.integration.samples import SampleBatch


def show(visualizer: Visualizer, batch: Batch, index: int) -> Visual | SampleError | None:
    """Call a visualizer for one sample of a batch.

    Args:
        visualizer: one of the integration's visualizers.
        batch: arrays with a batch axis; the visualizer gets those of the sample, and for ``samples`` a
            batch of one.
        index: position of the sample in the batch.

    Returns:
        The visual; why there is none; or None where an array it needs is not there (ground truth of
        unlabeled samples) or it returned None.
    """
    arguments = batch.arguments(visualizer.connections)
    if arguments is None:
        return None
    key = batch.keys[index]
    name = name_of(visualizer.function)
    where = at_sample(visualizer.where, key.subset, key.id)
    try:
        visual = visualizer.function(**of_one(arguments, index))
    except Exception as error:
        fix = f"Fix {name}() for this sample."
        return blamed(error, SampleError, name, where, fix)
    if visual is None:
        return None
    try:
        renderer(visual)
    except VisualError as error:
        sentence = f"{name}() returned a {type(visual).__name__}."
        return SampleError(sentence, where=where, fix=error.fix)
    checked: Visual = visual
    return checked


def of_one(arguments: Arguments, index: int) -> dict[str, Any]:
    """Return what a visualizer is given of a batch: arrays of one sample, without a batch axis."""
    return {
        name: value[index : index + 1] if isinstance(value, SampleBatch) else value[index]
        for name, value in arguments.items()
    }
