"""The catalogue and the run store: the only floor that knows a path or a table.

Names are loaded on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from percepta.storage.catalogue import Catalogue
    from percepta.storage.maps import ClusterInfo, MapInfo, MapResult, StoredMap, Trait
    from percepta.storage.plan import RunPlan, SampleFailure, ShardData
    from percepta.storage.queries import RunQuery
    from percepta.storage.records import (
        Dashboard,
        DerivedField,
        Job,
        JobStatus,
        Project,
        RunRecord,
        RunStatus,
        Version,
    )
    from percepta.storage.run import Run
    from percepta.storage.summaries import FieldSummary, NumericSummary, ValueCount
    from percepta.storage.workspace import Workspace
    from percepta.storage.writer import RunWriter

_HOMES = {
    "Catalogue": "catalogue",
    "ClusterInfo": "maps",
    "MapInfo": "maps",
    "MapResult": "maps",
    "StoredMap": "maps",
    "Trait": "maps",
    "RunPlan": "plan",
    "SampleFailure": "plan",
    "ShardData": "plan",
    "RunQuery": "queries",
    "Dashboard": "records",
    "DerivedField": "records",
    "Job": "records",
    "JobStatus": "records",
    "Project": "records",
    "RunRecord": "records",
    "RunStatus": "records",
    "Version": "records",
    "Run": "run",
    "FieldSummary": "summaries",
    "NumericSummary": "summaries",
    "ValueCount": "summaries",
    "Workspace": "workspace",
    "RunWriter": "writer",
}

__all__ = [
    "Catalogue",
    "ClusterInfo",
    "Dashboard",
    "DerivedField",
    "FieldSummary",
    "Job",
    "JobStatus",
    "MapInfo",
    "MapResult",
    "NumericSummary",
    "Project",
    "Run",
    "RunPlan",
    "RunQuery",
    "RunRecord",
    "RunStatus",
    "RunWriter",
    "SampleFailure",
    "ShardData",
    "StoredMap",
    "Trait",
    "ValueCount",
    "Version",
    "Workspace",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its module (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
