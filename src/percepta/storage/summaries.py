"""Summaries of a field over a run, whole and under a filter."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class NumericSummary:
    """Distribution of numbers.

    Attributes:
        min: smallest finite value of the whole run; None if there is none.
        max: largest finite value of the whole run.
        mean: mean of the finite values of the whole run.
        mean_matching: the same under the filter.
        infinite: values that are ±infinity; in no bin.
        edges: ``bins + 1`` edges over the whole run's range; the last bin includes its upper edge.
        counts: values in each bin, whole run.
        counts_matching: the same under the filter.
    """

    min: float | None
    max: float | None
    mean: float | None
    mean_matching: float | None
    infinite: int
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    counts_matching: tuple[int, ...]


@dataclass(frozen=True)
class ValueCount:
    """How often a value occurs."""

    value: str | bool
    count: int
    matching: int


@dataclass(frozen=True)
class FieldSummary:
    """Distribution of a field; exactly one of ``numeric`` and ``values`` is set.

    Attributes:
        field: name.
        type: ``float``, ``integer``, ``boolean`` or ``string``.
        total: samples of the run.
        matching: samples under the filter.
        missing: samples without a value.
        missing_matching: the same under the filter.
        numeric: for floats and integers.
        values: for booleans and strings: the most frequent 100, most frequent first.
        distinct: number of distinct values (booleans and strings).
        other: samples with a value that is not among ``values``.
        other_matching: the same under the filter.
    """

    field: str
    type: str
    total: int
    matching: int
    missing: int
    missing_matching: int
    numeric: NumericSummary | None = None
    values: tuple[ValueCount, ...] | None = None
    distinct: int = 0
    other: int = 0
    other_matching: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)
