"""percepta.evaluate as a notebook calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import TensorDataset

import percepta
from percepta.storage import Workspace


def parts() -> dict[str, Any]:
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(180, 4, generator=generator)
    targets = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0).long()
    return {
        "training": TensorDataset(inputs[:120], targets[:120]),
        "validation": TensorDataset(inputs[120:], targets[120:]),
    }


def make() -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 3))


def test_a_module_and_two_datasets_become_a_run_with_a_map(workspace_path: Path) -> None:
    model = make().train()
    done = percepta.evaluate(
        model,
        parts(),
        loss=torch.nn.CrossEntropyLoss(label_smoothing=0.1),
        labels=["none", "one", "both"],
        metadata=lambda sample_id, samples: {
            "first": float(samples.data[samples.position(sample_id)][0][0])
        },
        ids={"validation": [f"v{i}" for i in range(60)]},
        project="from python",
    )
    assert model.training  # given back as it came
    inputs, targets = parts()["validation"].tensors
    with torch.inference_mode():
        logits = model(inputs)
    expected = torch.nn.functional.cross_entropy(
        logits, targets, reduction="none", label_smoothing=0.1
    )
    assert np.asarray(done.values("loss"))[120:] == pytest.approx(expected.numpy(), abs=1e-5)
    assert np.asarray(done.values("first"))[120:] == pytest.approx(inputs[:, 0].numpy())
    assert done.run.key(120).id == "v0"
    assert done.map is not None
    assert done.map.n == 180
    assert done.latent("balanced").shape[0] == 180
    again = done.explore(space="foreground", algorithm="pca")
    assert again.space == "foreground"
    assert len(done.run.maps()) == 2
    (job, *_) = Workspace.open(workspace_path).catalogue.jobs(kind="evaluate")
    assert job.status == "complete"
    assert job.run == done.run.id


def test_an_option_nobody_knows_is_told_with_those_there_are() -> None:
    with pytest.raises(percepta.PerceptaError, match="batch_size"):
        percepta.evaluate(make(), parts(), batchsize=3)


def test_how_the_training_went_is_kept(workspace_path: Path) -> None:
    done = percepta.evaluate(
        make(), parts(), training={"loss": [2.0, 1.0], "val_loss": [2.5, 1.5]}, explore=None
    )
    assert [(one.subset, one.values) for one in done.run.training.series] == [
        ("training", (2.0, 1.0)),
        ("validation", (2.5, 1.5)),
    ]
    with pytest.raises(percepta.PerceptaError, match="'loss' is 3"):
        percepta.evaluate(make(), parts(), training={"loss": 3}, explore=None)


def test_samples_as_a_table_and_as_a_file(workspace_path: Path, tmp_path: Path) -> None:
    done = percepta.evaluate(make(), parts(), labels=["none", "one", "both"], explore=None)
    worst = done.table(
        "subset = validation and not correct", ["loss"], order_by="loss", descending=True
    )
    assert worst.column_names == ["subset", "sample_id", "loss"]
    losses = worst.column("loss").to_pylist()
    assert losses == sorted(losses, reverse=True)
    wrong = ~np.asarray(done.values("correct"), bool)[120:]
    assert len(losses) == wrong.sum() > 0
    clauses = [{"kind": "compare", "field": "correct", "op": "in", "value": [False]}]
    file = done.export(tmp_path / "wrong.csv", clauses)
    assert (
        len(file.read_text().splitlines()) - 1 == (~np.asarray(done.values("correct"), bool)).sum()
    )
    with pytest.raises(percepta.PerceptaError, match="no field 'colour'"):
        done.table(fields=["colour"])
    with pytest.raises(percepta.PerceptaError, match="at character 6"):
        done.table("loss ! 3")
