"""Dashboards between the catalogue, which keeps JSON, and those who read and write it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from percepta.core.errors import DashboardError
from percepta.server.schema.dashboards import Dashboard, DashboardDocument, DashboardSummary

if TYPE_CHECKING:
    from percepta.storage import Dashboard as Kept


def read_document(value: object) -> DashboardDocument:
    """Read a dashboard that came from outside.

    Args:
        value: decoded JSON.

    Raises:
        DashboardError: naming the place and what is wrong there; or a newer percepta made it.
    """
    try:
        return DashboardDocument.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = _place(first["loc"], value)
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise DashboardError(
            f"The dashboard cannot be read: {place}: {first['msg']}{more}.",
            fix="docs/how-to/dashboards.md shows the form of the document.",
        ) from None


def document_json(document: DashboardDocument) -> dict[str, Any]:
    """Return a dashboard as it is kept and exported."""
    return document.model_dump(mode="json", exclude_none=True)


def summary_view(kept: Kept) -> DashboardSummary:
    """Return a dashboard as listed."""
    return DashboardSummary(
        id=kept.id,
        name=kept.name,
        description=kept.document.get("description", ""),
        dashlets=len(kept.document.get("dashlets", [])),
        updated=kept.updated,
    )


def dashboard_view(kept: Kept) -> Dashboard:
    """Return a dashboard with its document."""
    return Dashboard(
        id=kept.id,
        project=kept.project,
        revision=kept.revision,
        document=read_document(kept.document),
        updated=kept.updated,
    )


def _place(steps: tuple[int | str, ...], value: object) -> str:
    """Say where in the document, dashlets by number and title: ``dashlet 3 ('Loss'), settings.x.kind``."""
    if not steps:
        return "the document"
    if len(steps) < 2 or steps[0] != "dashlets" or not isinstance(steps[1], int):
        return ".".join(str(step) for step in steps)
    told = f"dashlet {steps[1] + 1}"
    dashlets = value["dashlets"] if isinstance(value, dict) else []
    dashlet = dashlets[steps[1]]
    if isinstance(dashlet, dict) and dashlet.get("title"):
        told += f" ({dashlet['title']!r})"
    rest = ".".join(str(step) for step in steps[2:])
    return f"{told}, {rest}" if rest else told
