"""Losses and metrics of a batch, one value a sample, whatever the user's function does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, PerceptaError, SampleError, Where
from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.integration import Connection, Integration, Loss, Metric

Array = NDArray[np.generic]


@dataclass(frozen=True)
class Tensors:
    """The batched arrays that losses, metrics and visualizers are wired to, ``[B, ...]`` each."""

    inputs: Mapping[str, Array]
    ground_truths: Mapping[str, Array]
    predictions: Mapping[str, Array]

    def get(self, connection: Connection) -> Array | None:
        """Return what a connection names; None for the ground truth of unlabeled samples."""
        match connection.source:
            case "input":
                return self.inputs[connection.name]
            case "ground_truth":
                return self.ground_truths.get(connection.name)
            case _:
                return self.predictions[connection.name]

    def arguments(self, connections: Sequence[Connection]) -> dict[str, Array] | None:
        """Return a function's keyword arguments, or None if one is not there for these samples."""
        found = {c.argument: self.get(c) for c in connections}
        present = {name: array for name, array in found.items() if array is not None}
        return present if len(present) == len(found) else None


@dataclass
class Measured:
    """Values of a batch: field name → float64 ``[B]`` (NaN is missing), and what failed."""

    values: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    failures: dict[int, SampleError] = field(default_factory=dict)


def measure(
    integration: Integration, tensors: Tensors, size: int, wheres: Sequence[Where]
) -> Measured:
    """Compute every loss and metric that the batch has the arrays for.

    A function that raises is asked again sample by sample, so that a bad sample costs itself only.

    Args:
        integration: the losses and metrics.
        tensors: the batch.
        size: number of samples B.
        wheres: subset and id of each sample, for errors.
    """
    measured = Measured()
    losses = []
    for loss in integration.losses:
        values = _compute(loss, tensors, size, wheres, measured)
        if values is not None:
            losses.append(values[""])
            if len(integration.losses) > 1:
                measured.values[f"loss_{loss.name}"] = values[""]
    if losses:
        measured.values["loss"] = np.sum(losses, axis=0)
    for metric in integration.metrics:
        values = _compute(metric, tensors, size, wheres, measured)
        for key, array in (values or {}).items():
            measured.values[f"{metric.name}_{key}" if key else metric.name] = array
    for name, array in measured.values.items():
        measured.values[name] = np.where(np.isfinite(array), array, np.nan)
    return measured


def measured_fields(integration: Integration, names: Sequence[str]) -> list[Field]:
    """Describe the columns that :func:`measure` made, in order of declaration."""
    several = len(integration.losses) > 1
    fields = []
    for name in names:
        if name == "loss":
            how = " + ".join(loss.name for loss in integration.losses)
            description = f"{how}, per sample." if not several else f"Sum of the losses: {how}."
            group, direction = FieldGroup.LOSS, Direction.DOWN
        elif several and name in {f"loss_{loss.name}" for loss in integration.losses}:
            description = f"Loss {name.removeprefix('loss_')}, per sample."
            group, direction = FieldGroup.LOSS, Direction.DOWN
        else:
            metric, key = _metric_of(integration, name)
            given = metric.direction
            direction = given.get(key, Direction.UP) if isinstance(given, Mapping) else given
            description, group = f"Metric {name}, per sample.", FieldGroup.METRIC
        fields.append(Field(name, FieldType.FLOAT, group, direction, description))
    return fields


def _metric_of(integration: Integration, name: str) -> tuple[Metric, str]:
    for metric in integration.metrics:
        if name == metric.name:
            return metric, ""
    for metric in integration.metrics:
        if name.startswith(f"{metric.name}_"):
            return metric, name.removeprefix(f"{metric.name}_")
    raise KeyError(name)


def _compute(
    part: Loss | Metric,
    tensors: Tensors,
    size: int,
    wheres: Sequence[Where],
    measured: Measured,
) -> dict[str, NDArray[np.float64]] | None:
    arguments = tensors.arguments(part.connections)
    if arguments is None:
        return None
    try:
        return _call(part, arguments, size)
    except IntegrationError:
        raise
    except Exception:  # noqa: S110 - the user's own code: ask again, one by one, below
        pass
    columns: dict[str, NDArray[np.float64]] = {}
    for index in range(size):
        single = {name: array[index : index + 1] for name, array in arguments.items()}
        try:
            values = _call(part, single, 1)
        except Exception as error:
            measured.failures.setdefault(index, _sample_error(part, error, wheres[index]))
            continue
        for key, value in values.items():
            columns.setdefault(key, np.full(size, np.nan))[index] = value[0]
    return columns or None


def _call(
    part: Loss | Metric, arguments: Mapping[str, Array], size: int
) -> dict[str, NDArray[np.float64]]:
    result = part.function(**arguments)
    kind = "Loss" if isinstance(part, Loss) else "Metric"
    if isinstance(result, Mapping):
        if isinstance(part, Loss):
            raise IntegrationError(
                f"Loss {part.name!r} returned a dict.",
                where=part.where,
                fix="Return one value per sample; a metric may return a dict.",
            )
        return {str(key): _vector(kind, part, value, size) for key, value in result.items()}
    return {"": _vector(kind, part, result, size)}


def _vector(kind: str, part: Loss | Metric, value: object, size: int) -> NDArray[np.float64]:
    array = np.asarray(value, np.float64)
    if array.shape == (size, 1):
        array = array[:, 0]
    if array.shape != (size,):
        got = "a single number" if array.ndim == 0 else f"an array of shape {array.shape}"
        raise IntegrationError(
            f"{kind} {part.name!r} returned {got} for a batch of {size}.",
            where=part.where,
            fix="Return one value per sample: an array of shape [batch]"
            " (reduce over all axes but the first).",
        )
    return array


def _sample_error(part: Loss | Metric, error: Exception, where: Where) -> SampleError:
    if isinstance(error, PerceptaError):
        message = error.message
    else:
        message = f"{type(error).__name__}: {error}"
    place = Where(
        file=part.where.file,
        line=part.where.line,
        function=part.where.function,
        subset=where.subset,
        sample_id=where.sample_id,
    )
    return SampleError(f"{part.name}: {message}", where=place)
