"""The one question about a request's path that guards ask."""

from __future__ import annotations

from starlette._utils import get_route_path
from starlette.types import Scope


def is_api(scope: Scope) -> bool:
    """Whether a request is for the API; odd spellings count, so that guards are never lax."""
    return get_route_path(scope).lstrip("/\\").lower().startswith("api")
