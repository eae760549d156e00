"""The default dashboard: from the fields that are there, without holes, with nothing that would be empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from percepta.core.dashboards import COLUMNS, DashboardDocument
from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.core.progress import Silent
from percepta.core.subsets import Subset
from percepta.core.training import TrainingCurves, TrainingSeries
from percepta.engine import workflow
from percepta.engine.overview import default_dashboard, keep_default_dashboard
from percepta.engine.workflow import Subject, evaluate_and_explore
from percepta.integration import from_datasets
from percepta.server.dashboards import read_document
from percepta.storage import Run, RunPlan, ShardData, Workspace
from tests.engine.test_evaluate import datasets
from tests.storage.builders import new_run

N = 600


@pytest.fixture
def workspace(workspace_path: Path) -> Iterator[Workspace]:
    with Workspace.open(workspace_path) as opened:
        yield opened


def write(workspace: Workspace, columns: dict[str, Any], fields: list[Field], **more: Any) -> Run:
    """Write a run of two subsets (one unless ``halves``), with scores if ``labels`` are given."""
    labels = more.get("labels")
    keys = {
        subset: range(N // 2 if more.get("halves", True) else N)
        for subset in (Subset.TRAINING, Subset.VALIDATION)[: 2 if more.get("halves", True) else 1]
    }
    plan = RunPlan(keys, shard_size=N)
    with workspace.new_run(new_run(workspace), plan) as writer:
        scores = {} if labels is None else {"scores": np.full((N, len(labels)), 0.5, np.float32)}
        writer.write_shard(0, ShardData(columns=columns, scores=scores))
        declared = [{"name": "scores", "labels": labels, "prefix": ""}] if labels else []
        return writer.commit(fields, {"predictions": declared}, training=more.get("training"))


def classifier(workspace: Workspace) -> Run:
    rng = np.random.default_rng(0)
    far = rng.random(N)
    label = rng.choice(["cat", "dog"], N).astype(object)
    return write(
        workspace,
        {
            "loss": far**4 + 0.1 * rng.random(N),
            "accuracy": (far < 0.9).astype(float),
            "label": label,
            "predicted": np.where(far < 0.9, label, "cat").astype(object),
            "distance": far,
            "noise": rng.random(N),
            "same_as_label": np.where(label == "cat", "feline", "canine").astype(object),
            "file": np.array([f"{i}.png" for i in range(N)], object),
        },
        [
            Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN),
            Field("accuracy", FieldType.FLOAT, FieldGroup.METRIC, Direction.UP),
            Field("label", FieldType.STRING, FieldGroup.PREDICTION),
            Field("predicted", FieldType.STRING, FieldGroup.PREDICTION),
            *(
                Field(name, kind, FieldGroup.METADATA)
                for name, kind in (
                    ("distance", FieldType.FLOAT),
                    ("noise", FieldType.FLOAT),
                    ("same_as_label", FieldType.STRING),
                    ("file", FieldType.STRING),
                )
            ),
        ],
        labels=["cat", "dog"],
    )


def overview(workspace: Workspace, run: Run) -> DashboardDocument:
    return default_dashboard(workspace.query(run.id))


def check_layout(made: DashboardDocument) -> None:
    """Every row is as wide as the grid, and nothing lies over anything."""
    assert read_document(made.to_json()).name == "Overview"
    covered: dict[tuple[int, int], str] = {}
    for dashlet in made.dashlets:
        place = dashlet.place
        for x in range(place.x, place.x + place.w):
            for y in range(place.y, place.y + place.h):
                assert covered.setdefault((x, y), dashlet.id) == dashlet.id
    height = max(y for _, y in covered) + 1
    assert len(covered) == COLUMNS * height


def test_a_classifier(workspace: Workspace) -> None:
    made = overview(workspace, classifier(workspace))
    check_layout(made)
    titles = [dashlet.title for dashlet in made.dashlets]
    assert titles[:7] == [
        "Samples",
        "Average loss",
        "Average accuracy",
        "Loss by label",
        "Accuracy by subset",
        "Confusion matrix",
        "Loss over distance",
    ]
    assert titles[-1] == "Highest loss"
    # What the label says already, and what differs for every sample, says nothing more.
    used = {(d.settings.get("x") or {}).get("field") for d in made.dashlets}
    assert not used & {"same_as_label", "file", "predicted"}
    (worst,) = [d for d in made.dashlets if d.title == "Highest loss"]
    assert worst.kind.value == "samples"  # no pictures were kept
    assert worst.settings["sort"] == {"field": "loss", "descending": True}
    facts = ["distance", "noise", "same_as_label", "file"]
    assert worst.settings["fields"] == ["label", "predicted", "loss", *facts]


def test_a_run_without_labels_subsets_or_a_loss(workspace: Workspace) -> None:
    number = Field("brightness", FieldType.FLOAT, FieldGroup.METADATA)
    made = overview(
        workspace,
        write(workspace, {"brightness": np.arange(N, dtype=float)}, [number], halves=False),
    )
    check_layout(made)
    assert [dashlet.title for dashlet in made.dashlets] == ["Samples"]


def test_a_recorded_training_is_shown(workspace: Workspace) -> None:
    number = Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN)
    curve = TrainingSeries("loss", "training", "epoch", (0.0, 1.0), (2.0, 1.0))
    rng = np.random.default_rng(0)
    run = write(workspace, {"loss": rng.random(N)}, [number], training=TrainingCurves((curve,)))
    made = overview(workspace, run)
    check_layout(made)
    assert "curves" in [dashlet.kind for dashlet in made.dashlets]
    assert "curves" not in [d.kind for d in overview(workspace, classifier(workspace)).dashlets]


def test_metrics_without_a_label_share_the_width(workspace: Workspace) -> None:
    rng = np.random.default_rng(1)
    metrics = ("iou_car", "iou_person")
    made = overview(
        workspace,
        write(
            workspace,
            {name: rng.random(N) for name in ("loss", *metrics)},
            [
                Field("loss", FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN),
                *(Field(m, FieldType.FLOAT, FieldGroup.METRIC, Direction.UP) for m in metrics),
            ],
        ),
    )
    check_layout(made)
    titles = [dashlet.title for dashlet in made.dashlets]
    assert titles[4:7] == ["Loss by subset", "Iou car by subset", "Iou person by subset"]


def test_a_project_gets_one_unless_it_has_one(workspace: Workspace) -> None:
    run = classifier(workspace)
    project = workspace.catalogue.run(run.id).project
    keep_default_dashboard(workspace, run)
    keep_default_dashboard(workspace, run)
    (kept,) = workspace.catalogue.dashboards.of_project(project)
    assert kept.document == overview(workspace, run).to_json()


def test_an_evaluation_makes_it_and_outlives_its_failure(
    workspace: Workspace, net: Any, digits: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = Subject(from_datasets(datasets(digits)), net)

    class Noting(Silent):
        def __init__(self) -> None:
            self.notes: list[str] = []

        def note(self, message: str) -> None:
            self.notes.append(message)

    progress = Noting()

    def evaluated(project: str) -> list[str]:
        evaluate_and_explore(workspace, subject, project=project, algorithm=None, progress=progress)
        owner = workspace.catalogue.project_named(project).id
        return [kept.name for kept in workspace.catalogue.dashboards.of_project(owner)]

    assert evaluated("one") == ["Overview"]

    def broken(*_: object) -> None:
        raise ValueError("nothing fits")

    monkeypatch.setattr(workflow, "keep_default_dashboard", broken)
    assert evaluated("two") == []
    assert "no dashboard was made: nothing fits" in progress.notes
