"""One sample: where it is, what is known of it, its pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from percepta.core.errors import NotFoundError
from percepta.core.subsets import MAX_SAMPLE_ID_LENGTH, Subset
from percepta.server.media import already_there, etag_of, immutable, unchanged
from percepta.server.panel import sample_details
from percepta.server.routes.parameters import Id, MapId, Row
from percepta.server.schema.samples import SampleDetails, SampleRef
from percepta.server.services import Serving

IMAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "image/jpeg": {}}}}

router = APIRouter(prefix="/runs/{run}", tags=["samples"])


@router.get("/locate", operation_id="locate_sample")
def locate_sample(
    run: Id,
    services: Serving,
    sample_id: Annotated[str, Query(min_length=1, max_length=MAX_SAMPLE_ID_LENGTH)],
    subset: Subset | None = None,
) -> list[SampleRef]:
    """Find samples by id, as `17` or `validation/17`: that one, else at most 20 that begin so."""
    found = services.run(run).search(sample_id, subset)
    return [SampleRef(row=row, subset=key.subset.value, sample_id=key.id) for row, key in found]


@router.get("/samples/{row}", operation_id="get_sample")
def get_sample(run: Id, row: Row, services: Serving, map_id: MapId = None) -> SampleDetails:
    """Return everything known of one sample."""
    return sample_details(services.run(run), services.query(run, map_id), row)


@router.get(
    "/thumbnails/{row}",
    operation_id="get_thumbnail",
    response_class=Response,
    responses={**IMAGE, 204: {"description": "The sample has no picture."}},
)
def get_thumbnail(run: Id, row: Row, services: Serving, request: Request) -> Response:
    """Return a sample's small picture."""
    opened = services.run(run)
    etag = etag_of("thumbnail", run, row)
    if already_there(request, etag) and row < opened.n:
        return unchanged(etag)
    picture = opened.thumbnail(row)
    if picture is None:
        return Response(status_code=204, headers={"cache-control": "private, max-age=3600"})
    return immutable(*picture, etag)


@router.get(
    "/visuals/{row}/{visualizer}/{plane}",
    operation_id="get_visual_image",
    response_class=Response,
    responses=IMAGE,
)
def get_visual_image(
    run: Id, row: Row, visualizer: Row, plane: Row, services: Serving, request: Request
) -> Response:
    """Return a plane of a visualization's picture; visualizers are numbered as listed."""
    opened = services.run(run)
    if visualizer >= len(opened.visualizers):
        raise NotFoundError("The run has no such visualizer.")
    etag = etag_of("visual", run, row, visualizer, plane)
    content, media_type = opened.visual_image(row, opened.visualizers[visualizer], plane)
    if already_there(request, etag):
        return unchanged(etag)
    return immutable(content, media_type, etag)
