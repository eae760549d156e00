"""Projects, runs and maps."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from percepta.core.fields import Direction, FieldGroup, FieldType
from percepta.server.schema.base import Message, Scalar

RunStatus = Literal["running", "complete", "failed", "interrupted"]


class ProjectSummary(Message):
    """A project and how much is in it."""

    id: str
    name: str
    runs: int
    samples: int
    updated: datetime


class VersionSummary(Message):
    """The version of model and integration that a run evaluated."""

    id: str
    number: int
    name: str | None = None
    model_format: str | None = None
    parameters: int | None = None


class RunHead(Message):
    """What every view of a run begins with.

    Attributes:
        project: id of its project.
        subsets: number of samples of each subset.
        metrics: mean of each loss and metric over each subset.
        job_id: the job that works on the run now, if any.
    """

    id: str
    name: str
    project: str
    project_name: str
    version: VersionSummary
    status: RunStatus
    samples: int
    failures: int
    subsets: dict[str, int]
    created: datetime
    finished: datetime | None
    metrics: dict[str, dict[str, float | None]]
    job_id: str | None


class RunSummary(RunHead):
    """One evaluation, as listed; ``maps`` is the number of its maps."""

    maps: int


class FieldInfo(Message):
    """A named, typed column over a run's samples; ``expression``: what a derived field is made by."""

    name: str
    type: FieldType
    group: FieldGroup
    direction: Direction | None = None
    description: str = ""
    expression: str | None = None


class SpaceInfo(Message):
    """A latent space and the length of its vectors."""

    name: str
    width: int


class VisualizerInfo(Message):
    """A visualizer and the kind of payload it made of the first sample (null: none)."""

    name: str
    kind: str | None = None


class PredictionInfo(Message):
    """A prediction of the model and what its channels mean."""

    name: str
    labels: list[str] | None = None
    activation: str | None = None


class Trait(Message):
    """A field value, or range ``[low, high]`` (null: open), that is commoner inside a cluster than outside.

    Attributes:
        inside: share of the cluster's samples that have it, 0..1.
        outside: share of the other samples that have it, 0..1.
        score: how telling it is; higher is more.
    """

    field: str
    value: Scalar | tuple[float | None, float | None]
    inside: float
    outside: float
    score: float


class ClusterInfo(Message):
    """A cluster; a sub-cluster names its parent.

    Attributes:
        x: horizontal place of the label, in map coordinates.
        y: vertical place of the label.
    """

    id: str
    name: str
    size: int
    parent: str | None = None
    x: float
    y: float
    traits: list[Trait]
    mean_loss: float | None


class MapInfo(Message):
    """A map: how its coordinates were made, and its clusters.

    Attributes:
        filter: what it was made of; empty: all samples.
        n: number of samples drawn.
        trustworthiness: how well neighbourhoods are kept, 0..1; null if not computed.
        measures: further figures, e.g. how many seconds it took.
    """

    id: str
    space: str
    algorithm: str
    settings: dict[str, Any]
    filter: list[dict[str, Any]]
    seed: int
    n: int
    trustworthiness: float | None
    created: datetime
    clusters: list[ClusterInfo]
    measures: dict[str, Any]


class RunDetails(RunHead):
    """One evaluation with everything the page needs to show it.

    Attributes:
        throughput: samples a second during the evaluation.
    """

    spaces: list[SpaceInfo]
    maps: list[MapInfo]
    visualizers: list[VisualizerInfo]
    predictions: list[PredictionInfo]
    fields: list[FieldInfo]
    device: str | None = None
    throughput: float | None = None
    notes: list[str]


class Failure(Message):
    """A sample that could not be read, run or measured."""

    subset: str
    id: int | str
    stage: str
    message: str
    where: str | None = None
    fix: str | None = None
