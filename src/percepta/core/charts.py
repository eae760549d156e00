"""Questions that charts ask of a run: groups of samples and what is measured of each, or single points.

One JSON form for page, server, dashboards that are kept, and command line. What a question means is answered
in one place, :mod:`percepta.storage.charts`.

Questions are checked when they are made: one that exists is well formed, whoever built it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from percepta.core.errors import ChartError
from percepta.core.filters import Filter, Scalar, is_number

MAX_SPLITS = 4
MAX_MEASURES = 16
MAX_GROUPS = 20_000
MAX_LIMIT = 1_000
MAX_POINTS = 20_000
MAX_BINS = 500
MAX_FIELDS = 8
"""Fields of a question for points."""


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
        limit: at most so many distinct values.
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

    def __post_init__(self) -> None:
        """Check that the split means something.

        Raises:
            ChartError: saying what is wrong with it.
        """
        if (self.kind is SplitKind.VERSION) == bool(self.field):
            raise ChartError(
                "A split by version takes no field."
                if self.field
                else f"A split of kind '{self.kind}' needs a field."
            )
        if not 1 <= self.bins <= MAX_BINS:
            raise ChartError(f"A split may have 1 to {MAX_BINS} bins, not {self.bins}.")
        if not 1 <= self.limit <= MAX_LIMIT:
            raise ChartError(f"A split may have 1 to {MAX_LIMIT} values, not {self.limit}.")
        if self.interval is not None and not 0 < self.interval < math.inf:
            raise ChartError("The interval of bins must be a number above 0.")


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

    def __post_init__(self) -> None:
        """Check that the measure means something.

        Raises:
            ChartError: saying what is wrong with it.
        """
        match self.aggregate:
            case Aggregate.COUNT:
                pass
            case Aggregate.SHARE:
                if (self.field is None) != (self.value is None):
                    raise ChartError(
                        "A share needs both a field and its value, or neither for a share of all."
                    )
                if not (isinstance(self.value, str | bool | None) or is_number(self.value)):
                    raise ChartError("The value of a share must be a finite number of 64 bits.")
            case _ if self.field is None:
                raise ChartError(f"The measure '{self.aggregate}' needs a field.")
        if (self.aggregate is Aggregate.QUANTILE) != (self.quantile is not None):
            raise ChartError("A 'quantile', and nothing else, needs which one, from 0 to 1.")
        if self.quantile is not None and not 0 <= self.quantile <= 1:
            raise ChartError(f"A quantile lies between 0 and 1, not at {self.quantile:g}.")


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

    def __post_init__(self) -> None:
        """Check the number of parts.

        Raises:
            ChartError: too many, or no measure.
        """
        if len(self.splits) > MAX_SPLITS:
            raise ChartError(f"A chart has at most {MAX_SPLITS} splits, not {len(self.splits)}.")
        if not 1 <= len(self.measures) <= MAX_MEASURES:
            raise ChartError(f"A chart has 1 to {MAX_MEASURES} measures, not {len(self.measures)}.")
        if sum(split.kind is SplitKind.VERSION for split in self.splits) > 1:
            raise ChartError("A chart can be split by version once only.")


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

    def __post_init__(self) -> None:
        """Check the number of fields and points.

        Raises:
            ChartError: too many, or none.
        """
        if not 1 <= len(self.fields) <= MAX_FIELDS:
            raise ChartError(f"Points have 1 to {MAX_FIELDS} fields, not {len(self.fields)}.")
        if not 1 <= self.limit <= MAX_POINTS:
            raise ChartError(f"A chart shows 1 to {MAX_POINTS} points, not {self.limit}.")


@dataclass(frozen=True, slots=True)
class DecisionsQuestion:
    """How well yes-or-no decisions, or classes, agree with the ground truth.

    Attributes:
        source: name of a prediction (one class against the rest, from its scores) or of a metric that counts
            decisions; None: the run's first.
        labels: whose curves, and which ones averages are over; empty: the 20 commonest, averages over all.
            A confusion matrix always has all classes.
        threshold: probability from which a decision is yes; None: 0.5, or for classes the highest score.
        filter: of the chart itself.
    """

    source: str | None = None
    labels: tuple[str, ...] = ()
    threshold: float | None = None
    filter: Filter = Filter()


Question = GroupsQuestion | PointsQuestion | DecisionsQuestion
