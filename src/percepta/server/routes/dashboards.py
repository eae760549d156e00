"""What a project keeps beside its runs: dashboards, derived fields, collections."""

from __future__ import annotations

from fastapi import APIRouter

from percepta.server import derived
from percepta.server.collections import collection_view
from percepta.server.dashboards import (
    dashboard_view,
    document_json,
    read_document,
    summary_view,
)
from percepta.server.routes.parameters import Id
from percepta.server.schema.collections import Collection, CollectionRequest
from percepta.server.schema.dashboards import (
    Dashboard,
    DashboardChange,
    DashboardDocument,
    DashboardSummary,
)
from percepta.server.schema.derived import (
    DerivedField,
    DerivedFieldCheck,
    DerivedFieldCheckRequest,
    DerivedFieldRequest,
)
from percepta.server.schema.filters import Clause, clauses_of, read_filter
from percepta.server.services import Serving

router = APIRouter(tags=["dashboards"])


@router.get("/projects/{project}/dashboards", operation_id="list_dashboards")
def list_dashboards(project: Id, services: Serving) -> list[DashboardSummary]:
    """List the dashboards of a project, oldest first."""
    return [summary_view(kept) for kept in services.catalogue.dashboards.of_project(project)]


@router.post("/projects/{project}/dashboards", operation_id="create_dashboard", status_code=201)
def create_dashboard(project: Id, body: DashboardDocument, services: Serving) -> Dashboard:
    """Keep a new dashboard; a name that is taken gets a number."""
    return dashboard_view(services.catalogue.dashboards.create(project, document_json(body)))


@router.post(
    "/runs/{run}/dashboards/default", operation_id="create_default_dashboard", status_code=201
)
def create_default_dashboard(run: Id, services: Serving) -> Dashboard:
    """Make a dashboard from the fields that a run has, and keep it in its project."""
    record = services.catalogue.run(run)
    query = services.query(run, None)
    known = [*query.key, *(made.id for made in query.run.maps())]  # what the answer depends on
    document = read_document(services.answers.ask(run, "default_dashboard", {"known": known}))
    kept = services.catalogue.dashboards.create(record.project, document_json(document))
    return dashboard_view(kept)


@router.get("/dashboards/{dashboard}", operation_id="get_dashboard")
def get_dashboard(dashboard: Id, services: Serving) -> Dashboard:
    """Return a dashboard."""
    return dashboard_view(services.catalogue.dashboards.get(dashboard))


@router.put("/dashboards/{dashboard}", operation_id="change_dashboard")
def change_dashboard(dashboard: Id, body: DashboardChange, services: Serving) -> Dashboard:
    """Change a dashboard; refused (409) where someone else changed it first."""
    document = document_json(body.document)
    changed = services.catalogue.dashboards.change(dashboard, document, body.revision)
    return dashboard_view(changed)


@router.delete("/dashboards/{dashboard}", operation_id="delete_dashboard", status_code=204)
def delete_dashboard(dashboard: Id, services: Serving) -> None:
    """Delete a dashboard."""
    services.catalogue.dashboards.delete(dashboard)


@router.get("/projects/{project}/derived-fields", operation_id="list_derived_fields")
def list_derived_fields(project: Id, services: Serving) -> list[DerivedField]:
    """List the derived fields of a project, oldest first."""
    return derived.of_project(services, project)


@router.post(
    "/projects/{project}/derived-fields", operation_id="create_derived_field", status_code=201
)
def create_derived_field(project: Id, body: DerivedFieldRequest, services: Serving) -> DerivedField:
    """Keep a derived field; it is there at once in every run of the project that has its fields."""
    return derived.create(services, project, body)


@router.delete("/derived-fields/{field}", operation_id="delete_derived_field", status_code=204)
def delete_derived_field(field: Id, services: Serving) -> None:
    """Delete a derived field; refused (409) while others are made of it."""
    services.catalogue.derived_fields.delete(field)


@router.post("/runs/{run}/derived-fields/check", operation_id="check_derived_field")
def check_derived_field(
    run: Id, body: DerivedFieldCheckRequest, services: Serving
) -> DerivedFieldCheck:
    """Try an expression over a run, without keeping it."""
    return derived.check(services, run, body)


@router.get("/projects/{project}/collections", operation_id="list_collections")
def list_collections(project: Id, services: Serving) -> list[Collection]:
    """List the collections of a project, oldest first."""
    known = services.catalogue.project(project)
    return [collection_view(kept) for kept in services.catalogue.collections.of_project(known.id)]


@router.post("/runs/{run}/collections", operation_id="create_collection", status_code=201)
def create_collection(run: Id, body: CollectionRequest, services: Serving) -> Collection:
    """Keep the samples that match a filter."""
    from percepta.storage.collections import keep_collection

    query = services.query(run, body.map)
    chosen = read_filter(body.filter)
    kept = keep_collection(services.catalogue, query, body.name, chosen, body.description)
    return collection_view(kept)


@router.delete("/collections/{collection}", operation_id="delete_collection", status_code=204)
def delete_collection(collection: Id, services: Serving) -> None:
    """Delete a collection; its samples stay where they are."""
    services.catalogue.collections.delete(collection)


@router.get("/runs/{run}/collections/{collection}", operation_id="apply_collection")
def apply_collection(run: Id, collection: Id, services: Serving) -> list[Clause]:
    """Return the clauses that choose a collection's samples in a run."""
    from percepta.storage.collections import filter_for

    kept = services.catalogue.collections.get(collection)
    return clauses_of(filter_for(services.workspace, kept, services.run(run)))
