"""One run: its details, columns, failures and maps."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from percepta.core.errors import ConflictError, NotFoundError
from percepta.jobs.submission import submit
from percepta.server.media import (
    IMMUTABLE,
    REVALIDATED,
    already_there,
    etag_of,
    immutable,
    kept,
    unchanged,
)
from percepta.server.routes.parameters import Id, MapId
from percepta.server.schema.filters import read_filter
from percepta.server.schema.jobs import Job, MapRequest
from percepta.server.schema.network import NetworkDetails
from percepta.server.schema.runs import Failure, MapInfo, RunDetails
from percepta.server.services import Serving
from percepta.server.views import job_view, map_view, network_view, run_details_view

ARROW_STREAM = "application/vnd.apache.arrow.stream"
BYTES = "application/octet-stream"

router = APIRouter(prefix="/runs/{run}", tags=["runs"])


@router.get("", operation_id="get_run")
def get_run(run: Id, services: Serving) -> RunDetails:
    """Return a committed run with everything the page needs to show it."""
    opened = services.run(run)
    record = services.catalogue.run(run)
    return run_details_view(
        record,
        services.catalogue.project(record.project),
        services.catalogue.version(record.version),
        opened,
        services.working_jobs().get(run),
        services.query(run, None).derived.fields.values(),
    )


@router.get("/failures", operation_id="list_failures")
def list_failures(run: Id, services: Serving) -> list[Failure]:
    """List the samples that failed, with their errors."""
    return [Failure.model_validate(f.to_json()) for f in services.run(run).failures()]


@router.get("/network", operation_id="get_network")
def get_network(run: Id, services: Serving) -> NetworkDetails:
    """Return the network that was evaluated, as a graph, with what the integration wires to it."""
    return network_view(services.run(run))


@router.get(
    "/columns/{field:path}",
    operation_id="get_column",
    response_class=Response,
    responses={200: {"content": {ARROW_STREAM: {}}}},
)
def get_column(
    run: Id, field: str, services: Serving, request: Request, map_id: MapId = None
) -> Response:
    """Return one field of all samples as an Arrow IPC stream of one column, in row order.

    A derived field can be made anew under its name, so that browsers ask each time whether theirs holds.
    """
    query = services.query(run, map_id)
    if field not in {known.name for known in query.fields()}:
        raise NotFoundError("The run has no such field.", fix="Its details list the fields.")
    derived = field in query.derived.fields
    etag = etag_of("column", run, map_id, field, query.derived.key if derived else "")
    caching = REVALIDATED if derived else IMMUTABLE
    if already_there(request, etag):
        return unchanged(etag, caching)
    return kept(query.column_ipc(field), ARROW_STREAM, etag, caching)


@router.get("/maps/{map}", operation_id="get_map")
def get_map(run: Id, map: Id, services: Serving) -> MapInfo:
    """Return a map's description with its clusters."""
    return map_view(services.run(run).map(map).info)


@router.get(
    "/maps/{map}/coordinates",
    operation_id="get_coordinates",
    response_class=Response,
    responses={200: {"content": {BYTES: {}}}},
)
def get_coordinates(run: Id, map: Id, services: Serving, request: Request) -> Response:
    """Return a map's coordinates: float32, little-endian, all x, then all y; NaN: no place."""
    stored = services.run(run).map(map)
    etag = etag_of("coordinates", run, map)
    if already_there(request, etag):
        return unchanged(etag)
    return immutable(stored.xy.astype("<f4", copy=False).tobytes(), BYTES, etag)


@router.post("/maps", operation_id="create_map", status_code=202)
def create_map(run: Id, body: MapRequest, services: Serving) -> Job:
    """Ask for another map; the answer is the job that makes it."""
    opened = services.run(run)
    if body.space not in opened.spaces:
        known = ", ".join(opened.spaces)
        raise NotFoundError("The run has no such latent space.", fix=f"It has: {known}.")
    chosen = read_filter(body.filter)
    if services.query(run, body.map).matching(chosen) == 0:
        raise ConflictError("No sample matches the filter.", fix="Widen it and try again.")
    params = {
        "run": run,
        "space": body.space,
        "algorithm": body.algorithm,
        "filter": chosen.to_json(),
        "map": body.map,
        "seed": body.seed,
        "settings": body.settings,
    }
    return job_view(submit(services.workspace, "explore", params))
