"""Queries over a run's samples, and one sample in full."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from percepta.core.fields import FieldGroup, FieldType
from percepta.server.schema.base import Message, Request, Scalar
from percepta.server.schema.filters import Clauses

MAX_ROWS = 1_000


class SummaryRequest(Request):
    """Which field to summarise, over which samples."""

    field: str
    filter: Clauses = Field(default_factory=list)
    map: str | None = None


class MaskRequest(Request):
    """Which samples to mark."""

    filter: Clauses = Field(default_factory=list)
    map: str | None = None


class RowsRequest(Request):
    """A page of a table over the matching samples; ``fields`` null means all of them."""

    filter: Clauses = Field(default_factory=list)
    map: str | None = None
    fields: Annotated[list[str], Field(max_length=1_000)] | None = None
    order_by: str | None = None
    descending: bool = False
    offset: Annotated[int, Field(ge=0, lt=2**53)] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_ROWS)] = 100


class Rows(Message):
    """One page of a table: every row has ``row`` and the fields asked for."""

    total: int
    rows: list[dict[str, Scalar | None]]


class NumericSummary(Message):
    """Spread of a numeric field over the whole run and under the filter.

    Attributes:
        median: of the finite values of the whole run, as mean and std.
        std: standard deviation (n − 1); null for fewer than two values.
        infinite: values that are infinite; they are in no bin.
        edges: one more than there are bins, ascending, over the whole run's range.
        counts: values in each bin over the whole run.
        counts_matching: the same under the filter.
    """

    min: float | None
    max: float | None
    mean: float | None
    mean_matching: float | None
    median: float | None
    std: float | None
    infinite: int
    edges: list[float]
    counts: list[int]
    counts_matching: list[int]


class ValueCount(Message):
    """How often a value occurs over the whole run and under the filter."""

    value: str | bool
    count: int
    matching: int


class FieldSummary(Message):
    """Distribution of a field: ``numeric`` for numbers, ``values`` for texts and booleans.

    Attributes:
        total: samples of the run.
        matching: samples under the filter.
        missing: samples without a value.
        values: the commonest 100, commonest first.
        distinct: number of distinct values over the whole run.
        other: samples with a value that is not among ``values``.
    """

    field: str
    type: FieldType
    total: int
    matching: int
    missing: int
    missing_matching: int
    numeric: NumericSummary | None = None
    values: list[ValueCount] | None = None
    distinct: int = 0
    other: int = 0
    other_matching: int = 0


class SampleRef(Message):
    """Where a sample is in a run, and its identity."""

    row: int
    subset: str
    sample_id: int | str


class FieldValue(Message):
    """A field's value for one sample; null is missing."""

    name: str
    value: Scalar | None
    group: FieldGroup
    type: FieldType


class Score(Message):
    """What the model gave to one label."""

    label: str
    score: float | None


class SamplePrediction(Message):
    """A prediction for one sample.

    Attributes:
        scores: probabilities, at most the top 20, best first; empty unless one a label.
    """

    name: str
    scores: list[Score]
    predicted: Scalar | None = None
    truth: Scalar | None = None


class SampleVisual(Message):
    """A visualization: its document, and where its image planes are.

    Attributes:
        images: addresses of the planes, relative to the page.
    """

    name: str
    kind: str
    document: dict[str, Any]
    images: list[str]


class SampleDetails(SampleRef):
    """One sample in full."""

    fields: list[FieldValue]
    predictions: list[SamplePrediction]
    visuals: list[SampleVisual]
    thumbnail: str
