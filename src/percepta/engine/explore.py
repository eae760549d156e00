"""Explore: a latent space becomes a map with clusters, named, and a figure of how far to trust it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.clustering import Clusters, find_clusters
from percepta.analysis.naming import ClusterDescription, Column, describe_clusters
from percepta.analysis.neighbours import knn
from percepta.analysis.projection import default_settings, project
from percepta.analysis.trust import trustworthiness
from percepta.core.errors import ConflictError
from percepta.core.fields import FieldGroup
from percepta.core.filters import Filter
from percepta.core.progress import Progress
from percepta.engine.spaces import known_space
from percepta.storage import ClusterInfo, MapInfo, MapResult, Run, Trait, Workspace

NEIGHBOURS = 15
NAMING_GROUPS = (FieldGroup.PREDICTION, FieldGroup.METADATA, FieldGroup.METRIC, FieldGroup.LOSS)


def explore(
    workspace: Workspace,
    run_id: str,
    *,
    space: str | None = None,
    algorithm: str = "umap",
    filter: Filter | None = None,
    filter_map: str | None = None,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    progress: Progress,
) -> MapInfo:
    """Make a map of a run and keep it with the run.

    Args:
        workspace: where the run is.
        run_id: the run.
        space: name of the latent space; None for the run's first (``balanced``).
        algorithm: ``umap``, ``tsne`` or ``pca``.
        filter: the samples to show; None for all.
        filter_map: the map whose clusters or lassos the filter names, if it names any.
        seed: equal seeds give equal maps.
        settings: overrides of the algorithm's settings.
        progress: told of every stage; may cancel.

    Returns:
        What the stored map says of itself.

    Raises:
        NotFoundError: no such run or space.
        ConflictError: the filter matches no sample.
    """
    started = time.perf_counter()
    run = workspace.run(run_id)
    space = known_space(run, space)
    merged = {**default_settings(algorithm), **(settings or {})}
    rows = _matching(workspace, run, filter, filter_map)
    vectors = np.ascontiguousarray(run.latent(space)[rows], dtype=np.float32)

    neighbours = knn(vectors, min(NEIGHBOURS, max(len(rows) - 1, 1)), seed=seed, progress=progress)
    progress.check_cancelled()
    coordinates = project(
        algorithm, vectors, neighbours, seed=seed, progress=progress, settings=merged
    )
    progress.check_cancelled()
    keys = [str(run.key(int(row))) for row in rows]
    clusters = find_clusters(vectors, neighbours, keys=keys, seed=seed, progress=progress)
    progress.check_cancelled()
    progress.stage("naming", unit="steps")
    infos, membership = _describe(run, rows, coordinates, clusters)
    progress.stage("trustworthiness", unit="steps")
    trust = trustworthiness(vectors, coordinates, NEIGHBOURS, seed=seed)

    result = MapResult(
        space=space,
        algorithm=algorithm,
        seed=seed,
        coordinates=_over_all(run.n, rows, coordinates, np.nan),
        clusters=infos,
        cluster=_over_all(run.n, rows, membership[0], -1),
        subcluster=_over_all(run.n, rows, membership[1], -1),
        cluster_distance=_over_all(run.n, rows, clusters.distance, np.nan),
        settings=merged,
        filter=filter.to_json() if filter else [],
        trustworthiness=trust,
        measures={
            "seconds": round(time.perf_counter() - started, 2),
            "neighbours": neighbours.method,
            "recall": neighbours.recall,
            "cluster_stability": clusters.stability,
        },
    )
    return run.save_map(result)


def _matching(
    workspace: Workspace, run: Run, filter_: Filter | None, map_id: str | None
) -> NDArray[np.int64]:
    if filter_ is None or not any(clause.enabled for clause in filter_.clauses):
        return np.arange(run.n)
    rows = np.flatnonzero(workspace.query(run.id, map_id).matches(filter_))
    if len(rows) == 0:
        raise ConflictError("No sample matches the filter.", fix="Widen it and explore again.")
    return rows


def _over_all(
    n: int, rows: NDArray[np.int64], values: NDArray[Any], missing: float
) -> NDArray[Any]:
    """Spread values of the map's rows over all rows of the run."""
    spread = np.full((n, *values.shape[1:]), missing, dtype=values.dtype)
    spread[rows] = values
    return spread


def _describe(
    run: Run, rows: NDArray[np.int64], coordinates: NDArray[np.float32], clusters: Clusters
) -> tuple[list[ClusterInfo], tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """Name clusters and sub-clusters; return them in one list and each row's place in it."""
    columns = _naming_columns(run, rows)
    names = {field.name for field in run.fields}
    loss = np.asarray(run.values("loss"), float)[rows] if "loss" in names else None
    infos: list[ClusterInfo] = []
    sub_of = np.full(len(rows), -1, np.int32)
    described = describe_clusters(clusters.labels, columns, count=len(clusters.ids))

    def add(
        member_id: str,
        told: ClusterDescription,
        members: NDArray[np.int64],
        parent: ClusterInfo | None,
    ) -> None:
        x, y = _heart(coordinates[members])
        infos.append(
            ClusterInfo(
                id=member_id,
                name=f"{parent.name} / {told.name}" if parent else told.name,
                size=len(members),
                parent=parent.id if parent else None,
                x=x,
                y=y,
                traits=_traits(told, columns),
                mean_loss=_mean(loss[members]) if loss is not None else None,
            )
        )

    for label, (cluster_id, told) in enumerate(zip(clusters.ids, described, strict=True)):
        add(cluster_id, told, np.flatnonzero(clusters.labels == label), None)
    for label, sub_ids in enumerate(clusters.sub_ids):
        members = np.flatnonzero(clusters.labels == label)
        if len(sub_ids) < 2:
            continue
        inside = {
            name: Column(np.asarray(column.values)[members], column.type)
            for name, column in columns.items()
        }
        subs = describe_clusters(clusters.sub[members], inside, count=len(sub_ids))
        for sub, (sub_id, told) in enumerate(zip(sub_ids, subs, strict=True)):
            part = members[clusters.sub[members] == sub]
            sub_of[part] = len(infos)
            add(sub_id, told, part, infos[label])
    return infos, (clusters.labels.astype(np.int32), sub_of)


def _naming_columns(run: Run, rows: NDArray[np.int64]) -> dict[str, Column]:
    ordered = sorted(
        (field for field in run.fields if field.group in NAMING_GROUPS),
        key=lambda field: NAMING_GROUPS.index(field.group),
    )
    return {
        field.name: Column(np.asarray(run.values(field.name))[rows], field.type)
        for field in ordered
    }


def _traits(told: ClusterDescription, columns: Mapping[str, Column]) -> tuple[Trait, ...]:
    traits = []
    for trait in told.traits:
        value: Any = trait.value
        if value is None:
            known = np.asarray(columns[trait.field].values, float)
            value = (
                float(np.nanmin(known)) if trait.low is None else trait.low,
                float(np.nanmax(known)) if trait.high is None else trait.high,
            )
        traits.append(
            Trait(trait.field, value, trait.share_inside, trait.share_outside, trait.score)
        )
    return tuple(traits)


def _heart(points: NDArray[np.float32]) -> tuple[float, float]:
    """Return the point of a cluster nearest to its median: where its label goes."""
    middle = np.median(points, axis=0)
    nearest = points[np.argmin(((points - middle) ** 2).sum(axis=1))]
    return float(nearest[0]), float(nearest[1])


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
