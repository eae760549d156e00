"""Whether the server is there."""

from __future__ import annotations

from fastapi import APIRouter

from percepta.server.schema.base import Health

router = APIRouter(tags=["health"])


@router.get("/health", operation_id="get_health")
def get_health() -> Health:
    """Tell that the server answers, and its version."""
    from percepta import __version__

    return Health(status="ok", version=__version__)
