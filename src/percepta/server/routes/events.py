"""One stream of everything that changes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent

from percepta.server.schema.jobs import Events
from percepta.server.services import Serving

router = APIRouter(tags=["events"])


def _admitted(services: Serving) -> None:
    services.events.admit()


@router.get(
    "/events",
    operation_id="listen",
    response_class=EventSourceResponse,
    dependencies=[Depends(_admitted)],
    responses={
        200: {
            "description": "A stream of events; the schema gives the data of each by its name.",
            "model": Events,
        }
    },
)
async def listen(services: Serving) -> AsyncIterator[ServerSentEvent]:
    """Tell every job as it stands, then ``ready``, then every change of a job, run, map or dashboard."""
    async for event in services.events.listen():
        yield ServerSentEvent(event=event.name, raw_data=event.data.model_dump_json())
