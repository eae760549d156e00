"""Checking what comes behind the model: predictions, losses, metrics, latent spaces, visualizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError
from percepta.integration.arrays import all_finite
from percepta.integration.check_log import ArrayLog, PartLog
from percepta.integration.check_report import CheckedPart
from percepta.integration.defaults import check_labels
from percepta.integration.latents import latents_of, width_of
from percepta.integration.measuring import Batch, Measuring, kind_of, measure_one
from percepta.integration.parts import LatentSpace, Metric, Prediction, Visualizer
from percepta.integration.showing import of_one, show

Warned = list[tuple[str, str | None]]
"""What looks wrong, and what to do."""


def check_prediction(
    name: str, declared: Prediction | None, batches: Sequence[Batch]
) -> tuple[CheckedPart, Warned]:
    """Look at what the model gave for one output."""
    log, warned = ArrayLog("prediction", name), Warned()
    for batch in batches:
        for key, array in zip(batch.keys, batch.predictions[name], strict=True):
            log.add(key, array)
    arrays = list(log.arrays.values())
    if any(not all_finite(array) for array in arrays):
        said = f"The prediction {name!r} has values that are not finite."
        fix = "Check the scale of the inputs: the model may expect 0..1 and get 0..255."
        warned.append((said, fix))
    elif len(arrays) > 1 and all(np.array_equal(arrays[0], a) for a in arrays[1:]):
        said = f"The prediction {name!r} is the same for all {len(arrays)} samples tried."
        warned.append((said, "Check that the weights are loaded and that the inputs differ."))
    if declared is not None:
        try:
            check_labels(declared, batches[0].predictions[name])
        except IntegrationError as error:
            log.failed(error)
    return log.part(), warned


def check_measure(function: Measuring, batches: Sequence[Batch]) -> tuple[CheckedPart, Warned]:
    """Compute one loss, metric or target."""
    log = PartLog(kind_of(function), function.name)
    columns: dict[str, list[NDArray[np.float32]]] = {}
    decided = None
    labels: set[str] = set()
    try:
        for batch in batches:
            with log.timed(len(batch.keys)):
                measured = measure_one(function, batch)
            for problem in measured.failures.values():
                log.failed(problem)
            for name, values in measured.columns.items():
                columns.setdefault(name, []).append(values)
            for rows in measured.decisions.values():
                decided = (decided or 0) + sum(map(len, rows))
                labels.update(decision.label for row in rows for decision in row)
    except IntegrationError as error:
        log.failed(error)
    warned = Warned()
    for name, parts in columns.items():
        values = np.concatenate(parts)
        log.saw(np.zeros(()) if not len(values) else values[np.isfinite(values)])
        if decided != 0:
            warned.extend(_odd_values(function, name, values, failed=bool(log.findings)))
    if decided is not None:
        log.details.append(f"decisions {decided}, labels {len(labels)}")
    if decided == 0 and not log.findings:
        said = f"The metric {function.name!r} decides nothing about any of the samples tried."
        warned.append((said, "Return a percepta.Decision for each thing that is right or wrong."))
    log.shape, log.dtype = (), "float32"
    return log.part(), warned


def _odd_values(function: Measuring, name: str, values: NDArray[Any], *, failed: bool) -> Warned:
    if not isinstance(function, Metric):
        if len(values) > 2 and values[0] != 0 and np.ptp(values) == 0:
            said = f"The {kind_of(function)} {name!r} is {values[0]:g} for all {len(values)} samples tried."
            return [(said, "Check that it receives this sample's prediction and ground truth.")]
    elif np.isnan(values).all() and not failed:
        return [(f"The metric {name!r} is missing for all samples tried.", None)]
    return []


def check_latent_space(space: LatentSpace, batches: Sequence[Batch]) -> tuple[CheckedPart, Warned]:
    """Make the vectors of one latent space that is made from the arrays of a batch."""
    log = ArrayLog("latent_space", space.name)
    try:
        for batch in batches:
            with log.timed(len(batch.keys)):
                arrays, failures = latents_of(space, batch)
            for problem in failures.values():
                log.failed(problem)
            for index, key in enumerate(batch.keys):
                if arrays is not None and index not in failures:
                    log.add(key, arrays[index])
        if log.shape is not None:
            log.details.append(f"dimensions {width_of(space, log.shape)}")
    except IntegrationError as error:
        log.failed(error)
    return log.part(), []


def check_visualizer(
    visualizer: Visualizer, batches: Sequence[Batch]
) -> tuple[CheckedPart, Warned]:
    """Draw every sample by one visualizer."""
    log = PartLog("visualizer", visualizer.name)
    kinds: list[str] = []
    advice: list[str] = []
    for batch in batches:
        for index in range(len(batch.keys)):
            with log.timed(1):
                visual = show(visualizer, batch, index)
            if isinstance(visual, SampleError):
                log.failed(visual)
            elif visual is not None:
                kinds.append(type(visual).__name__)
                advice.extend(_advice(visualizer, batch, index))
    log.details.extend(dict.fromkeys(kinds))
    return log.part(), [(sentence, None) for sentence in dict.fromkeys(advice)]


def _advice(visualizer: Visualizer, batch: Batch, index: int) -> Sequence[str]:
    arguments = batch.arguments(visualizer.connections)
    if visualizer.advise is None or arguments is None:
        return ()
    return visualizer.advise(**of_one(arguments, index))
