"""Questions that charts ask of a run: groups of samples and what is measured of each, or single points.

One JSON form for page, server, dashboards that are kept, and command line. What a question means is answered
in one place, :mod:`percepta.storage.charts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from percepta.core.filters import Filter, Scalar

MAX_SPLITS = 4
MAX_MEASURES = 16
MAX_GROUPS = 20_000
MAX_LIMIT = 1_000
MAX_POINTS = 20_000
MAX_BINS = 500


class Aggregate(StrEnum):
    """What is said of the samples of a group."""

    COUNT = "count"
    """How many samples. Needs no field."""
    SHARE = "share"
    """Share of the group's samples whose ``field`` has ``value``; without a field, its share of all."""
    AVERAGE = "average"
    MIN = "min"
    MAX = "max"
    MEDIAN = "median"
    QUANTILE = "quantile"
    """The ``quantile`` (0..1) of the field, linear between values."""
    STD = "std"
    """Standard deviation of the sample (n − 1)."""
    SUM = "sum"


class SplitKind(StrEnum):
    """How samples are divided."""

    DISTINCT = "distinct"
    """One group a value; what is beyond the limit is one group, ``other``."""
    BINS = "bins"
    """Numbers in intervals of equal width."""
    VERSION = "version"
    """One group a run, where several are asked."""


class SplitOrder(StrEnum):
    """Which values come first, and are kept within the limit."""

    VALUE = "value"
    COUNT = "count"
    MEASURE = "measure"
    """By the first measure of the question."""


@dataclass(frozen=True, slots=True)
class Split:
    """One way to divide samples into groups.

    Attributes:
        field: its name; empty for ``version``.
        kind: how.
        interval: width of a bin; None: chosen so that there are about ``bins``.
        bins: about how many bins, where no interval is given.
        limit: at most so many values (distinct) or bins.
        order: which values come first; bins always come by value.
        descending: the largest first.
    """

    field: str = ""
    kind: SplitKind = SplitKind.DISTINCT
    interval: float | None = None
    bins: int = 20
    limit: int = 30
    order: SplitOrder = SplitOrder.COUNT
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Measure:
    """One number said of every group.

    Attributes:
        aggregate: which.
        field: of which field; None for counts.
        quantile: 0..1, for ``quantile``.
        value: for ``share``.
    """

    aggregate: Aggregate = Aggregate.COUNT
    field: str | None = None
    quantile: float | None = None
    value: Scalar | None = None


@dataclass(frozen=True, slots=True)
class GroupsQuestion:
    """Measures of groups of samples.

    Attributes:
        splits: at most four, such as x, colour, facet columns, facet rows; none: everything is one group.
        measures: at least one.
        filter: of the chart itself, beside the one that is shared.
    """

    splits: tuple[Split, ...] = ()
    measures: tuple[Measure, ...] = (Measure(),)
    filter: Filter = Filter()


@dataclass(frozen=True, slots=True)
class PointsQuestion:
    """Single samples: the values of some fields of each.

    Where more match than the limit, an even choice of them (by a fixed hash of the row) is given, and said.

    Attributes:
        fields: at most 8.
        limit: at most so many samples.
        filter: of the chart itself.
    """

    fields: tuple[str, ...]
    limit: int = 5_000
    filter: Filter = Filter()


@dataclass(frozen=True, slots=True)
class DecisionsQuestion:
    """How well yes-or-no decisions, or classes, agree with the ground truth.

    Attributes:
        source: name of a prediction (one class against the rest, from its scores) or of a metric that counts
            decisions; None: the run's first.
        labels: only these; empty: all, averaged over labels where one curve is asked.
        threshold: probability from which a decision is yes; None: 0.5, or for classes the highest score.
        filter: of the chart itself.
    """

    source: str | None = None
    labels: tuple[str, ...] = ()
    threshold: float | None = None
    filter: Filter = Filter()


Question = GroupsQuestion | PointsQuestion | DecisionsQuestion
