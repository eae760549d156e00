"""Measuring: losses and metrics over one batch, with mistakes told apart by whose they are.

A function that returns something unusable is wrong for every sample: that is an ``IntegrationError``. A
function that raises is called again sample by sample, so that only the samples it cannot measure are lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleKey
from percepta.integration.arrays import UnsuitableError, as_array
from percepta.integration.blame import at_sample, blamed, name_of
from percepta.integration.integration import Connection, Integration, Loss, Metric

Arrays = Mapping[str, NDArray[Any]]
Columns = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Arrays with a batch axis, by name.

    Attributes:
        keys: the samples, B of them.
        inputs: ``[B, …]`` by input.
        ground_truths: ``[B, …]`` by ground truth; empty for unlabeled samples.
        predictions: ``[B, …]`` by prediction.
    """

    keys: Sequence[SampleKey]
    inputs: Arrays
    ground_truths: Arrays
    predictions: Arrays

    def get(self, connection: Connection) -> NDArray[Any] | None:
        """Return the array an argument receives; None: there is none, as for unlabeled samples."""
        if connection.source == "input":
            return self.inputs.get(connection.name)
        if connection.source == "ground_truth":
            return self.ground_truths.get(connection.name)
        return self.predictions.get(connection.name)

    def arguments(self, connections: Sequence[Connection]) -> dict[str, NDArray[Any]] | None:
        """Return the arrays by argument; None where one of them is not there."""
        found = {}
        for connection in connections:
            array = self.get(connection)
            if array is None:
                return None
            found[connection.argument] = array
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What losses and metrics gave for a batch.

    Attributes:
        columns: float32 ``[B]`` by field name; NaN is missing. A field that no sample of the batch has is
            left out.
        failures: by position in the batch, why a sample could not be measured, or has a loss that is not
            finite.
    """

    columns: Columns
    failures: dict[int, SampleError]


def measure(integration: Integration, batch: Batch) -> Measures:
    """Compute every loss and metric for a batch of one subset.

    Functions that need a ground truth are left out where the batch has none.

    Raises:
        IntegrationError: a function returned something else than one value per sample.
    """
    columns: Columns = {}
    failures: dict[int, SampleError] = {}
    functions: tuple[Loss | Metric, ...] = (*integration.losses, *integration.metrics)
    for function in functions:
        measured = measure_one(function, batch)
        for name, values in measured.columns.items():
            if name in columns:
                raise IntegrationError(
                    f"Two functions give the field {name!r}.",
                    where=function.where,
                    fix="Rename one of them.",
                )
            columns[name] = values
        for index, problem in measured.failures.items():
            failures.setdefault(index, problem)
    return Measures(columns, failures)


def measure_one(function: Loss | Metric, batch: Batch) -> Measures:
    """Compute one loss or metric for a batch of one subset; nothing where it needs a ground truth.

    Raises:
        IntegrationError: it returned something else than one value per sample.
    """
    arguments = batch.arguments(function.connections)
    if arguments is None:
        return Measures({}, {})
    failures: dict[int, SampleError] = {}
    columns = _measured(function, arguments, batch.keys, failures)
    if isinstance(function, Loss):
        _check_loss(function, columns[function.name], batch.keys, failures)
    return Measures(columns, failures)


def _measured(
    function: Loss | Metric,
    arguments: dict[str, NDArray[Any]],
    keys: Sequence[SampleKey],
    failures: dict[int, SampleError],
) -> Columns:
    try:
        value = function.function(**arguments)
    except IntegrationError as error:
        raise _placed(error, function) from error
    except Exception:
        return _one_by_one(function, arguments, keys, failures)
    return _columns(function, value, len(keys))


def _one_by_one(
    function: Loss | Metric,
    arguments: dict[str, NDArray[Any]],
    keys: Sequence[SampleKey],
    failures: dict[int, SampleError],
) -> Columns:
    columns: Columns = {}
    name = name_of(function.function)
    for index, key in enumerate(keys):
        single = {argument: array[index : index + 1] for argument, array in arguments.items()}
        try:
            value = function.function(**single)
        except IntegrationError as error:
            raise _placed(error, function) from error
        except Exception as error:
            place = at_sample(function.where, key.subset, key.id)
            fix = f"Fix {name}() for this sample, or its ground truth."
            failures.setdefault(index, blamed(error, SampleError, name, place, fix))
            continue
        for field, values in _columns(function, value, 1).items():
            missing = np.full(len(keys), np.nan, dtype=np.float32)
            columns.setdefault(field, missing)[index] = values[0]
    if not columns and isinstance(function, Loss):
        columns[function.name] = np.full(len(keys), np.nan, dtype=np.float32)
    return columns


def _columns(function: Loss | Metric, value: Any, count: int) -> Columns:
    if not isinstance(value, Mapping):
        return {function.name: _column(function, value, count, "")}
    if isinstance(function, Loss):
        raise IntegrationError(
            f"{name_of(function.function)}() returned a dict.",
            where=function.where,
            fix="A loss returns one array; return the parts of it from an @percepta.metric.",
        )
    return {
        f"{function.name}_{key}": _column(function, part, count, f" for the key {key!r}")
        for key, part in value.items()
    }


def _column(function: Loss | Metric, value: Any, count: int, part: str) -> NDArray[np.float32]:
    name = name_of(function.function)
    if isinstance(value, list | tuple) and any(item is None for item in value):
        value = [np.nan if item is None else item for item in value]
    try:
        array = as_array(value)
    except UnsuitableError as error:
        raise IntegrationError(
            f"{name}() returned {error.what}{part}.",
            where=function.where,
            fix="Return an array with one value per sample.",
        ) from None
    if array.shape == (count,) or (array.size == count and array.shape[:1] == (count,)):
        return array.reshape(count).astype(np.float32)
    if array.ndim == 0:
        if (
            count == 1
        ):  # a function that squeezes gives this for the last batch, if it has one sample
            return array.reshape(1).astype(np.float32)
        raise IntegrationError(
            f"{name}() returned one number{part} for a batch of {count}.",
            where=function.where,
            fix="Return one value per sample: average over every axis but the first, or use "
            "reduction='none'.",
        )
    raise IntegrationError(
        f"{name}() returned an array of shape {array.shape}{part} for a batch of {count}.",
        where=function.where,
        fix=f"Return one value per sample, shape ({count},): average over every axis but the first.",
    )


def _check_loss(
    loss: Loss,
    values: NDArray[np.float32],
    keys: Sequence[SampleKey],
    failures: dict[int, SampleError],
) -> None:
    for index in np.flatnonzero(~np.isfinite(values)).tolist():
        key = keys[index]
        shown = "NaN" if np.isnan(values[index]) else "infinite"
        problem = SampleError(
            f"The loss {loss.name!r} is {shown}.",
            where=at_sample(loss.where, key.subset, key.id),
            fix="Look for a logarithm of zero or a division by zero in it, and for values that are "
            "not finite in the model's output and the ground truth.",
        )
        failures.setdefault(index, problem)


def _placed(error: IntegrationError, function: Loss | Metric) -> IntegrationError:
    """Name the loss or metric, and its place, in an error that a built-in function raised."""
    kind = "loss" if isinstance(function, Loss) else "metric"
    sentence = f"The {kind} {function.name!r}: {error.message[0].lower()}{error.message[1:]}"
    where = error.where if error.where != Where() else function.where
    return IntegrationError(sentence, where=where, fix=error.fix)
