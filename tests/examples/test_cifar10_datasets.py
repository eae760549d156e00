from __future__ import annotations

import pytest
from torch import nn

from percepta.core.progress import Silent
from percepta.engine.evaluate import evaluate
from percepta.engine.options import EvaluateOptions
from percepta.integration import from_datasets
from percepta.storage import Workspace
from tests.examples.conftest import Examples, mean


def test_a_network_trained_too_long_shows(examples: Examples) -> None:
    examples.needs("cifar10", "models/cifar10")
    example = examples.module("cifar10_datasets")
    integration = from_datasets(
        {"training": example.training(), "validation": example.Validation()},
        loss=nn.CrossEntropyLoss(),
        labels=example.NAMES,
    )
    options = EvaluateOptions(device="cpu", visuals=False, failure_share=0.0)
    with Workspace.open(examples.workspace) as workspace:
        run = evaluate(
            workspace,
            integration,
            example.network(),
            project="cifar10",
            options=options,
            progress=Silent(),
        )
    assert mean(run, "accuracy", "training") == pytest.approx(0.782, abs=5e-4)
    assert mean(run, "accuracy", "validation") == pytest.approx(0.600, abs=5e-4)
