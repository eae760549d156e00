"""Parameters that many routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

Id = Annotated[str, Path(max_length=64, description="Opaque id.")]
Row = Annotated[int, Path(ge=0, lt=2**63, description="Row of the sample in the run.")]
MapId = Annotated[
    str | None,
    Query(alias="map", max_length=64, description="Map whose clusters count as fields."),
]
