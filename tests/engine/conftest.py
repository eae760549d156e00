"""A small real problem: the digits of scikit-learn, and a linear model whose answers can be computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.progress import Silent
from percepta.engine.evaluate import evaluate
from percepta.engine.options import EvaluateOptions
from percepta.integration import Integration
from percepta.storage import Run, Workspace


class Net(nn.Module):
    """Convolution, pooling, two linear layers: small enough to run hundreds of samples at once."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 6, 3, padding=1)
        self.hidden = nn.Linear(6 * 16, 12)
        self.head = nn.Linear(12, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pooled = nn.functional.max_pool2d(torch.relu(self.conv(image)), 2)
        return self.head(torch.relu(self.hidden(pooled.flatten(1))))


@pytest.fixture
def net() -> Net:
    """A network with fixed random weights, in evaluation mode."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return Net().eval()


@pytest.fixture(scope="session")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Images float32 [1797, 1, 8, 8] in 0..1 and labels int64."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return (bunch.images[:, None] / 16).astype(np.float32), bunch.target.astype(np.int64)


Evaluate = Callable[..., Run]


@pytest.fixture
def run(workspace_path: Path) -> Evaluate:
    """Evaluate an integration and return the committed run."""

    def go(integration: Integration, model: Any, progress: Any = None, **options: Any) -> Run:
        resume = options.pop("resume", False)
        with_defaults = EvaluateOptions(**({"shard_size": 64, "batch_size": 32} | options))
        return evaluate(
            Workspace.open(workspace_path),
            integration,
            model,
            project="test",
            options=with_defaults,
            resume=resume,
            progress=progress or Silent(),
        )

    return go
