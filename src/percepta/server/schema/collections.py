"""Collections as they travel."""

from __future__ import annotations

from datetime import datetime

from percepta.server.schema.base import Description, Id, Message, Name, Request
from percepta.server.schema.filters import Clauses


class CollectionRequest(Request):
    """A set of samples to keep: those that match a filter in a run."""

    name: Name
    description: Description = ""
    filter: Clauses
    map: Id | None = None


class Collection(Message):
    """A kept set of samples.

    Attributes:
        run: where it was made.
        filter: what chose its samples.
        samples: how many there were.
    """

    id: str
    name: str
    description: str
    run: str
    filter: Clauses
    samples: int
    created: datetime
