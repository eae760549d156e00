"""Training logs as they are usually kept in memory, as curves.

Names say the subset: ``val_loss`` is the loss of the validation samples, ``train/loss`` and ``loss`` that of
the training samples. A column is counted by epoch if it has one value an epoch, else by step; the endings
``_step`` and ``_epoch`` say so themselves.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from percepta.core.training import MAX_SERIES, By, TrainingCurves, TrainingSeries

_SUBSETS = {
    "train": "training",
    "training": "training",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "eval": "validation",
    "test": "test",
}
_NAME = re.compile(rf"(?:({'|'.join(_SUBSETS)})[_/. -])?(.+?)(?:_(step|epoch))?")
_NOTHING = {"", "na", "n/a", "none", "null"}
_AXES: tuple[By, By] = ("epoch", "step")


class UnreadableError(Exception):
    """A log is not as it should be; says what is wrong, without where."""


@dataclass
class _Points:
    """Points gathered by metric, subset and axis, in the order in which curves were first met."""

    curves: dict[tuple[str, str, By], list[tuple[float, float | None]]] = field(
        default_factory=dict
    )

    def add(self, metric: str, subset: str, by: By, at: float, value: float | None) -> None:
        self.curves.setdefault((metric, subset, by), []).append((at, value))

    def done(self) -> TrainingCurves:
        if len(self.curves) > MAX_SERIES:
            raise UnreadableError(
                f"there are {len(self.curves):,} curves, more than {MAX_SERIES:,}"
            )
        made = (TrainingSeries.of(*key, points) for key, points in self.curves.items())
        return TrainingCurves(tuple(one for one in made if any(v is not None for v in one.values)))


def of_history(history: Mapping[str, Any]) -> TrainingCurves:
    """Read lists by metric, such as Keras' ``history.history``; epochs count from 1 unless a list tells them.

    Raises:
        UnreadableError: what holds no list of numbers.
    """
    columns = {str(name): _list(name, values) for name, values in history.items()}
    longest = max((len(values) for values in columns.values()), default=0)
    return of_table(
        [
            {name: values[at] for name, values in columns.items() if at < len(values)}
            for at in range(longest)
        ]
    )


def of_records(records: Sequence[Any]) -> TrainingCurves:
    """Read records: ``{"metric", "subset", "step" | "epoch", "value"}``, or a mapping of metrics each.

    Raises:
        UnreadableError: naming the record, counted from 1, and what is wrong.
    """
    points, flat = _Points(), []
    for number, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            raise UnreadableError(f"record {number} is {_shown(record)}, not a mapping")
        if "metric" not in record or "value" not in record:
            flat.append(record)
            continue
        try:
            _add_record(points, record)
        except UnreadableError as error:
            raise UnreadableError(f"record {number}: {error}") from None
    return TrainingCurves((*points.done().series, *of_table(flat).series))


def of_table(rows: Sequence[Mapping[str, Any]]) -> TrainingCurves:
    """Read rows of metrics; ``epoch`` and ``step`` say where a row is, else rows count from 1 as epochs.

    Columns without a single number are left out, as are empty cells.

    Raises:
        UnreadableError: naming a cell that is no number in a column of numbers; or there are too many curves.
    """
    columns = {
        name: _column(name, rows) for name in dict.fromkeys(name for row in rows for name in row)
    }
    axes = {axis: columns.pop(axis, {}) for axis in _AXES}
    points = _Points()
    for name, values in columns.items():
        found = _NAME.fullmatch(name)
        if found is None:
            continue
        by = _axis(list(values), axes, found[3])
        places = axes[by] or {row: row + 1.0 for row in values}
        subset = _SUBSETS.get(found[1] or "", "training")
        for row, value in values.items():
            if row in places:
                points.add(found[2], subset, by, places[row], value)
    return points.done()


def _column(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[int, float]:
    """Return the numbers of a column by row; none if there is not one."""
    found: dict[int, float] = {}
    odd = None
    for at, row in enumerate(rows):
        try:
            value = _number(row.get(name))
        except UnreadableError as error:
            odd = odd or UnreadableError(f"{name!r} of row {at + 1} {error}")
            continue
        if value is not None:
            found[at] = value
    if found and odd is not None:
        raise odd
    return found


def _axis(rows: Sequence[int], axes: Mapping[By, Mapping[int, float]], said: str | None) -> By:
    """Return what the values of some rows are counted by: the epoch if each has one of its own."""
    if said == "step" and axes["step"]:
        return "step"
    epochs = [axes["epoch"][row] for row in rows if row in axes["epoch"]]
    one_each = bool(epochs) and len(set(epochs)) == len(epochs)
    return "epoch" if said == "epoch" or one_each or not axes["step"] else "step"


def _add_record(points: _Points, record: Mapping[str, Any]) -> None:
    metric, subset = record["metric"], record.get("subset", "training")
    if not isinstance(metric, str) or not metric or not isinstance(subset, str):
        raise UnreadableError("'metric' and 'subset' must be texts")
    for by in reversed(_AXES):
        at = _number(record.get(by))
        if at is not None:
            value = _number(record["value"])
            points.add(metric, subset, by, at, math.nan if value is None else value)
            return
    raise UnreadableError("it has neither a 'step' nor an 'epoch'")


def _list(name: object, values: Any) -> list[Any]:
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise UnreadableError(f"{name!r} is {_shown(values)}, not a list of numbers")
    return list(values)


def _number(value: Any) -> float | None:
    """Return a number, not finite where the training said so; None where it said nothing.

    Raises:
        UnreadableError: it is something else.
    """
    if value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise UnreadableError(f"is {_shown(value)}, not a number") from None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"a {type(value).__name__}"
