"""Running batches, and turning them into the columns, vectors and pictures of a shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.latent import Calibration
from percepta.analysis.strongest import Strongest
from percepta.core.errors import PerceptaError, SampleError
from percepta.core.subsets import Subset
from percepta.engine.batches import Batch
from percepta.engine.columns import decided_columns, measured_columns
from percepta.engine.drawing import draw
from percepta.engine.own_spaces import OwnSpaces
from percepta.engine.predictions import Head
from percepta.engine.shard import Shard
from percepta.integration import Batch as Arrays
from percepta.integration import Integration, Measures, Samples, measure
from percepta.models import Forward, Model


@dataclass(frozen=True)
class Recorder:
    """Everything that is needed to turn a batch into rows.

    Attributes:
        integration: losses, metrics, visualizers.
        model: runs the batch.
        subsets: the samples by subset.
        calibration: makes latent vectors of layer responses.
        own_spaces: makes those of the user's own.
        heads: how outputs are read as predictions.
        capture: names of the layers to capture.
        visuals: whether pictures are drawn.
        own: names of percepta's own fields, which metrics and metadata may not take.
    """

    integration: Integration
    model: Model
    subsets: Mapping[Subset, Samples]
    calibration: Calibration
    own_spaces: OwnSpaces
    heads: tuple[Head, ...]
    capture: tuple[str, ...]
    visuals: bool
    own: frozenset[str]

    def run(self, batch: Batch) -> tuple[Batch, Forward | None]:
        """Run the model; if it fails on the batch, find the samples to blame one by one.

        Returns:
            The batch without the samples that failed, and what the model gave for the others.
        """
        if not batch.keys:
            return batch, None
        try:
            return batch, self._forward(batch)
        except PerceptaError:
            if len(batch.keys) == 1:
                raise
        failed: dict[int, SampleError] = {}
        for index, where in enumerate(batch.wheres):
            try:
                self._forward(batch.part(index))
            except PerceptaError as error:
                failed[index] = SampleError(error.message, where=where, fix=error.fix)
        if len(failed) == len(batch.keys):
            self._forward(batch)  # raises: it is not the samples
        rest = batch.without(failed, "model")
        return rest, self._forward(rest)

    def record(self, batch: Batch, forward: Forward | None, shard: Shard) -> None:
        """Add the rows of a batch that was run to the shard; samples that fail become failures.

        Args:
            batch: what :meth:`run` gave.
            forward: what the model made of it; None if no sample is left in it.
            shard: taken by one thread at a time.
        """
        shard.fail(batch.failures)
        if forward is None:
            return
        arrays = arrays_of(batch, forward, self.subsets)
        measured = measure(self.integration, arrays)
        vectors, without = self.own_spaces.vectors(batch.latents, arrays)
        failed = {**without, **measured.failures}
        if failed:
            kept = [index for index in range(len(batch.keys)) if index not in failed]
            before = len(batch.failures)
            batch = batch.without(failed, "measure")
            shard.fail(batch.failures[before:])
            if not kept:
                return
            forward, measured = _rows(forward, kept), _measures(measured, kept)
            vectors = {name: array[kept] for name, array in vectors.items()}
            arrays = arrays_of(batch, forward, self.subsets)
        columns: dict[str, Any] = dict(
            measured_columns(self.integration, measured.columns, self.own)
        )
        for head in self.heads:
            truth = batch.ground_truths.get(head.truth) if head.truth else None
            read, scores = head.record(forward.outputs[head.prediction], truth)
            columns.update(read)
            if scores is not None:
                shard.scores.setdefault(head.prediction, []).append(scores)
        shard.described.update(columns)
        shard.decided.update(decided_columns(measured.decisions, self.own))
        columns.update(self._metadata(batch, frozenset(columns) | self.own))
        shard.see(forward.max)
        shard.add(len(batch.keys), columns, measured.decisions)
        vectors |= self.calibration.transform(responses(forward))
        for space, made in vectors.items():
            shard.latents.setdefault(space, []).append(made)
        if self.visuals:
            draw(self.integration.visualizers, arrays, batch.masks, shard)

    def channel_watch(self) -> Strongest:
        """Return what looks for the samples that excite each captured channel most."""
        widths = {layer.name: layer.width for layer in self.model.layers}
        return Strongest({name: widths[name] for name in self.capture})

    def _forward(self, batch: Batch) -> Forward:
        return run_batch(self.integration, self.model, batch, self.capture)

    def _metadata(self, batch: Batch, taken: frozenset[str]) -> dict[str, list[Any]]:
        """Return the batch's metadata; a name that is taken becomes ``metadata_<name>``."""
        taken |= {metric.name for metric in self.integration.metrics}
        names: dict[str, None] = {}
        for entry in batch.metadata:
            names.update(dict.fromkeys(entry))
        return {
            f"metadata_{name}" if name in taken else name: [
                entry.get(name) for entry in batch.metadata
            ]
            for name in names
        }


def run_batch(
    integration: Integration, model: Model, batch: Batch, capture: Sequence[str]
) -> Forward:
    """Run a batch, of its inputs those that the model takes.

    Raises:
        ModelError: the model fails.
    """
    inputs = integration.fed(batch.inputs)
    if batch.masks is None:
        return model.forward(inputs, capture)
    return model.forward(inputs, capture, batch.masks)


def arrays_of(batch: Batch, forward: Forward, subsets: Mapping[Subset, Samples]) -> Arrays:
    """Return what losses, metrics, latent spaces and visualizers are given of a batch that was run."""
    samples = subsets[batch.keys[0].subset]
    return Arrays(batch.keys, batch.inputs, batch.ground_truths, forward.outputs, samples)


def responses(forward: Forward) -> dict[str, dict[str, NDArray[np.float32]]]:
    """Return layer → pooling → ``[B, C]``, as latent building takes them."""
    return {
        layer: {"mean": mean, "max": forward.max[layer]} for layer, mean in forward.mean.items()
    }


def _rows(forward: Forward, rows: list[int]) -> Forward:
    return Forward(
        {name: array[rows] for name, array in forward.outputs.items()},
        {name: array[rows] for name, array in forward.mean.items()},
        {name: array[rows] for name, array in forward.max.items()},
    )


def _measures(measured: Measures, rows: list[int]) -> Measures:
    return Measures(
        {name: values[rows] for name, values in measured.columns.items()},
        {},
        {name: [decided[row] for row in rows] for name, decided in measured.decisions.items()},
    )
