"""Checking an integration: a spread of samples through everything the user wrote, part by part."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import (
    IntegrationError,
    ModelError,
    PerceptaError,
    SampleError,
    Where,
)
from percepta.core.progress import Progress, Silent
from percepta.core.subsets import SampleKey, Subset
from percepta.integration.arrays import all_finite
from percepta.integration.blame import blamed
from percepta.integration.check_log import ArrayLog, MetadataLog, PartLog, field_name
from percepta.integration.check_report import CheckedPart, CheckReport, Finding
from percepta.integration.defaults import check_labels, complete
from percepta.integration.integration import Integration, Loss, Metric, Reading, Visualizer
from percepta.integration.measuring import Batch, measure_one
from percepta.integration.reading import spread
from percepta.integration.samples import Samples
from percepta.integration.showing import show


class RunnableModel(Protocol):
    """What a check needs of a model; `percepta.models.Model` is one."""

    @property
    def max_batch(self) -> int | None:
        """Largest batch it takes, or None."""

    def forward(self, inputs: Mapping[str, NDArray[Any]], capture: Sequence[str] = ()) -> Any:
        """Run a batch; the result has ``outputs``: array by prediction, with a batch axis."""


OpenModel = Callable[[dict[str, NDArray[Any]]], RunnableModel]
"""Opens the model, given example inputs with a batch axis."""


def check(
    integration: Integration,
    model: OpenModel | None = None,
    samples_per_subset: int = 8,
    progress: Progress | None = None,
) -> CheckReport:
    """Run a spread of samples of each subset through inputs, model, losses, metrics, visualizers.

    Args:
        integration: what the user wrote.
        model: opens the model; None: everything behind the model is left out.
        samples_per_subset: samples tried per subset, evenly spread from first to last.
        progress: told about stages and samples.

    Returns:
        A report; mistakes of the user are in it, never raised.
    """
    return _Check(integration, model, samples_per_subset, progress or Silent()).run()


class _Check:
    def __init__(
        self,
        integration: Integration,
        model: OpenModel | None,
        per_subset: int,
        progress: Progress,
    ) -> None:
        self.integration = integration
        self.open_model = model
        self.per_subset = max(1, per_subset)
        self.progress = progress
        self.parts: list[CheckedPart] = []
        self.warnings: list[Finding] = []
        self.readings: dict[SampleKey, Reading] = {}

    def run(self) -> CheckReport:
        """Check part after part, as far as one needs the other."""
        subsets = self._subsets()
        if subsets is not None:
            self._read(subsets)
            batches = self._predict()
            if batches:
                self._complete(batches)
                for loss in self.integration.losses:
                    self._measure(loss, batches)
                for metric in self.integration.metrics:
                    self._measure(metric, batches)
                for visualizer in self.integration.visualizers:
                    self._show(visualizer, batches)
        given = self.integration
        return CheckReport(given.name, given.path, tuple(self.parts), tuple(self.warnings))

    def _subsets(self) -> list[Samples] | None:
        self.progress.stage("subsets")
        log = PartLog("subsets", "subsets")
        subsets = None
        start = time.perf_counter()
        try:
            subsets = self.integration.load_subsets()
        except IntegrationError as error:
            log.failed(error)
        seconds = time.perf_counter() - start
        for samples in subsets or []:
            log.details.append(f"{samples.subset.value} {len(samples):,}")
        if seconds >= 1:
            log.details.append(f"made in {seconds:.1f} s")
        self.parts.append(log.part())
        missing = {Subset.TRAINING, Subset.VALIDATION} - {s.subset for s in subsets or []}
        if subsets and missing:
            names = " and ".join(sorted(subset.value for subset in missing))
            self._warn(
                f"There are no {names} samples.",
                "Training beside validation is what shows overfitting; give both if you can.",
            )
        return subsets

    def _read(self, subsets: list[Samples]) -> None:
        integration = self.integration
        tried = [(s, i) for s in subsets for i in spread(s, self.per_subset)]
        self.progress.stage("samples", len(tried))
        inputs = [ArrayLog("input", e.name) for e in integration.inputs]
        truths = [ArrayLog("ground_truth", e.name) for e in integration.ground_truths]
        described = [MetadataLog("metadata", field_name(m)) for m in integration.metadata]
        for samples, sample_id in tried:
            self.progress.check_cancelled()
            key = SampleKey(samples.subset, sample_id)
            for encoder, log in zip(integration.inputs, inputs, strict=True):
                log.call(encoder, samples, key)
            if integration.labeled(samples.subset):
                for truth, log in zip(integration.ground_truths, truths, strict=True):
                    log.call(truth, samples, key)
            for function, fields in zip(integration.metadata, described, strict=True):
                fields.call(function, samples, key)
            self.progress.advance()
        for log in (*inputs, *truths):
            log.keep_common_shape()
        for fields in described:
            self.warnings.extend(fields.warnings())
        self.parts.extend(log.part() for log in (*inputs, *truths, *described))
        for samples, sample_id in tried:
            key = SampleKey(samples.subset, sample_id)
            wanted = (*inputs, *truths) if integration.labeled(samples.subset) else inputs
            if all(key in log.arrays for log in wanted):
                given = {log.name: log.arrays[key] for log in inputs}
                truth_arrays = {log.name: log.arrays[key] for log in truths if key in log.arrays}
                self.readings[key] = Reading(given, truth_arrays, {})

    def _predict(self) -> list[Batch]:
        """Run the model; one batch per subset."""
        if self.open_model is None or not self.readings:
            return []
        self.progress.stage("model", len(self.readings))
        opening = PartLog("model", "model")
        first = next(iter(self.readings.values()))
        try:
            with opening.timed(0):
                model = self.open_model({n: a[None] for n, a in first.inputs.items()})
            opening.details.extend([getattr(model, "format", ""), getattr(model, "device", "")])
            batches = []
            for subset in Subset:
                keys = [key for key in self.readings if key.subset is subset]
                if keys:
                    batches.append(self._forward(model, keys, opening))
        except PerceptaError as error:
            opening.failed(error)
            batches = []
        except Exception as error:
            opening.failed(_raised_by_model(error, self.integration))
            batches = []
        self.parts.append(opening.part())
        if batches:
            self._check_outputs(batches)
        return batches

    def _forward(self, model: RunnableModel, keys: list[SampleKey], log: PartLog) -> Batch:
        inputs = _stacked([self.readings[key].inputs for key in keys])
        truths = _stacked([self.readings[key].ground_truths for key in keys])
        step = model.max_batch or len(keys)
        outputs: list[Mapping[str, NDArray[Any]]] = []
        for start in range(0, len(keys), step):
            part = {name: array[start : start + step] for name, array in inputs.items()}
            with log.timed(len(next(iter(part.values())))):
                outputs.append(model.forward(part).outputs)
            self.progress.advance(step)
        joined = {name: np.concatenate([o[name] for o in outputs]) for name in outputs[0]}
        return Batch(keys, inputs, truths, joined)

    def _check_outputs(self, batches: list[Batch]) -> None:
        declared = {p.name: p for p in self.integration.predictions}
        for name in batches[0].predictions:
            log = ArrayLog("prediction", name)
            for batch in batches:
                for key, array in zip(batch.keys, batch.predictions[name], strict=True):
                    log.add(key, array)
            arrays = list(log.arrays.values())
            if any(not all_finite(array) for array in arrays):
                self._warn(
                    f"The prediction {name!r} has values that are not finite.",
                    "Check the scale of the inputs: the model may expect 0..1 and get 0..255.",
                )
            elif len(arrays) > 1 and all(np.array_equal(arrays[0], a) for a in arrays[1:]):
                self._warn(
                    f"The prediction {name!r} is the same for all {len(arrays)} samples tried.",
                    "Check that the weights are loaded and that the inputs differ.",
                )
            if name in declared:
                try:
                    check_labels(declared[name], batches[0].predictions[name])
                except IntegrationError as error:
                    log.failed(error)
            self.parts.append(log.part())

    def _complete(self, batches: list[Batch]) -> None:
        readings = [self.readings[key] for batch in batches for key in batch.keys]
        try:
            completed = complete(self.integration, readings, batches[0].predictions)
        except IntegrationError:  # told already, by the prediction's part
            return
        self.integration = completed
        if not completed.losses and any(batch.ground_truths for batch in batches):
            self._warn("There is no loss.", "Add one: percepta.use_loss('cross_entropy').")

    def _measure(self, function: Loss | Metric, batches: list[Batch]) -> None:
        log = PartLog("loss" if isinstance(function, Loss) else "metric", function.name)
        columns: dict[str, list[NDArray[np.float32]]] = {}
        try:
            for batch in batches:
                with log.timed(len(batch.keys)):
                    measured = measure_one(function, batch)
                for problem in measured.failures.values():
                    log.failed(problem)
                for name, values in measured.columns.items():
                    columns.setdefault(name, []).append(values)
        except IntegrationError as error:
            log.failed(error)
        for name, parts in columns.items():
            values = np.concatenate(parts)
            log.saw(np.zeros(()) if not len(values) else values[np.isfinite(values)])
            if (
                isinstance(function, Loss)
                and len(values) > 2
                and values[0] != 0
                and np.ptp(values) == 0
            ):
                self._warn(
                    f"The loss {name!r} is {values[0]:g} for all {len(values)} samples tried.",
                    "Check that it receives this sample's prediction and ground truth.",
                )
            if isinstance(function, Metric) and np.isnan(values).all() and not log.findings:
                self._warn(f"The metric {name!r} is missing for all samples tried.", None)
        log.shape, log.dtype = (), "float32"
        self.parts.append(log.part())

    def _show(self, visualizer: Visualizer, batches: list[Batch]) -> None:
        log = PartLog("visualizer", visualizer.name)
        kinds = []
        for batch in batches:
            for index in range(len(batch.keys)):
                with log.timed(1):
                    visual = show(visualizer, batch, index)
                if isinstance(visual, SampleError):
                    log.failed(visual)
                elif visual is not None:
                    kinds.append(type(visual).__name__)
        log.details.extend(dict.fromkeys(kinds))
        self.parts.append(log.part())

    def _warn(self, message: str, fix: str | None) -> None:
        self.warnings.append(Finding(message, fix, file=self.integration.path))


def _stacked(samples: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.stack([sample[name] for sample in samples]) for name in samples[0]}


def _raised_by_model(error: Exception, integration: Integration) -> ModelError:
    where = Where(file=integration.path)
    fix = "Check that the inputs have the shape and the scale the model was trained with."
    return blamed(error, ModelError, "model", where, fix)
