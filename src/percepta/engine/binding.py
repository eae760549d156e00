"""Binding targets to samples: which numbers of the model's a target means for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import TargetError
from percepta.core.targets import (
    ClassTarget,
    DirectionTarget,
    LossTarget,
    OutputTarget,
    Region,
    ScalarTarget,
    Target,
)
from percepta.engine.asked import Array, Asked
from percepta.engine.explained import (
    BoundTarget,
    FloatArray,
    LogOdds,
    Similarity,
    WeightedOutput,
)
from percepta.engine.measured import MeasuredNumber
from percepta.engine.similar import Population
from percepta.engine.spaces import built_space, calibration_of
from percepta.integration import Batch, Integration, Loss, Prediction, TargetFunction
from percepta.integration.measuring import measure_one
from percepta.models import TensorSpec


class Binder:
    """Binds targets for one run.

    Args:
        population: whose latent spaces directions are of.
        integration: complete, with the losses the run was measured by.
        outputs: what the model gives.
    """

    def __init__(
        self, population: Population, integration: Integration, outputs: Sequence[TensorSpec]
    ) -> None:
        self._population = population
        self._shapes = {spec.name: spec.shape for spec in outputs}
        self._integration = integration
        self._predictions = {prediction.name: prediction for prediction in integration.predictions}
        self._calibration = calibration_of(population.run)

    def bind(self, targets: Sequence[Target], asked: Asked) -> BoundTarget:
        """Bind one target to each of B samples; targets of one kind, of one prediction, loss or direction.

        Raises:
            TargetError: there is no such class, loss, value or space.
        """
        first = targets[0]
        match first:
            case ClassTarget():
                classes = [target for target in targets if isinstance(target, ClassTarget)]
                return self._classes(classes, asked)
            case OutputTarget():
                return self._value(first, asked)
            case LossTarget():
                return self._loss(first, asked)
            case ScalarTarget():
                return self._scalar(first, asked)
            case DirectionTarget():
                return self._direction(first, asked)

    def rival(self, target: Target, asked: Asked, row: int) -> Target | None:
        """Return the strongest other class of a sample; None where nothing is a rival."""
        if not isinstance(target, ClassTarget):
            return None
        scores = self.scores(target.prediction, asked)[row].copy()
        if len(scores) < 2:
            return None
        scores[target.index] = -np.inf
        return replace(target, index=int(scores.argmax()))

    def scores(self, prediction: str, asked: Asked) -> FloatArray:
        """Return a score a class, ``[B, C]``: over positions, the mean."""
        axis = self._shape(prediction, asked)[1]
        output = asked.forward.outputs[prediction].reshape(self._shape(prediction, asked)[0])
        moved = np.moveaxis(np.asarray(output, np.float32), axis, 1)
        return np.asarray(moved.reshape(*moved.shape[:2], -1).mean(axis=2), np.float32)

    def _shape(self, name: str, asked: Asked) -> tuple[tuple[int, ...], int]:
        """Return the shape of an output for the samples, ``[B, …]``, and the axis of its classes."""
        if name not in self._shapes:
            raise TargetError(
                f"The model has no prediction {name!r}.", fix=f"It has: {', '.join(self._shapes)}."
            )
        sizes = self._shapes[name][1:]
        known = tuple(size for size in sizes if size is not None)
        if len(known) < len(sizes):
            known = asked.forward.outputs[name].shape[1:]
        shape = (len(asked.keys), *(known or (1,)))
        axis = self._predictions.get(name, Prediction(name)).channel_axis % len(shape)
        return shape, axis

    def _classes(self, targets: Sequence[ClassTarget], asked: Asked) -> BoundTarget:
        name = targets[0].prediction
        shape, axis = self._shape(name, asked)
        prediction = self._predictions.get(name, Prediction(name))
        if shape[axis] == 1:  # one score: of the second of two classes, or of the only one
            two = len(prediction.labels or "12") == 2
            signs = np.array([-1 if two and target.index == 0 else 1 for target in targets])
            weights = np.broadcast_to(signs.reshape(-1, *[1] * (len(shape) - 1)), shape)
            return self._weighted(name, weights)
        chosen = np.moveaxis(np.zeros(shape, np.float32), axis, 1)
        for row, target in enumerate(targets):
            if not 0 <= target.index < shape[axis]:
                raise TargetError(
                    f"The prediction {name!r} has no class {target.index}.",
                    fix=f"Its classes are 0 to {shape[axis] - 1}.",
                )
            chosen[row, target.index] = self._region(target, shape[1:], axis - 1, asked, row)
        weights = np.moveaxis(chosen, 1, axis)
        if prediction.activation == "none":
            return LogOdds(name, weights, axis)
        return self._weighted(name, weights)

    def _weighted(self, name: str, weights: Array) -> WeightedOutput:
        """Return a weighted output in the shape that the model gives it in."""
        flat = len(self._shapes[name]) == 1
        return WeightedOutput(name, np.asarray(weights[:, 0] if flat else weights, np.float32))

    def _region(
        self, target: ClassTarget, shape: tuple[int, ...], axis: int, asked: Asked, row: int
    ) -> FloatArray | float:
        """Return the weight of every position of one sample, adding up to one; of no region, of all."""
        positions = tuple(size for i, size in enumerate(shape) if i != axis)
        if not positions:
            if target.at is not None:
                raise _no_position(target, positions)
            return 1.0
        inside = self._inside(target, positions, axis, asked, row)
        if not inside.any():
            inside = np.ones(positions, bool)
        return np.asarray(inside / inside.sum(), np.float32)

    def _inside(
        self, target: ClassTarget, positions: tuple[int, ...], axis: int, asked: Asked, row: int
    ) -> NDArray[np.bool_]:
        """Return the positions of one sample whose score counts."""
        if target.at is not None:
            return _only(target, positions)
        wanted: Region = target.region
        if wanted == "predicted":
            output = asked.forward.outputs[target.prediction][row]
            return np.asarray(output.argmax(axis) == target.index)
        if wanted == "true":
            truths = asked.ground_truths.values()
            fitting = [truth[row] for truth in truths if truth.shape[1:] == positions]
            if not fitting:
                raise TargetError(
                    "There is no ground truth with a class for every position.",
                    fix="Explain the region that the model predicts, or everywhere.",
                )
            return np.asarray(fitting[0] == target.index)
        return np.ones(positions, bool)

    def remarks(self, targets: Sequence[Target], asked: Asked) -> list[str]:
        """Return what a person should know of targets, such as that a region is nowhere in a sample."""
        told = self._of_objects(targets, asked)
        for target in targets:
            if not isinstance(target, ClassTarget) or target.region == "everywhere" or target.at:
                continue
            shape, axis = self._shape(target.prediction, asked)
            positions = tuple(size for i, size in enumerate(shape[1:]) if i != axis - 1)
            labels = self._predictions.get(target.prediction, Prediction(target.prediction)).labels
            name = labels[target.index] if labels else f"class {target.index}"
            for row, key in enumerate(asked.keys):
                if not positions or self._inside(target, positions, axis - 1, asked, row).any():
                    continue
                who = "The model says" if target.region == "predicted" else "The ground truth says"
                told.append(f"{who} {name} nowhere in {key}: its score everywhere is explained.")
        return told

    @staticmethod
    def _of_objects(targets: Sequence[Target], asked: Asked) -> list[str]:
        if asked.masks is None:
            return []
        similar = any(isinstance(target, DirectionTarget) for target in targets)
        said = (
            "the similarity is that of the object, its layers pooled within its mask."
            if similar
            else "what is explained is the model's answer to the whole picture."
        )
        return [
            f"{key} is an object in a picture: {said}"
            for key, mask in zip(asked.keys, asked.masks, strict=True)
            if mask.any()
        ]

    def _loss(self, target: LossTarget, asked: Asked) -> BoundTarget:
        loss = next((one for one in self._integration.losses if one.name == target.name), None)
        if loss is None:
            known = ", ".join(one.name for one in self._integration.losses) or "none"
            raise TargetError(f"There is no loss {target.name!r}.", fix=f"There is: {known}.")
        if not asked.ground_truths:
            raise TargetError(
                f"{asked.keys[0]} has no ground truth, so it has no loss.", fix="Explain a class."
            )
        return _number(f"The loss {loss.name!r}", loss, asked)

    def _scalar(self, target: ScalarTarget, asked: Asked) -> BoundTarget:
        given = next((one for one in self._integration.targets if one.name == target.name), None)
        if given is None:
            known = ", ".join(one.name for one in self._integration.targets)
            fix = f"It names: {known}." if known else "Write one under @percepta.target('name')."
            raise TargetError(f"The integration names no target {target.name!r}.", fix=fix)
        if not asked.ground_truths and any(
            one.source == "ground_truth" for one in given.connections
        ):
            raise TargetError(
                f"{asked.keys[0]} has no ground truth, which the target {given.name!r} needs.",
                fix="Explain a class.",
            )
        return _number(f"The target {given.name!r}", given, asked)

    def _value(self, target: OutputTarget, asked: Asked) -> BoundTarget:
        shape, _ = self._shape(target.prediction, asked)
        inside = len(target.at) == len(shape) - 1 and all(
            0 <= place < size for place, size in zip(target.at, shape[1:], strict=False)
        )
        if not inside:
            raise TargetError(
                f"The output {target.prediction!r} has no value at {list(target.at)}.",
                fix=f"One sample of it has the shape {list(shape[1:])}.",
            )
        weights = np.zeros(shape, np.float32)
        place: Any = (slice(None), *target.at)
        weights[place] = 1
        return self._weighted(target.prediction, weights)

    def _direction(self, target: DirectionTarget, asked: Asked) -> BoundTarget:
        space = built_space(self._calibration, target.space)
        towards = self._population.direction(space, target.rows)
        mean = self._population.mean(space)
        return Similarity(self._calibration, space, mean, towards, asked.masks)


def _only(target: ClassTarget, positions: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the one position that a target names."""
    at = target.at or ()
    inside = len(at) == len(positions) and all(
        0 <= place < size for place, size in zip(at, positions, strict=True)
    )
    if not inside:
        raise _no_position(target, positions)
    chosen = np.zeros(positions, bool)
    chosen[at] = True
    return chosen


def _no_position(target: ClassTarget, positions: tuple[int, ...]) -> TargetError:
    has = f"Its positions are of the shape {list(positions)}." if positions else "It has none."
    return TargetError(
        f"The prediction {target.prediction!r} has no position {list(target.at or ())}.", fix=has
    )


def _number(title: str, function: Loss | TargetFunction, asked: Asked) -> MeasuredNumber:
    """Bind what a function of the user's gives."""

    def batch(of: Asked, outputs: Mapping[str, Array]) -> Batch:
        return Batch(of.keys, of.inputs, of.ground_truths, outputs, of.samples)

    def measure(outputs: Mapping[str, Array]) -> FloatArray:
        measured = measure_one(function, batch(asked, outputs))
        if measured.failures:
            raise TargetError(
                f"{title} cannot be measured: {next(iter(measured.failures.values()))}"
            )
        return measured.columns[function.name]

    def call(outputs: Mapping[str, Any], rows: slice) -> Any:
        part = asked.taken(np.arange(len(asked.keys))[rows])
        return function.function(**(batch(part, outputs).arguments(function.connections) or {}))

    names = tuple(c.name for c in function.connections if c.source == "prediction")
    return MeasuredNumber(title, measure, call, names)
