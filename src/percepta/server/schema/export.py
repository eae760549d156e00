"""Samples to write to a file, as they are asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from percepta.server.schema.base import Id, Request
from percepta.server.schema.filters import Clauses


class ExportRequest(Request):
    """Samples to write to a file; ``fields`` null means all of them."""

    filter: Clauses = []
    map: Id | None = None
    fields: Annotated[list[str], Field(max_length=1_000)] | None = None
    order_by: str | None = None
    descending: bool = False
    format: Literal["csv", "json", "parquet"] = "csv"
