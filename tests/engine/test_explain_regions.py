"""Explaining a class where a prediction has positions: over a region, said where there is none."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.errors import TargetError
from percepta.core.progress import Silent
from percepta.core.targets import ClassTarget
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Wish
from percepta.integration import Prediction, from_datasets
from percepta.storage import Workspace

SIDE = 6


class Thirds(nn.Module):
    """Says "bright" where a pixel is above one half, "dark" elsewhere, "red" never."""

    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Conv2d(1, 3, 1)
        with torch.no_grad():
            self.score.weight.copy_(torch.tensor([-1.0, 1.0, 0.0]).reshape(3, 1, 1, 1))
            self.score.bias.copy_(torch.tensor([0.5, -0.5, -9.0]))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.score(image)


def pictures(count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    items = []
    for index in range(count):
        image = np.zeros((1, SIDE, SIDE), np.float32)
        image[:, : 2 + index % 2] = 1
        truth = (image[0] > 0.5).astype(np.int64)
        truth[-1] = 1  # the model does not see it
        items.append((image, truth))
    return items


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Explainer:
    net = Thirds().eval()
    integration = from_datasets(
        {"training": pictures(12), "validation": pictures(6)},
        predictions=[Prediction("mask", ["dark", "bright", "red"], channel_axis=1)],
    )
    workspace = Workspace.open(tmp_path_factory.mktemp("regions"))
    run = evaluate(workspace, integration, net, project="masks", progress=Silent())
    return Explainer.open(run, integration, net)


def value(explainer: Explainer, index: int, region: str) -> float:
    target = ClassTarget("mask", index, region)  # type: ignore[arg-type]
    return float(explainer.explain(Wish((0,), (target,))).values[0, 0])


def test_the_mean_over_each_region(explainer: Explainer) -> None:
    # Two of six lines are bright, with a score of 0.5; the other four have -0.5.
    assert value(explainer, 1, "predicted") == pytest.approx(0.5)
    assert value(explainer, 1, "everywhere") == pytest.approx((2 * 0.5 + 4 * -0.5) / 6)
    assert value(explainer, 1, "true") == pytest.approx((2 * 0.5 - 0.5) / 3)


def test_a_region_that_is_nowhere_is_said(explainer: Explainer) -> None:
    answer = explainer.explain(Wish((0, 1), (ClassTarget("mask", 2), ClassTarget("mask", 1))))
    assert answer.notes == (
        "The model says red nowhere in training/0: its score everywhere is explained.",
        "The model says red nowhere in training/1: its score everywhere is explained.",
    )
    np.testing.assert_allclose(answer.values[:, 0], -9)
    truth = explainer.explain(Wish((0,), (ClassTarget("mask", 2, "true"),)))
    assert truth.notes[0].startswith("The ground truth says red nowhere")


def test_positions_without_a_ground_truth_for_each(explainer: Explainer) -> None:
    asked = explainer.ask([0])
    asked.ground_truths = {}
    with pytest.raises(TargetError, match="no ground truth with a class for every position"):
        explainer.binder.bind([ClassTarget("mask", 1, "true")], asked)
