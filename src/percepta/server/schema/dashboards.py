"""Dashboards, derived fields, collections, training curves and what explains a metric, as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from percepta.core.dashboards import COLUMNS, MAX_DASHLETS, DashletKind, demand_known_format
from percepta.core.errors import DashboardError, FilterError
from percepta.core.fields import FieldGroup, FieldType
from percepta.server.schema.base import Message, Request, Scalar
from percepta.server.schema.charts import Measure, Split
from percepta.server.schema.filters import Clauses, read_filter

Name = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=10_000)]


class Place(Request):
    """Where a dashlet lies on a grid of 24 columns."""

    x: Annotated[int, Field(ge=0, lt=COLUMNS)]
    y: Annotated[int, Field(ge=0, le=10_000)]
    w: Annotated[int, Field(ge=1, le=COLUMNS)]
    h: Annotated[int, Field(ge=1, le=200)]


class SortBy(Request):
    """A field to sort by."""

    field: str
    descending: bool = True


class Settings(Request):
    """What a dashlet shows exactly; each kind uses the parts that mean something to it.

    Attributes:
        x: split along the horizontal axis; of a donut its slices, of a box plot its boxes.
        y: split along the vertical axis of a heat map.
        color: inner split.
        columns: facets side by side.
        rows: facets one below the other.
        measures: numbers said of every group; most kinds use the first.
        stacked: whether bars or areas of the inner split are stacked.
        fields: of a scatter plot x, y and colour; of a samples table its columns; of a gallery its captions.
        sort: of samples.
        limit: at most so many samples.
        source: prediction or metric of confusion matrices and curves.
        labels: classes of curves.
        threshold: of decisions.
        metrics: of training curves; empty: all.
        by: what training curves run over.
        text: of a text dashlet, plain with paragraphs.
        relative: of a confusion matrix: counts as shares of their ``row`` (all that are so) or ``column``
            (all that are predicted so).
        absolute: of ROC and precision–recall: numbers of samples on the axes instead of rates.
        logarithmic: of training curves: the axis of values.
        smoothing: of training curves: how much of each point comes from those before it, 0..1.
    """

    x: Split | None = None
    y: Split | None = None
    color: Split | None = None
    columns: Split | None = None
    rows: Split | None = None
    measures: Annotated[list[Measure], Field(max_length=16)] = []
    stacked: bool = False
    fields: Annotated[list[str], Field(max_length=200)] = []
    sort: SortBy | None = None
    limit: Annotated[int, Field(ge=1, le=20_000)] | None = None
    source: str | None = None
    labels: Annotated[list[str], Field(max_length=1_000)] = []
    threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    metrics: Annotated[list[str], Field(max_length=100)] = []
    by: Literal["step", "epoch"] | None = None
    text: Annotated[str, Field(max_length=20_000)] = ""
    relative: Literal["row", "column"] | None = None
    absolute: bool = False
    logarithmic: bool = False
    smoothing: Annotated[float, Field(ge=0, le=0.999)] = 0.0


class Dashlet(Request):
    """One chart of a dashboard."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    kind: DashletKind
    title: Annotated[str, Field(max_length=200)] = ""
    place: Place
    settings: Settings = Field(default_factory=Settings)
    filter: Clauses = []


class DashboardDocument(Request):
    """A dashboard as it is exported and imported: all of it, and nothing of where it was."""

    format: Literal[1] = 1
    name: Name
    description: Description = ""
    dashlets: Annotated[list[Dashlet], Field(max_length=MAX_DASHLETS)] = []

    @model_validator(mode="before")
    @classmethod
    def _known_format(cls, document: Any) -> Any:
        demand_known_format(document)
        return document

    @model_validator(mode="after")
    def _whole(self) -> Self:
        seen: set[str] = set()
        for number, dashlet in enumerate(self.dashlets, 1):
            which = f"Dashlet {number} ({dashlet.title or dashlet.id!r})"
            if dashlet.id in seen:
                raise DashboardError(f"{which} has the id of another.", fix="Give each its own.")
            seen.add(dashlet.id)
            if dashlet.place.x + dashlet.place.w > COLUMNS:
                raise DashboardError(
                    f"{which} ends beyond the grid's {COLUMNS} columns.",
                    fix="Make x + w at most that.",
                )
            try:
                read_filter(dashlet.filter)
            except FilterError as error:
                raise DashboardError(f"{which}: {error.message}", fix=error.fix) from error
        return self


