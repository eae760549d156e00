"""Measuring: losses and metrics over one batch, with mistakes told apart by whose they are.

A function that returns something unusable is wrong for every sample: that is an ``IntegrationError``. A
function that raises is called again sample by sample, so that only the samples it cannot measure are lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from percepta.core.confusion import Decision
from percepta.core.errors import IntegrationError, SampleError, Where
from percepta.core.subsets import SampleKey
from percepta.integration.arrays import UnsuitableError, as_array
from percepta.integration.blame import at_sample, name_of
from percepta.integration.calls import Arguments, ask
from percepta.integration.deciding import (
    ACCURACY,
    Decisions,
    are_decisions,
    checked,
    share_right,
)
from percepta.integration.integration import Integration
from percepta.integration.parts import Connection, Loss, Metric, TargetFunction
from percepta.integration.samples import SampleBatch, Samples

Arrays = Mapping[str, NDArray[Any]]
Columns = dict[str, NDArray[np.float32]]
Measuring = Loss | Metric | TargetFunction
"""What gives values for every sample of a batch."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Arrays with a batch axis, by name.

    Attributes:
        keys: the samples, B of them, of one subset.
        inputs: ``[B, …]`` by input, fed to the model or not.
        ground_truths: ``[B, …]`` by ground truth; empty for unlabeled samples.
        predictions: ``[B, …]`` by prediction.
        samples: the subset they belong to.
    """

    keys: Sequence[SampleKey]
    inputs: Arrays
    ground_truths: Arrays
    predictions: Arrays
    samples: Samples

    def get(self, connection: Connection) -> NDArray[Any] | SampleBatch | None:
        """Return what an argument receives; None: there is none, as for unlabeled samples."""
        match connection.source:
            case "input":
                return self.inputs.get(connection.name)
            case "ground_truth":
                return self.ground_truths.get(connection.name)
            case "prediction":
                return self.predictions.get(connection.name)
            case "samples":
                return SampleBatch(tuple(key.id for key in self.keys), self.samples)

    def arguments(
        self, connections: Sequence[Connection]
    ) -> dict[str, NDArray[Any] | SampleBatch] | None:
        """Return what a function receives by argument; None where one of them is not there."""
        found = {}
        for connection in connections:
            value = self.get(connection)
            if value is None:
                return None
            found[connection.argument] = value
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What losses and metrics gave for a batch.

    Attributes:
        columns: float32 ``[B]`` by field name; NaN is missing. A field that no sample of the batch has is
            left out.
        failures: by position in the batch, why a sample could not be measured, or has a loss that is not
            finite.
        decisions: by metric (``<name>``, or ``<name>_<key>`` of a dict), B lists of what it decided one by
            one; each has a column ``<…>_accuracy`` too: the share that is right at 0.5.
    """

    columns: Columns
    failures: dict[int, SampleError]
    decisions: dict[str, Decisions] = field(default_factory=dict)


def measure(integration: Integration, batch: Batch) -> Measures:
    """Compute every loss and metric for a batch of one subset.

    Functions that need a ground truth are left out where the batch has none.

    Raises:
        IntegrationError: a function returned something else than one value per sample.
    """
    whole = Measures({}, {})
    functions: tuple[Loss | Metric, ...] = (*integration.losses, *integration.metrics)
    for function in functions:
        measured = measure_one(function, batch)
        for name, values in measured.columns.items():
            if name in whole.columns:
                raise IntegrationError(
                    f"Two functions give the field {name!r}.",
                    where=function.where,
                    fix="Rename one of them.",
                )
            whole.columns[name] = values
        whole.decisions.update(measured.decisions)
        for index, problem in measured.failures.items():
            whole.failures.setdefault(index, problem)
    return whole


def measure_one(function: Measuring, batch: Batch) -> Measures:
    """Compute one loss, metric or target for a batch of one subset; nothing where it needs a ground truth.

    Raises:
        IntegrationError: it returned something else than one value per sample.
    """
    arguments = batch.arguments(function.connections)
    if arguments is None:
        return Measures({}, {})
    measures = _measured(function, arguments, batch.keys)
    if not isinstance(function, Metric):
        count = len(batch.keys)
        values = measures.columns.setdefault(function.name, np.full(count, np.nan, np.float32))
        _check_finite(function, values, batch.keys, measures.failures)
    return measures


