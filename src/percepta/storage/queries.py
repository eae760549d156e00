"""Queries over a run (signatures first; being filled in)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from percepta.core.fields import Field
from percepta.core.filters import Filter
from percepta.storage.run import Run
from percepta.storage.summaries import FieldSummary


class RunQuery:
    """Answers filters over a run (and one of its maps); every error of the caller is a FilterError/NotFoundError."""

    def __init__(self, run: Run, map_id: str | None = None) -> None: ...
    def fields(self) -> tuple[Field, ...]: ...  # run fields + subset, sample_id (+ cluster, subcluster, cluster_distance)
    def mask(self, filter: Filter) -> Any: ...  # uint8 [ceil(n/8)], bit i%8 of byte i//8, LSB first
    def matching(self, filter: Filter) -> int: ...
    def summary(self, field: str, filter: Filter = Filter()) -> FieldSummary: ...
    def rows(self, filter: Filter, fields: Sequence[str] | None = None, order_by: str | None = None, descending: bool = False, offset: int = 0, limit: int = 100) -> tuple[int, list[dict[str, Any]]]: ...  # each {"row": int, field: value|None}
    def column_ipc(self, field: str) -> bytes: ...
