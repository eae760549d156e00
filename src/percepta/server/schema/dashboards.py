"""Dashboards as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from percepta.core.dashboards import COLUMNS, MAX_DASHLETS, DashletKind, demand_known_format
from percepta.core.errors import DashboardError, FilterError
from percepta.server.schema.base import Description, Message, Name, Request
from percepta.server.schema.charts import Measure, Split
from percepta.server.schema.filters import Clauses, read_filter


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
