"""Dashboards: pages of charts over a run that share one filter, kept as one JSON document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from percepta.core.errors import DashboardError

FORMAT = 1
"""The newest form of the document that this percepta reads; it writes this one."""
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
    settings: dict[str, Any] = field(default_factory=dict)
    filter: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "title": self.title,
            "place": asdict(self.place),
            "settings": self.settings,
            "filter": self.filter,
        }


@dataclass(frozen=True, slots=True)
class DashboardDocument:
    """All of a dashboard, and nothing of where it is kept.

    Attributes:
        name: for people.
        description: what it is for.
        dashlets: its charts.
    """

    name: str
    description: str
    dashlets: tuple[Dashlet, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "format": FORMAT,
            "name": self.name,
            "description": self.description,
            "dashlets": [dashlet.to_json() for dashlet in self.dashlets],
        }


def demand_known_format(document: object) -> None:
    """Refuse what a newer percepta wrote.

    Raises:
        DashboardError: the document has a format that this percepta does not know.
    """
    given = document.get("format", FORMAT) if isinstance(document, dict) else FORMAT
    if isinstance(given, int) and given > FORMAT:
        raise DashboardError(
            f"The dashboard was made by a newer percepta (format {given}; "
            f"this one reads formats up to {FORMAT}).",
            fix="Update percepta.",
        )
