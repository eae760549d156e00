"""Channels of a network that was built by hand: one of them sees a cross, wherever it lies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.channels import KEPT
from percepta.core.errors import ModelError, NotFoundError, TargetError
from percepta.core.progress import Silent
from percepta.engine.activations import activations
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.shared_channels import MOST_SAMPLES, group_channels
from percepta.integration import from_datasets
from percepta.storage import Workspace

SIDE, EVERY, SEES = 12, 5, 3
CROSS = np.float32([[1, 0, 1], [0, 1, 0], [1, 0, 1]])


class Crosses(nn.Module):
    """Channel 3 of the first layer answers to a cross; the others to edges of no interest."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(1, 6, 3, padding=1)
        self.head = nn.Linear(6, 2)
        with torch.no_grad():
            self.first.weight[SEES, 0] = torch.from_numpy(2 * CROSS - 1)
        self.eval()

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(torch.relu(self.first(image)).amax((2, 3)))


def place_of(index: int) -> tuple[int, int]:
    """Where the middle of a picture's cross lies."""
    return 1 + index % (SIDE - 2), 1 + (index * 7) % (SIDE - 2)


def pictures(count: int, seed: int) -> list[tuple[np.ndarray, int]]:
    """Faint noise; every fifth picture has a cross."""
    random = np.random.default_rng(seed)
    items = []
    for index in range(count):
        image = random.uniform(0, 0.2, (1, SIDE, SIDE)).astype(np.float32)
        if index % EVERY == 0:
            y, x = place_of(index)
            image[0, y - 1 : y + 2, x - 1 : x + 2] += CROSS
        items.append((image, int(index % EVERY == 0)))
    return items


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Explainer:
    net = Crosses()
    integration = from_datasets({"training": pictures(100, 1), "validation": pictures(40, 2)})
    workspace = Workspace.open(tmp_path_factory.mktemp("crosses"))
    run = evaluate(workspace, integration, net, project="crosses", progress=Silent())
    return Explainer.open(run, integration, net)


def test_what_excites_the_channel_most_has_a_cross(explainer: Explainer) -> None:
    told = explainer.run.channel_samples("first").of(SEES)
    assert len(told) == KEPT
    assert all(row % EVERY == 0 for row, _ in told)


def test_the_channel_fires_where_the_cross_lies(explainer: Explainer) -> None:
    rows = [0, 35, 110, 7]  # of two subsets; the last has no cross
    found = activations(explainer, rows, "first", [SEES, 0])
    assert found.responses.shape == (4, 2)
    maps = {(heat.row, heat.target): heat for heat in found.maps}
    for row, index in ((0, 0), (35, 35), (110, 10)):
        heat = maps[row, 0]
        assert (heat.over, heat.layer, heat.values.shape) == ("input", "first", (SIDE, SIDE))
        assert np.unravel_index(heat.values.argmax(), heat.values.shape) == place_of(index)
        assert heat.values.max() == found.responses[rows.index(row), 0]
    assert found.responses[3, 0] < 0.5 * found.responses[:3, 0].min()
    kept = dict(explainer.run.channel_samples("first").of(SEES))
    row = next(iter(kept))
    again = activations(explainer, [row], "first", [SEES]).responses[0, 0]
    assert again == pytest.approx(kept[row], abs=1e-5)


def test_a_layer_without_positions_has_responses_but_no_maps(explainer: Explainer) -> None:
    found = activations(explainer, [0, 1], "head", [1])
    assert found.responses.shape == (2, 1)
    assert found.maps == ()


@pytest.mark.parametrize("space", ["balanced", "foreground"])
def test_a_group_of_crosses_shares_the_channel_that_sees_them(
    explainer: Explainer, space: str
) -> None:
    crosses = list(range(0, 140, EVERY))
    found = group_channels(explainer, crosses, space)
    assert set(found.layers) == {"first", "head"}
    shared = found.layers["first"]
    assert found.rows == tuple(crosses)
    if (
        space == "foreground"
    ):  # the mean also tells how bright a picture is, which other channels see
        assert shared.channels[0] == SEES
        assert shared.heights[0] > 1.5
    assert (shared.heights > shared.spreads).all()
    pooled = explainer.forward(crosses[:20], ["first"])
    pooled = (pooled.mean if space == "balanced" else pooled.max)["first"][:, SEES]
    everything = [explainer.forward(part, ["first"]) for part in (range(100), range(100, 140))]
    of_all = np.concatenate(
        [(f.mean if space == "balanced" else f.max)["first"][:, SEES] for f in everything]
    )
    alone = group_channels(explainer, crosses[:20], space).layers["first"]
    at = alone.channels.tolist().index(SEES)
    assert alone.heights[at] == pytest.approx(
        (pooled.mean() - of_all.mean()) / of_all.std(), abs=1e-3
    )


def test_a_group_like_everything_shares_nothing(explainer: Explainer) -> None:
    found = group_channels(explainer, range(100), "foreground")
    assert len(found.layers["first"].channels) == 0
    assert len(found.rows) == MOST_SAMPLES
    assert (found.rows[0], found.rows[-1]) == (0, 99)


def test_what_is_asked_wrongly_is_said(explainer: Explainer) -> None:
    with pytest.raises(NotFoundError, match="no layer 'nose'"):
        activations(explainer, [0], "nose", [0])
    with pytest.raises(ModelError, match="no channel 6"):
        activations(explainer, [0], "first", [6])
    with pytest.raises(NotFoundError, match="there is no row 140"):
        activations(explainer, [140], "first", [0])
    with pytest.raises(TargetError, match="do not build a latent space 'mine'"):
        group_channels(explainer, [0], "mine")
    with pytest.raises(TargetError, match="group is empty"):
        group_channels(explainer, [])
