"""Projects and the list of their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from percepta.core.errors import PerceptaError
from percepta.server.routes.parameters import Id
from percepta.server.schema.runs import ProjectSummary, RunSummary
from percepta.server.services import Services, Serving
from percepta.server.views import project_view, run_view

if TYPE_CHECKING:
    from percepta.storage import Run, RunRecord

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("", operation_id="list_projects")
def list_projects(services: Serving) -> list[ProjectSummary]:
    """List the projects of the workspace."""
    return [project_view(project) for project in services.catalogue.projects()]


@router.get("/{project}/runs", operation_id="list_runs")
def list_runs(project: Id, services: Serving) -> list[RunSummary]:
    """List the runs of a project, newest first."""
    catalogue = services.catalogue
    owner = catalogue.project(project)
    versions = {version.id: version for version in catalogue.versions(project)}
    working = services.working_jobs()
    return [
        run_view(
            record,
            owner,
            versions[record.version],
            _committed(services, record),
            working.get(record.id),
        )
        for record in catalogue.runs(project)
    ]


def _committed(services: Services, record: RunRecord) -> Run | None:
    """Return the run if it is committed and readable; one damaged run must not cost the list."""
    if record.status.value != "complete":
        return None
    try:
        return services.run(record.id)
    except PerceptaError:
        return None
