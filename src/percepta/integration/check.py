"""Checking an integration: a spread of samples through everything the user wrote, part by part."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, ModelError, PerceptaError, Where
from percepta.core.progress import Progress, Silent
from percepta.core.subsets import SampleKey, Subset
from percepta.integration.blame import blamed
from percepta.integration.check_behind import (
    Warned,
    check_latent_space,
    check_measure,
    check_prediction,
    check_visualizer,
)
from percepta.integration.check_log import PartLog
from percepta.integration.check_reading import check_readings
from percepta.integration.check_report import CheckedPart, CheckReport, Finding
from percepta.integration.defaults import complete
from percepta.integration.integration import Integration, Reading
from percepta.integration.masks import stacked
from percepta.integration.measuring import Batch, Measuring
from percepta.integration.samples import Samples


class RunnableModel(Protocol):
    """What a check needs of a model; `percepta.models.Model` is one."""

    @property
    def max_batch(self) -> int | None:
        """Largest batch it takes, or None."""

    def forward(
        self,
        inputs: Mapping[str, NDArray[Any]],
        capture: Sequence[str] = (),
        masks: NDArray[np.bool_] | None = None,
    ) -> Any:
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
        for note in self.integration.notes:
            self._warn(note, None)
        subsets = self._subsets()
        if self.integration.training is not None:
            self._training()
        if subsets is not None:
            self._read(subsets)
            batches = self._predict(subsets)
            if batches:
                self._behind(batches)
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
        there = {samples.subset for samples in subsets or []}
        missing = [] if Subset.TRAINING in there else ["training"]
        if not there & {Subset.VALIDATION, Subset.TEST}:
            missing.append("validation")
        if subsets and missing:
            self._warn(
                f"There are no {' and '.join(missing)} samples.",
                "Training beside validation is what shows overfitting; give both if you can.",
            )
        return subsets

    def _training(self) -> None:
        log = PartLog("training_curves", "training curves")
        try:
            curves = self.integration.load_training()
        except IntegrationError as error:
            log.failed(error)
        else:
            told = {f"{one.metric} ({one.subset})": None for one in curves.series}
            log.details.append(", ".join(told) or "none")
        self.parts.append(log.part())

    def _read(self, subsets: list[Samples]) -> None:
        checked = check_readings(self.integration, subsets, self.per_subset, self.progress)
        self.parts.extend(checked.parts)
        self.warnings.extend(checked.warnings)
        self.readings = checked.readings

    def _predict(self, subsets: list[Samples]) -> list[Batch]:
        """Run the model; one batch per subset."""
        if self.open_model is None or not self.readings:
            return []
        self.progress.stage("model", len(self.readings))
        opening = PartLog("model", "model")
        first = self.integration.fed(next(iter(self.readings.values())).inputs)
        batches = []
        try:
            with opening.timed(0):
                model = self.open_model({name: array[None] for name, array in first.items()})
            opening.details.extend([getattr(model, "format", ""), getattr(model, "device", "")])
            for samples in subsets:
                keys = [key for key in self.readings if key.subset is samples.subset]
                if keys:
                    batches.append(self._forward(model, samples, keys, opening))
        except PerceptaError as error:
            opening.failed(error)
            batches = []
        except Exception as error:
            opening.failed(_raised_by_model(error, self.integration))
            batches = []
        self.parts.append(opening.part())
        return batches

    def _forward(
        self, model: RunnableModel, samples: Samples, keys: list[SampleKey], log: PartLog
    ) -> Batch:
        readings = [self.readings[key] for key in keys]
        inputs = _stacked([reading.inputs for reading in readings])
        truths = _stacked([reading.ground_truths for reading in readings])
        step = model.max_batch or len(keys)
        outputs: list[Mapping[str, NDArray[Any]]] = []
        for start in range(0, len(keys), step):
            rows = slice(start, start + step)
            part = {name: array[rows] for name, array in self.integration.fed(inputs).items()}
            masks = stacked([reading.mask for reading in readings[rows]])
            with log.timed(len(keys[rows])):
                if masks is None:
                    outputs.append(model.forward(part).outputs)
                else:
                    outputs.append(model.forward(part, masks=masks).outputs)
            self.progress.advance(step)
        joined = {name: np.concatenate([o[name] for o in outputs]) for name in outputs[0]}
        return Batch(keys, inputs, truths, joined, samples)

    def _behind(self, batches: list[Batch]) -> None:
        """Check everything that takes what the model gave."""
        declared = {prediction.name: prediction for prediction in self.integration.predictions}
        for name in batches[0].predictions:
            self._note(*check_prediction(name, declared.get(name), batches))
        self._complete(batches)
        given = self.integration
        functions: tuple[Measuring, ...] = (*given.losses, *given.metrics, *given.targets)
        for function in functions:
            self._note(*check_measure(function, batches))
        for space in self.integration.latent_spaces:
            if space.connections:
                self._note(*check_latent_space(space, batches))
        for visualizer in self.integration.visualizers:
            self._note(*check_visualizer(visualizer, batches))

    def _complete(self, batches: list[Batch]) -> None:
        readings = [self.readings[key] for batch in batches for key in batch.keys]
        try:
            completed = complete(self.integration, readings, batches[0].predictions)
        except IntegrationError:  # told already, by the prediction's part
            return
        self.integration = completed
        if not completed.losses and any(batch.ground_truths for batch in batches):
            self._warn("There is no loss.", "Add one: percepta.use_loss('cross_entropy').")

    def _note(self, part: CheckedPart, warned: Warned) -> None:
        self.parts.append(part)
        for message, fix in warned:
            self._warn(message, fix)

    def _warn(self, message: str, fix: str | None) -> None:
        self.warnings.append(Finding(message, fix, file=self.integration.path))


def _stacked(samples: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    return {name: np.stack([sample[name] for sample in samples]) for name in samples[0]}


def _raised_by_model(error: Exception, integration: Integration) -> ModelError:
    where = Where(file=integration.path)
    fix = "Check that the inputs have the shape and the scale the model was trained with."
    return blamed(error, ModelError, "model", where, fix)
