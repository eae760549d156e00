"""Questions of charts and their answers, all those of one gesture together."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from percepta.core.charts import (
    MAX_BINS,
    MAX_LIMIT,
    MAX_MEASURES,
    MAX_POINTS,
    MAX_SPLITS,
    Aggregate,
    SplitKind,
    SplitOrder,
)
from percepta.server.schema.base import ErrorDetail, Id, Message, Request, Scalar
from percepta.server.schema.filters import Clauses

MAX_QUESTIONS = 64
MAX_RUNS = 8


class Split(Request):
    """One way to divide samples into groups.

    Attributes:
        field: its name; empty for ``version``.
        kind: ``distinct`` values, ``bins`` of numbers, or the ``version`` where several runs are asked.
        interval: width of a bin; null: chosen so that there are about ``bins``.
        limit: at most so many distinct values; those beyond are one group, ``other``.
        order: which values come first, judged over the whole chart; bins always come by value.
    """

    field: str = ""
    kind: SplitKind = SplitKind.DISTINCT
    interval: Annotated[float, Field(gt=0)] | None = None
    bins: Annotated[int, Field(ge=1, le=MAX_BINS)] = 20
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 30
    order: SplitOrder = SplitOrder.COUNT
    descending: bool = True


class Measure(Request):
    """One number said of every group; missing and infinite values never count.

    Attributes:
        field: of which field; null for counts of samples and for the group's share of all. A ``count``
            of a field counts the samples that have a value. True counts as 1, false as 0.
        quantile: for ``quantile``.
        value: for the ``share`` of the samples whose field has this value, among those that have one.
    """

    aggregate: Aggregate = Aggregate.COUNT
    field: str | None = None
    quantile: Annotated[float, Field(ge=0, le=1)] | None = None
    value: Scalar | None = None


class GroupsQuestion(Request):
    """Measures of groups of samples.

    Attributes:
        key: given back with the answer.
        shared: in place of the shared filter, for a chart that does not filter itself; null: the shared one.
        filter: of the chart itself.
        context: whether the measures without the shared filter are wanted too.
    """

    kind: Literal["groups"]
    key: Annotated[str, Field(max_length=64)]
    splits: Annotated[list[Split], Field(max_length=MAX_SPLITS)] = []
    measures: Annotated[list[Measure], Field(min_length=1, max_length=MAX_MEASURES)]
    filter: Clauses = []
    shared: Clauses | None = None
    context: bool = True


class PointsQuestion(Request):
    """Values of some fields of single samples, an even choice where there are too many."""

    kind: Literal["points"]
    key: Annotated[str, Field(max_length=64)]
    fields: Annotated[list[str], Field(min_length=1, max_length=8)]
    limit: Annotated[int, Field(ge=1, le=MAX_POINTS)] = 5_000
    filter: Clauses = []
    shared: Clauses | None = None


class DecisionsQuestion(Request):
    """How well decisions or classes agree with the ground truth.

    Attributes:
        source: a prediction, or a metric that counts decisions; null: the run's first.
        labels: whose curves; empty: the 20 commonest. Averages are over these labels, or over all.
        threshold: probability from which a decision is yes; null: 0.5, or for classes the highest score.
    """

    kind: Literal["decisions"]
    key: Annotated[str, Field(max_length=64)]
    source: str | None = None
    labels: Annotated[list[str], Field(max_length=1_000)] = []
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    filter: Clauses = []
    shared: Clauses | None = None


Question = Annotated[
    GroupsQuestion | PointsQuestion | DecisionsQuestion, Field(discriminator="kind")
]


class ChartsRequest(Request):
    """The questions of one gesture.

    Attributes:
        filter: shared by all.
        map: the map whose clusters count as fields.
        versions: other runs of the project that are asked too, as groups of a ``version`` split. Clauses
            about rows or a lasso choose the same samples (subset and id) there.
    """

    questions: Annotated[list[Question], Field(min_length=1, max_length=MAX_QUESTIONS)]
    filter: Clauses = []
    map: Id | None = None
    versions: Annotated[list[Id], Field(max_length=MAX_RUNS)] = []


class SplitValues(Message):
    """What a split's codes stand for.

    Attributes:
        values: of distinct values and versions (run ids), in order; ``codes`` are positions in it.
        edges: of bins, one more than there are; bin i holds ``edges[i] <= v < edges[i + 1]``, the last
            also its end.
        whole_numbers: the bins hold whole numbers between whole edges; none holds its end.
        other: code of the values beyond the limit and of infinite ones; null: there are none.
        missing: code of the samples without a value; null: there are none.
        beyond: how many distinct values are beyond the limit.
    """

    field: str
    kind: SplitKind
    values: list[Scalar] | None = None
    edges: list[float] | None = None
    whole_numbers: bool = False
    other: int | None = None
    missing: int | None = None
    beyond: int = 0


class MeasureValues(Message):
    """A measure of every group; null: the group has no value.

    Attributes:
        matching: of the samples that match the shared filter.
        all: of all samples of the chart; null: not asked.
    """

    matching: list[float | None]
    all: list[float | None] | None = None


class GroupsAnswer(Message):
    """Groups with their measures, columnar: position i of every list is group i.

    Attributes:
        codes: one list a split: which of its values.
        count: samples of the group that match the shared filter.
        count_all: samples of the group in the whole chart; null: not asked.
        matching: samples of the whole chart that match.
        total: samples of the whole chart.
        dropped: groups left out because there were too many.
        notes: what is worth knowing, such as a field that a version lacks.
    """

    kind: Literal["groups"]
    key: str
    splits: list[SplitValues]
    codes: list[list[int]]
    count: list[int]
    count_all: list[int] | None
    measures: list[MeasureValues]
    matching: int
    total: int
    dropped: int = 0
    notes: list[str] = []


class PointsAnswer(Message):
    """Values of single samples, columnar.

    Attributes:
        rows: which samples; more than the limit match: an even choice of them.
        values: by field.
        matching: how many match.
    """

    kind: Literal["points"]
    key: str
    rows: list[int]
    values: dict[str, list[Scalar | None]]
    matching: int


class DecisionCurve(Message):
    """Quality of one label's decisions by threshold, at most 200 points, thresholds falling.

    Attributes:
        label: null: all labels together (micro average).
        positives: decisions that should be yes.
        negatives: decisions that should be no.
        counts: ``[tp, fp, tn, fn]`` at the threshold asked for.
        area: under the ROC curve; null: one side is empty.
        average_precision: area under the precision–recall curve.
    """

    label: str | None
    positives: int
    negatives: int
    thresholds: list[float]
    true_positive_rate: list[float | None]
    false_positive_rate: list[float | None]
    precision: list[float | None]
    recall: list[float | None]
    f1: list[float | None]
    balanced_accuracy: list[float | None]
    counts: list[int]
    area: float | None
    average_precision: float | None


class DecisionsAnswer(Message):
    """Confusion and curves.

    Attributes:
        source: the prediction or metric.
        truth_field: field of the true class that a click filters by; null: decisions have none.
        predicted_field: field of the predicted class; null too where a threshold other than the highest
            score decides between two classes.
        labels: classes of the confusion matrix, in order; of counted decisions the commonest first.
        confusion: ``[true][predicted]`` samples that match; null where decisions are counted one by one.
        confusion_all: the same of the whole chart.
        curves: all labels together first, then one a label asked for (the 20 commonest where none is).
        mean_average_precision: mean of the labels' average precision.
        labeled: matching samples (or counted decisions) that have a ground truth.
        counted: how many of them the curves rest on; of very many, an even choice.
        sources: everything that could be asked for.
    """

    kind: Literal["decisions"]
    key: str
    source: str
    truth_field: str | None
    predicted_field: str | None
    labels: list[str]
    confusion: list[list[int]] | None
    confusion_all: list[list[int]] | None
    curves: list[DecisionCurve]
    mean_average_precision: float | None
    labeled: int
    counted: int
    matching: int
    sources: list[str]


class FailedAnswer(Message):
    """A question that cannot be answered; the others are."""

    kind: Literal["failed"]
    key: str
    error: ErrorDetail


Answer = Annotated[
    GroupsAnswer | PointsAnswer | DecisionsAnswer | FailedAnswer, Field(discriminator="kind")
]


class ChartsAnswer(Message):
    """Answers in the order of the questions, and how long they took, in seconds."""

    answers: list[Answer]
    seconds: float
