"""Filters answered on the server: summaries, masks, rows."""

from __future__ import annotations

from fastapi import APIRouter, Response

from percepta.server.routes.parameters import Id
from percepta.server.schema.filters import read_filter
from percepta.server.schema.samples import (
    FieldSummary,
    MaskRequest,
    Rows,
    RowsRequest,
    SummaryRequest,
)
from percepta.server.services import Serving

router = APIRouter(prefix="/runs/{run}", tags=["queries"])


@router.post("/summary", operation_id="summarise_field")
def summarise_field(run: Id, body: SummaryRequest, services: Serving) -> FieldSummary:
    """Summarise a field over the whole run and under a filter."""
    summary = services.query(run, body.map).summary(body.field, read_filter(body.filter))
    return FieldSummary.model_validate(summary.to_json())


@router.post(
    "/mask",
    operation_id="get_mask",
    response_class=Response,
    responses={
        200: {
            "content": {"application/octet-stream": {}},
            "headers": {
                "X-Percepta-Matching": {
                    "description": "How many samples match.",
                    "schema": {"type": "integer"},
                }
            },
        }
    },
)
def get_mask(run: Id, body: MaskRequest, services: Serving) -> Response:
    """Mark the samples a filter matches: one bit a row, least significant bit first."""
    bits = services.query(run, body.map).mask(read_filter(body.filter))
    content = bits.tobytes()
    matching = int.from_bytes(content, "little").bit_count()
    headers = {"x-percepta-matching": str(matching)}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/rows", operation_id="get_rows")
def get_rows(run: Id, body: RowsRequest, services: Serving) -> Rows:
    """Return one page of a table over the matching samples."""
    total, rows = services.query(run, body.map).rows(
        read_filter(body.filter),
        body.fields,
        body.order_by,
        body.descending,
        body.offset,
        body.limit,
    )
    return Rows(total=total, rows=rows)
