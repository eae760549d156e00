"""From what storage keeps to what travels."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from percepta.core.errors import NotFoundError, PerceptaError
from percepta.core.fields import Field
from percepta.server.schema.jobs import Job as JobMessage
from percepta.server.schema.network import NetworkDetails
from percepta.server.schema.runs import (
    FieldInfo,
    MapInfo,
    PredictionInfo,
    ProjectSummary,
    RunDetails,
    RunSummary,
    SpaceInfo,
    VersionSummary,
    VisualizerInfo,
)
from percepta.storage.run import SUBSET_FIELD

if TYPE_CHECKING:
    from percepta.storage import Job, Project, Run, RunRecord, Version
    from percepta.storage import MapInfo as StoredMapInfo


_ALGORITHMS = {"umap": "UMAP", "tsne": "t-SNE", "pca": "PCA"}


def project_view(project: Project) -> ProjectSummary:
    """Return a project as listed."""
    return ProjectSummary(
        id=project.id,
        name=project.name,
        runs=project.runs,
        samples=project.samples,
        updated=project.updated,
    )


def job_view(job: Job) -> JobMessage:
    """Return a job without what only its worker needs."""
    return JobMessage.model_validate({**job.to_json(), "title": job_title(job.kind, job.params)})


def job_title(kind: str, params: dict[str, Any]) -> str:
    """Return what a job does, in a few words."""
    match kind:
        case "evaluate":
            script = params.get("script")
            return f"Evaluate {PurePath(str(script)).name}" if script else "Evaluate"
        case "explore":
            part = ", filtered" if params.get("filter") else ""
            algorithm = _ALGORITHMS.get(params.get("algorithm", "umap"), params.get("algorithm"))
            return f"Map of {params.get('space') or 'the run'} ({algorithm}{part})"
        case _:
            return kind.capitalize()


def map_view(info: StoredMapInfo) -> MapInfo:
    """Return a map's description."""
    return MapInfo.model_validate(info.to_json())


def version_view(version: Version) -> VersionSummary:
    """Return a version as a run shows it."""
    parameters = version.model.get("parameters")
    model_format = version.model.get("format")
    return VersionSummary(
        id=version.id,
        number=version.number,
        name=version.name,
        model_format=str(model_format) if model_format is not None else None,
        parameters=parameters if isinstance(parameters, int) else None,
    )


def run_view(
    record: RunRecord, project: Project, version: Version, run: Run | None, job_id: str | None
) -> RunSummary:
    """Return a run as listed; ``run`` is None until it is committed."""
    return RunSummary(**_head(record, project, version, job_id), maps=count_maps(run))


def run_details_view(
    record: RunRecord,
    project: Project,
    version: Version,
    run: Run,
    job_id: str | None,
    derived: Iterable[Field] = (),
) -> RunDetails:
    """Return a committed run with everything the page needs to show it; ``derived``: fields it has so."""
    details = run.details
    throughput = details.get("throughput")
    return RunDetails(
        **_head(record, project, version, job_id),
        maps=[map_view(info) for info in run.maps()],
        spaces=[SpaceInfo(name=name, width=width) for name, width in run.spaces.items()],
        visualizers=_visualizers(run),
        predictions=_predictions(run),
        fields=[
            FieldInfo.model_validate(field.to_json())
            for field in (*run.fields, SUBSET_FIELD, run.sample_id_field, *derived)
        ],
        device=details.get("device"),
        throughput=throughput if isinstance(throughput, int | float) else None,
        notes=list(run.notes),
    )


def network_view(run: Run) -> NetworkDetails:
    """Return a run's network and wiring.

    Raises:
        NotFoundError: the run was made before percepta kept them.
    """
    network, details = run.network, run.details
    if network is None or "wiring" not in details:
        raise NotFoundError(
            "This run was made before percepta kept the network.", fix="Evaluate the model again."
        )
    model = details["model"]
    return NetworkDetails.model_validate(
        {
            **network.to_json(),
            **details["wiring"],
            "format": model["format"],
            "parameters": model["parameters"],
            "content_hash": model["content_hash"],
            "max_batch": model["max_batch"],
        }
    )


def count_maps(run: Run | None) -> int:
    """Return how many maps a run has; one that cannot be read has none."""
    if run is None:
        return 0
    try:
        return len(run.maps())
    except PerceptaError:
        return 0


def _head(
    record: RunRecord, project: Project, version: Version, job_id: str | None
) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "project": project.id,
        "project_name": project.name,
        "version": version_view(version),
        "status": record.status.value,
        "samples": record.samples,
        "failures": record.failures,
        "subsets": {str(subset): count for subset, count in record.subsets.items()},
        "created": record.created,
        "finished": record.finished,
        "metrics": record.metrics,
        "job_id": job_id,
    }


def _visualizers(run: Run) -> list[VisualizerInfo]:
    known = {visual.name: visual.kind for visual in run.visuals(0)} if run.n else {}
    return [VisualizerInfo(name=name, kind=known.get(name)) for name in run.visualizers]


def _predictions(run: Run) -> list[PredictionInfo]:
    declared = run.details.get("predictions")
    return [PredictionInfo.model_validate(entry) for entry in declared or []]