def kind_of(function: Measuring) -> Literal["loss", "metric", "target"]:
    """Return what a function makes."""
    match function:
        case Loss():
            return "loss"
        case Metric():
            return "metric"
        case TargetFunction():
            return "target"


def _measured(function: Measuring, arguments: Arguments, keys: Sequence[SampleKey]) -> Measures:
    try:
        answers = ask(function.function, function.where, arguments, keys)
    except IntegrationError as error:
        raise _placed(error, function) from error
    measures = Measures({}, answers.failures)
    for rows, value in answers.parts:
        for name, part, shown in _parts(function, value):
            if are_decisions(part):
                decided = _decided(function, part, keys, rows, measures.failures)
                everywhere = measures.decisions.setdefault(name, [[] for _ in keys])
                everywhere[rows.start : rows.stop] = decided
                name, found = f"{name}_{ACCURACY}", share_right(decided)
            else:
                found = _column(function, part, len(rows), shown)
            if len(rows) == len(keys):
                measures.columns[name] = found
                continue
            missing = np.full(len(keys), np.nan, dtype=np.float32)
            measures.columns.setdefault(name, missing)[rows.start : rows.stop] = found
    return measures


def _parts(function: Measuring, value: Any) -> list[tuple[str, Any, str]]:
    """Return what a function gave as field name, value, and words for an error."""
    if not isinstance(value, Mapping):
        if not isinstance(function, Metric) and are_decisions(value):
            raise IntegrationError(
                f"{name_of(function.function)}() returned decisions.",
                where=function.where,
                fix=f"A {kind_of(function)} returns one number per sample; return decisions from an "
                "@percepta.metric.",
            )
        return [(function.name, value, "")]
    if not isinstance(function, Metric):
        raise IntegrationError(
            f"{name_of(function.function)}() returned a dict.",
            where=function.where,
            fix=f"A {kind_of(function)} returns one array; return the parts of it from an "
            "@percepta.metric.",
        )
    return [
        (f"{function.name}_{key}", part, f" for the key {key!r}") for key, part in value.items()
    ]


def _decided(
    function: Measuring,
    value: Sequence[Sequence[Decision]],
    keys: Sequence[SampleKey],
    rows: range,
    failures: dict[int, SampleError],
) -> Decisions:
    name = name_of(function.function)
    if len(value) != len(rows):
        raise IntegrationError(
            f"{name}() returned {len(value)} lists of decisions for a batch of {len(rows)}.",
            where=function.where,
            fix="Return one list per sample; it may be empty.",
        )
    found: Decisions = []
    for index, row in zip(rows, value, strict=True):
        try:
            found.append(checked(row))
        except UnsuitableError as error:
            found.append([])
            where = at_sample(function.where, keys[index].subset, keys[index].id)
            problem = SampleError(f"{name}() returned {error.what}.", where=where, fix=error.fix)
            failures.setdefault(index, problem)
    return found


def _column(function: Measuring, value: Any, count: int, part: str) -> NDArray[np.float32]:
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


def _check_finite(
    function: Loss | TargetFunction,
    values: NDArray[np.float32],
    keys: Sequence[SampleKey],
    failures: dict[int, SampleError],
) -> None:
    for index in np.flatnonzero(~np.isfinite(values)).tolist():
        key = keys[index]
        shown = "NaN" if np.isnan(values[index]) else "infinite"
        problem = SampleError(
            f"The {kind_of(function)} {function.name!r} is {shown}.",
            where=at_sample(function.where, key.subset, key.id),
            fix="Look for a logarithm of zero or a division by zero in it, and for values that are "
            "not finite in the model's output and the ground truth.",
        )
        failures.setdefault(index, problem)


def _placed(error: IntegrationError, function: Measuring) -> IntegrationError:
    """Name the loss or metric, and its place, in an error that a built-in function raised."""
    sentence = (
        f"The {kind_of(function)} {function.name!r}: {error.message[0].lower()}{error.message[1:]}"
    )
    where = error.where if error.where != Where() else function.where
    return IntegrationError(sentence, where=where, fix=error.fix)