class DashboardSummary(Message):
    """A dashboard as listed."""

    id: str
    name: str
    description: str
    dashlets: int
    updated: datetime


class Dashboard(Message):
    """A dashboard; ``revision`` grows with every change."""

    id: str
    project: str
    revision: int
    document: DashboardDocument
    updated: datetime


class DashboardChange(Request):
    """A changed dashboard; refused where ``revision`` is not the newest: someone else changed it."""

    document: DashboardDocument
    revision: int


class DerivedFieldRequest(Request):
    """A field made of others."""

    name: Name
    expression: Annotated[str, Field(min_length=1, max_length=2_000)]
    description: Description = ""


class DerivedField(Message):
    """A derived field of a project; it is there in every run that has the fields it is made of."""

    id: str
    name: str
    expression: str
    description: str
    created: datetime


class DerivedFieldCheck(Message):
    """What an expression would give over a run: its type, its first values, or what is wrong and where.

    Attributes:
        at: position in the expression of what is wrong; null where nothing is.
    """

    type: FieldType | None
    examples: list[Scalar | None]
    error: str | None
    at: int | None


class CollectionRequest(Request):
    """A set of samples to keep: those that match a filter in a run."""

    name: Name
    description: Description = ""
    filter: Clauses
    map: str | None = None


class Collection(Message):
    """A kept set of samples.

    Attributes:
        run: where it was made.
        filter: what chose its samples.
        samples: how many there were.
    """

    id: str
    name: str
    description: str
    run: str
    filter: Clauses
    samples: int
    created: datetime


class TellsRequest(Request):
    """What explains a field: which others tell about it.

    Attributes:
        metric: a field of numbers, such as the loss.
        filter: over which samples.
        everything: whether predictions, losses and metrics are ranked too, which tell by their making.
    """

    metric: str
    filter: Clauses = []
    map: str | None = None
    everything: bool = False
    slot: Annotated[str | None, Field(max_length=64)] = None


class Tells(Message):
    """How much a field tells about the metric.

    Attributes:
        information: share of the metric's entropy (in bins) that the field explains, 0..1, less what
            chance gives.
        p_value: probability that chance gives as much to the best of all fields (corrected for their number).
        effect: in standard deviations of the metric: of a number, how far its average moves from the lowest
            values to the highest (negative: it falls), or of a curve from its lowest part to its highest; of
            texts and booleans, how far the average of ``value`` lies above that of the rest.
        shape: of numbers ``rising``, ``falling``, ``curved`` or ``unclear`` (the parts differ in how the
            metric is spread, but not, beyond noise, in its average); of texts and booleans ``groups``.
        value: of texts and booleans, the value whose average differs most; null: it is no single value.
        split: the chart's split that shows it.
        labels: parts of the field: bins of about equally many samples, or values, in words.
        average: average metric of every part.
        count: samples of every part.
    """

    field: str
    group: FieldGroup
    type: FieldType
    information: float
    p_value: float
    effect: float
    shape: Literal["rising", "falling", "curved", "unclear", "groups"]
    value: Scalar | None
    split: Split
    labels: list[str]
    average: list[float | None]
    count: list[int]


class TellsAnswer(Message):
    """Fields by how much they tell about the metric, the most telling first.

    Attributes:
        samples: how many were looked at: those that match and have a value of the metric.
        matching: how many match.
        permutations: how many shuffles of the metric the p-values rest on; the least p-value is one in one
            more.
        shuffled: how many samples were shuffled; an even choice where there are very many.
        skipped: fields that were not ranked, and why.
    """

    metric: str
    fields: list[Tells]
    samples: int
    matching: int
    permutations: int
    shuffled: int
    skipped: dict[str, str]


class TrainingSeries(Message):
    """One curve of a training.

    Attributes:
        metric: such as ``loss``.
        subset: such as ``training``.
        by: what ``at`` counts.
        at: steps or epochs, rising.
    """

    metric: str
    subset: str
    by: Literal["step", "epoch"]
    at: list[float]
    values: list[float | None]


class TrainingCurves(Message):
    """The curves of the training that made the version; empty: none were recorded."""

    series: list[TrainingSeries]


class ExportRequest(Request):
    """Samples to write to a file; ``fields`` null means all of them."""

    filter: Clauses = []
    map: str | None = None
    fields: Annotated[list[str], Field(max_length=1_000)] | None = None
    order_by: str | None = None
    descending: bool = False
    format: Literal["csv", "json", "parquet"] = "csv"
