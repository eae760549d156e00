"""Collections as they travel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from percepta.server.schema.collections import Collection

if TYPE_CHECKING:
    from percepta.storage import records


def collection_view(kept: records.Collection) -> Collection:
    """Return a collection as it is listed."""
    return Collection.model_validate(kept.to_json())
