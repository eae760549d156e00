"""Turning batches into the columns, vectors and pictures of a shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.latent import Calibration
from percepta.core.errors import PerceptaError, SampleError
from percepta.core.rendering import EncodedVisual, encode, thumbnail, thumbnails_of_images
from percepta.engine.batches import Batch, Failed
from percepta.engine.columns import measured_columns
from percepta.engine.predictions import Head
from percepta.integration import Batch as Arrays
from percepta.integration import Integration, Visualizer, measure, show
from percepta.models import Forward, Model
from percepta.storage import SampleFailure, ShardData

THUMBNAIL_SIZE = 64
Picture = NDArray[np.uint8]


@dataclass
class Shard:
    """The rows of one shard as they come in.

    Attributes:
        rows: number of rows so far.
        columns: field name → one value a row; a field that a batch lacks is padded with None.
        latents: latent space → vectors, a block per batch.
        scores: prediction → probabilities, a block per batch.
        thumbnails: one picture a row, or None.
        visuals: visualizer → one encoded visual a row, or None.
        failures: samples that take no row.
        described: names of the columns that are not metadata.
        broken: visualizer → how many pictures it could not draw, and the first reason.
    """

    rows: int = 0
    columns: dict[str, list[Any]] = field(default_factory=dict)
    latents: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    scores: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    thumbnails: list[NDArray[np.uint8] | None] = field(default_factory=list)
    visuals: dict[str, list[EncodedVisual | None]] = field(default_factory=dict)
    failures: list[SampleFailure] = field(default_factory=list)
    described: set[str] = field(default_factory=set)
    broken: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, count: int, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> None:
        """Add ``count`` rows with the given columns."""
        for name, values in columns.items():
            column = self.columns.setdefault(name, [])
            column.extend([None] * (self.rows - len(column)))
            column.extend(values.tolist() if isinstance(values, np.ndarray) else values)
        self.rows += count

    def fail(self, failures: Sequence[Failed]) -> None:
        """Take note of samples that get no row."""
        self.failures.extend(_failure(failed) for failed in failures)

    def data(self) -> ShardData:
        """Return the shard as storage takes it."""
        for column in self.columns.values():
            column.extend([None] * (self.rows - len(column)))
        return ShardData(
            columns=self.columns,
            latents={name: np.concatenate(blocks) for name, blocks in self.latents.items()},
            scores={name: np.concatenate(blocks) for name, blocks in self.scores.items()},
            thumbnails=_stacked(self.thumbnails),
            visuals=self.visuals,
            failures=self.failures,
        )


@dataclass(frozen=True)
class Recorder:
    """Everything that is needed to turn a batch into rows.

    Attributes:
        integration: losses, metrics, visualizers.
        model: runs the batch.
        calibration: makes latent vectors of layer responses.
        heads: how outputs are read as predictions.
        capture: names of the layers to capture.
        visuals: whether pictures are drawn.
        own: names of percepta's own fields, which metrics and metadata may not take.
    """

    integration: Integration
    model: Model
    calibration: Calibration
    heads: tuple[Head, ...]
    capture: tuple[str, ...]
    visuals: bool
    own: frozenset[str]

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
        measured = measure(self.integration, _arrays(batch, forward))
        measures = measured.columns
        if measured.failures:
            kept = [i for i in range(len(batch.keys)) if i not in measured.failures]
            before = len(batch.failures)
            batch = batch.without(measured.failures, "measure")
            shard.fail(batch.failures[before:])
            if not kept:
                return
            forward = _rows(forward, kept)
            measures = {name: values[kept] for name, values in measures.items()}
        arrays = _arrays(batch, forward)
        columns: dict[str, Any] = dict(measured_columns(self.integration, measures, self.own))
        for head in self.heads:
            truth = batch.ground_truths.get(head.truth) if head.truth else None
            read, scores = head.record(forward.outputs[head.prediction], truth)
            columns.update(read)
            if scores is not None:
                shard.scores.setdefault(head.prediction, []).append(scores)
        shard.described.update(columns)
        columns.update(self._metadata(batch, frozenset(columns) | self.own))
        shard.add(len(batch.keys), columns)
        for space, vectors in self.calibration.transform(responses(forward)).items():
            shard.latents.setdefault(space, []).append(vectors)
        if self.visuals:
            self._draw(arrays, shard)

    def run(self, batch: Batch) -> tuple[Batch, Forward | None]:
        """Run the model; if it fails on the batch, find the samples to blame one by one.

        Returns:
            The batch without the samples that failed, and what the model gave for the others.
        """
        if not batch.keys:
            return batch, None
        try:
            return batch, self.model.forward(batch.inputs, self.capture)
        except PerceptaError:
            if len(batch.keys) == 1:
                raise
        failed: dict[int, SampleError] = {}
        for index, where in enumerate(batch.wheres):
            try:
                self.model.forward(batch.part(index).inputs, ())
            except PerceptaError as error:
                failed[index] = SampleError(error.message, where=where, fix=error.fix)
        if len(failed) == len(batch.keys):
            self.model.forward(batch.inputs, self.capture)  # raises: it is not the samples
        rest = batch.without(failed, "model")
        return rest, self.model.forward(rest.inputs, self.capture)

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

    def _draw(self, arrays: Arrays, shard: Shard) -> None:
        count = len(arrays.keys)
        thumbnails: list[Picture | None] = [None] * count
        pictured = [False] * count
        for visualizer in self.integration.visualizers:
            arguments = arrays.arguments(visualizer.connections)
            drawn: list[EncodedVisual | None] = [None] * count
            small: list[Picture | None] = [None] * count
            if arguments is not None and visualizer.batch is not None:
                pictures = visualizer.batch(**arguments)
                drawn = list(_encode_pictures(pictures))
                small = list(thumbnails_of_images(pictures, THUMBNAIL_SIZE))
            elif arguments is not None:
                for index in range(count):
                    drawn[index], small[index] = _draw_one(visualizer, arrays, index, shard)
            shard.visuals.setdefault(visualizer.name, []).extend(drawn)
            for index, (visual, new) in enumerate(zip(drawn, small, strict=True)):
                shows = visual is not None and visual.kind in _OF_PICTURES
                if new is not None and (thumbnails[index] is None or shows > pictured[index]):
                    thumbnails[index], pictured[index] = new, shows
        shard.thumbnails.extend(thumbnails)


_OF_PICTURES = frozenset({"image", "image_boxes", "image_mask"})
"""Kinds of visuals that show the sample itself: its thumbnail, sooner than bars or curves of it."""


def _stacked(pictures: list[Picture | None]) -> list[Picture | None] | Picture:
    """Return pictures that are all there and all alike as one array, which is stored faster."""
    shapes = {None if picture is None else picture.shape for picture in pictures}
    if len(shapes) != 1 or None in shapes:
        return pictures
    return np.stack([picture for picture in pictures if picture is not None])


def _arrays(batch: Batch, forward: Forward) -> Arrays:
    return Arrays(batch.keys, batch.inputs, batch.ground_truths, forward.outputs)


def _rows(forward: Forward, rows: list[int]) -> Forward:
    return Forward(
        {name: array[rows] for name, array in forward.outputs.items()},
        {name: array[rows] for name, array in forward.mean.items()},
        {name: array[rows] for name, array in forward.max.items()},
    )


def responses(forward: Forward) -> dict[str, dict[str, NDArray[np.float32]]]:
    """Return layer → pooling → ``[B, C]``, as latent building takes them."""
    return {
        layer: {"mean": mean, "max": forward.max[layer]} for layer, mean in forward.mean.items()
    }


def _encode_pictures(pictures: NDArray[np.uint8]) -> list[EncodedVisual]:
    _, height, width, _ = pictures.shape
    document = {"planes": ["picture"], "width": width, "height": height}
    return [EncodedVisual("image", document, (picture,)) for picture in pictures]


def _draw_one(
    visualizer: Visualizer, arrays: Arrays, index: int, shard: Shard
) -> tuple[EncodedVisual | None, Picture | None]:
    visual = show(visualizer, arrays, index)
    if visual is None:
        return None, None
    if isinstance(visual, SampleError):
        count, first = shard.broken.get(visualizer.name, (0, str(visual)))
        shard.broken[visualizer.name] = (count + 1, first)
        return None, None
    return encode(visual), thumbnail(visual, THUMBNAIL_SIZE)


def _failure(failed: Failed) -> SampleFailure:
    return SampleFailure(
        subset=failed.key.subset,
        id=failed.key.id,
        stage=failed.stage,
        message=failed.error.message,
        where=str(failed.error.where) or None,
        fix=failed.error.fix,
    )
