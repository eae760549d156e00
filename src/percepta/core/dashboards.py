"""Dashboards: pages of charts over a run that share one filter, kept as one JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FORMAT = 1
COLUMNS = 24
"""Columns of the grid."""
MAX_DASHLETS = 64


class DashletKind(StrEnum):
    """What a dashlet shows."""

    BAR = "bar"
    LINE = "line"
    AREA = "area"
    HISTOGRAM = "histogram"
    SCATTER = "scatter"
    HEATMAP = "heatmap"
    DONUT = "donut"
    BOX = "box"
    TABLE = "table"
    """Groups and their measures as rows."""
    SAMPLES = "samples"
    """One row a sample."""
    GALLERY = "gallery"
    """Pictures of samples."""
    CONFUSION = "confusion"
    ROC = "roc"
    PRECISION_RECALL = "precision_recall"
    THRESHOLD = "threshold"
    """Precision, recall, F1, balanced accuracy by decision threshold, and mean average precision."""
    NUMBER = "number"
    TEXT = "text"
    MAP = "map"
    """The population map."""
    ANALYSIS = "analysis"
    """Heat maps of the sample on show."""
    CURVES = "curves"
    """Metrics by step or epoch of training."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dashlet lies on the grid, in columns and rows."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Dashlet:
    """One chart of a dashboard.

    Attributes:
        id: unique in the dashboard.
        kind: what it shows.
        title: for people; empty: made from the settings.
        place: where it lies.
        settings: what it shows exactly; the form of :class:`percepta.server.schema.dashboards.Settings`.
        filter: its own filter, the JSON form of :class:`percepta.core.filters.Filter`.
    """

    id: str
    kind: DashletKind
    title: str
    place: Place
    settings: dict[str, Any]
    filter: list[dict[str, Any]]
