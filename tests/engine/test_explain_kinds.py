"""Explaining inputs that are no pictures: a table, and a text of whole numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from percepta.core.progress import Silent
from percepta.core.targets import ClassTarget
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Wish
from percepta.integration import from_datasets
from percepta.storage import Workspace

TELLING = 7
"""The only token that the text network knows, and the place of the only feature that the other knows."""


class Table(nn.Module):
    def __init__(self) -> None:
        torch.manual_seed(0)
        super().__init__()
        self.hidden = nn.Linear(10, 16)
        self.head = nn.Linear(16, 2)
        with torch.no_grad():
            self.hidden.weight[:, torch.arange(10) != TELLING] = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.tanh(self.hidden(x)))


class Words(nn.Module):
    def __init__(self) -> None:
        torch.manual_seed(0)
        super().__init__()
        self.embed = nn.Embedding(20, 4)
        self.head = nn.Linear(4, 2)
        with torch.no_grad():
            self.embed.weight[torch.arange(20) != TELLING] = 0
            self.embed.weight[TELLING] = self.head.weight[1]

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.embed(tokens).sum(1))


def explainer_of(net: nn.Module, inputs: np.ndarray, folder: Path) -> Explainer:
    items = [(one, int(index % 2)) for index, one in enumerate(inputs)]
    integration = from_datasets({"training": items}, labels=["no", "yes"])
    run = evaluate(Workspace.open(folder), integration, net.eval(), project="p", progress=Silent())
    return Explainer.open(run, integration, net)


def test_a_table_is_explained_by_its_values(tmp_path: Path) -> None:
    table = np.random.default_rng(0).normal(1, 0.2, (24, 10)).astype(np.float32)
    explainer = explainer_of(Table(), table, tmp_path)
    target = ClassTarget(explainer.model.outputs[0].name, 1)
    answer = explainer.explain(Wish((0,), (target,), signed=True))
    assert answer.method == "integrated-gradients"
    [heat] = answer.maps
    assert heat.values.shape == (10,)
    assert np.abs(heat.values).argmax() == TELLING
    assert np.count_nonzero(heat.values) == 1


def test_tokens_are_explained_where_they_are_embedded_and_by_leaving_them_out(
    tmp_path: Path,
) -> None:
    tokens = np.random.default_rng(0).integers(8, 20, (24, 12))
    tokens[:, 5] = TELLING
    explainer = explainer_of(Words(), tokens, tmp_path)
    target = ClassTarget(explainer.model.outputs[0].name, 1)
    for method in (None, "occlusion", "rise"):
        heat = explainer.explain(Wish((0,), (target,), method=method)).maps[0]
        assert heat.values.shape == (12,)
        assert heat.values.argmax() == 5
