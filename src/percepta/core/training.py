"""Training curves: how metrics went, by step or epoch of the training that made a version."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

By = Literal["step", "epoch"]

MAX_SERIES = 1_000
MAX_POINTS = 20_000
"""Points that are kept of one curve: of a longer one an even choice, with both ends."""


@dataclass(frozen=True, slots=True)
class TrainingSeries:
    """One curve.

    Attributes:
        metric: such as ``loss``.
        subset: such as ``training``; any text.
        by: what ``at`` counts.
        at: steps or epochs, rising.
        values: one for each of ``at``; None where the training gave no finite number.
    """

    metric: str
    subset: str
    by: By
    at: tuple[float, ...]
    values: tuple[float | None, ...]

    @classmethod
    def of(
        cls, metric: str, subset: str, by: By, points: Iterable[tuple[float, float | None]]
    ) -> TrainingSeries:
        """Make a curve of points in any order; of several at one place the last counts."""
        ordered = sorted(dict(points).items())
        if len(ordered) > MAX_POINTS:
            step = (len(ordered) - 1) / (MAX_POINTS - 1)
            ordered = [ordered[round(at * step)] for at in range(MAX_POINTS)]
        finite = (None if v is None or not math.isfinite(v) else float(v) for _, v in ordered)
        return cls(metric, subset, by, tuple(float(at) for at, _ in ordered), tuple(finite))

    def __post_init__(self) -> None:
        """Check the shape.

        Raises:
            ValueError: lengths differ, or places do not rise.
        """
        if len(self.at) != len(self.values):
            raise ValueError("a curve needs as many values as places")
        if any(a >= b for a, b in pairwise(self.at)):
            raise ValueError("the places of a curve must rise")

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "metric": self.metric,
            "subset": self.subset,
            "by": self.by,
            "at": list(self.at),
            "values": list(self.values),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TrainingSeries:
        """Read what :meth:`to_json` wrote."""
        return cls(
            value["metric"],
            value["subset"],
            value["by"],
            tuple(value["at"]),
            tuple(value["values"]),
        )


@dataclass(frozen=True, slots=True)
class TrainingCurves:
    """All curves of a training; empty: none were recorded."""

    series: tuple[TrainingSeries, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is a curve."""
        return bool(self.series)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"series": [one.to_json() for one in self.series]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TrainingCurves:
        """Read what :meth:`to_json` wrote."""
        return cls(tuple(TrainingSeries.from_json(one) for one in value["series"]))
