"""Explaining samples of real runs: values, layers, targets of every kind, and what cannot be explained."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from percepta.analysis.attribution import METHODS
from percepta.core.errors import NotFoundError, TargetError
from percepta.core.progress import Silent
from percepta.core.targets import (
    ClassTarget,
    DirectionTarget,
    LossTarget,
    OutputTarget,
    target_from_json,
    target_to_json,
)
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.explanation import FUSED, Wish
from percepta.engine.laying import as_grid
from percepta.integration import Connection, Visualizer, from_datasets
from percepta.storage import Workspace

SIDE, CLASSES = 12, 3


class Corner(nn.Module):
    """Tells which third of a picture is bright: a task whose evidence is known to be there."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.relu = nn.ReLU()
        self.second = nn.Conv2d(4, 6, 3, padding=1)
        self.classifier = nn.Linear(6 * SIDE * 3, CLASSES)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        hidden = self.relu(self.second(self.relu(self.first(image))))
        narrow = hidden.reshape(*hidden.shape[:3], 3, 4).mean(-1)
        return self.classifier(narrow.flatten(1))


def bright_thirds(count: int, seed: int) -> list[tuple[np.ndarray, int]]:
    random = np.random.default_rng(seed)
    items = []
    for index in range(count):
        label = index % CLASSES
        image = random.normal(0, 0.05, (1, SIDE, SIDE)).astype(np.float32)
        image[:, :, 4 * label : 4 * label + 4] += 1
        items.append((image, label))
    return items


def trained() -> Corner:
    net = Corner()
    images, labels = zip(*bright_thirds(120, 1), strict=True)
    x, y = torch.tensor(np.stack(images)), torch.tensor(labels)
    optimiser = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(30):
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimiser.step()
    return net.eval()


@pytest.fixture(scope="module")
def explainer(tmp_path_factory: pytest.TempPathFactory) -> Explainer:
    net = trained()
    integration = from_datasets(
        {"training": bright_thirds(60, 2), "validation": bright_thirds(30, 3)},
        labels=["left", "middle", "right"],
    )
    workspace = Workspace.open(tmp_path_factory.mktemp("explain"))
    run = evaluate(workspace, integration, net, project="thirds", progress=Silent())
    return Explainer.open(run, integration, net)


def prediction(explainer: Explainer) -> str:
    return explainer.model.outputs[0].name


def hottest_third(heat: np.ndarray) -> int:
    return int(np.argmax([third.sum() for third in np.split(heat, 3, axis=1)]))


# One weight for a whole channel cannot tell where a classifier reads it, and this one reads every place with
# weights of its own (https://arxiv.org/abs/2011.08891 shows the same).
BLIND_TO_PLACES = {"grad-cam", "grad-cam++"}
SEEING = [method for method in METHODS if method.name not in BLIND_TO_PLACES]


@pytest.mark.parametrize("method", SEEING, ids=lambda method: method.name)
def test_every_method_finds_the_evidence(explainer: Explainer, method: object) -> None:
    rows = [0, 1, 2]
    for row in rows:
        target = ClassTarget(prediction(explainer), row % CLASSES)
        answer = explainer.explain(Wish((row,), (target,), method=method.name))  # type: ignore[attr-defined]
        heat = answer.maps[-1].values
        assert hottest_third(heat) == row % CLASSES
        assert answer.method == method.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", SEEING, ids=lambda method: method.name)
def test_deletion_and_insertion_beat_chance(explainer: Explainer, method: object) -> None:
    wish = Wish((1,), (ClassTarget(prediction(explainer), 1),), method=method.name)  # type: ignore[attr-defined]
    curves = explainer.faithfulness(wish, explainer.explain(wish).maps[-1])
    assert curves.deletion_gain > 0
    assert curves.insertion_gain > 0


def test_all_classes_at_once_are_each_alone(explainer: Explainer) -> None:
    name = prediction(explainer)
    targets = tuple(ClassTarget(name, index) for index in range(CLASSES))
    together = explainer.explain(Wish((4, 5), targets))
    assert together.values.shape == (2, 3)
    outputs = explainer.ask([4, 5]).forward.outputs[name]
    np.testing.assert_allclose(together.values, outputs, rtol=1e-4, atol=1e-5)
    for heat in together.maps:
        alone = explainer.explain(Wish((heat.row,), (targets[heat.target],)))
        same = next(m for m in alone.maps if (m.layer, m.over) == (heat.layer, heat.over))
        np.testing.assert_allclose(heat.values, same.values, rtol=1e-3, atol=1e-6)


def test_layers_of_several_depths_and_fused(explainer: Explainer) -> None:
    answer = explainer.explain(Wish((0,), (ClassTarget(prediction(explainer), 0),)))
    assert answer.layers == ("first", "second")
    assert [heat.layer for heat in answer.maps] == ["first", "second", FUSED]
    assert all(heat.values.shape == (SIDE, SIDE) for heat in answer.maps)
    assert [(c.layer, len(c.importance)) for c in answer.channels] == [("first", 4), ("second", 6)]
    one = explainer.explain(
        Wish((0,), (ClassTarget(prediction(explainer), 0),), layers=("classifier",))
    )
    assert one.maps == ()  # a classifier has no positions
    assert one.channels[0].importance.shape == (CLASSES,)


def test_the_loss_has_two_readings(explainer: Explainer) -> None:
    answer = explainer.explain(Wish((0,), (LossTarget("cross_entropy"),), method="gradient-input"))
    assert answer.signed
    assert answer.values[0, 0] == pytest.approx(explainer.run.values("loss")[0], rel=1e-3)
    heat = answer.maps[0].values
    assert hottest_third(-heat) == 0  # the bright third lowers the loss


def test_slopes_of_the_loss_are_those_of_autograd(explainer: Explainer) -> None:
    asked = explainer.ask([2])
    bound = explainer.binder.bind([LossTarget("cross_entropy")], asked)
    name = prediction(explainer)
    slopes = bound.slopes(asked.forward).outputs[name]
    logits = torch.tensor(asked.forward.outputs[name], requires_grad=True)
    nn.functional.cross_entropy(logits, torch.tensor([2])).backward()
    np.testing.assert_allclose(slopes, logits.grad, atol=1e-4)


def test_a_direction_is_the_similarity_of_the_run(explainer: Explainer) -> None:
    from percepta.analysis.similars import direction, population_mean, similarities

    vectors = np.asarray(explainer.run.latent("balanced"))
    mean = population_mean(vectors)
    expected = similarities(vectors, mean, direction(vectors[[0, 3]], mean))
    target = DirectionTarget("balanced", (0, 3))
    answer = explainer.explain(Wish((6, 7), (target,)))
    np.testing.assert_allclose(answer.values[:, 0], expected[[6, 7]], atol=1e-4)
    assert answer.signed


def test_slopes_of_a_direction_are_finite_differences(explainer: Explainer) -> None:
    asked = explainer.ask([5])
    bound = explainer.binder.bind([DirectionTarget("balanced", (0,))], asked)
    forward = explainer.model.forward(asked.inputs, bound.capture)
    slopes = bound.slopes(forward).pooled
    for layer in bound.capture:
        for channel in range(2):
            ends = []
            for step in (1e-3, -1e-3):
                moved = {name: pooled.copy() for name, pooled in forward.mean.items()}
                moved[layer][0, channel] += step
                ends.append(bound.value(type(forward)(forward.outputs, moved, forward.max))[0])
            assert slopes[layer][0, channel] == pytest.approx((ends[0] - ends[1]) / 2e-3, abs=2e-2)


def test_towards_itself_slopes_are_those_of_how_far_a_sample_lies_that_way(
    explainer: Explainer,
) -> None:
    """The cosine itself is at its greatest there: its slopes are zero but for rounding."""
    asked = explainer.ask([5])
    bound = explainer.binder.bind([DirectionTarget("balanced", (5,))], asked)
    forward = explainer.model.forward(asked.inputs, bound.capture)
    assert bound.value(forward)[0] == pytest.approx(1, abs=1e-6)

    def away(moved: dict[str, np.ndarray]) -> np.ndarray:
        responses = {layer: {"mean": moved[layer]} for layer in bound.capture}
        vectors = bound.calibration.transform(responses, spaces=("balanced",))
        return np.asarray(vectors["balanced"][0] - bound.mean, np.float64)

    length = np.linalg.norm(away(dict(forward.mean)))
    slopes = bound.slopes(forward).pooled
    assert max(np.abs(slope).max() for slope in slopes.values()) > 0.1
    for layer in bound.capture:
        for channel in range(2):
            ends = []
            for step in (1e-2, -1e-2):
                moved = {name: pooled.copy() for name, pooled in forward.mean.items()}
                moved[layer][0, channel] += step
                ends.append(away(moved) @ bound.towards / length)
            assert slopes[layer][0, channel] == pytest.approx((ends[0] - ends[1]) / 2e-2, abs=2e-2)


def test_one_value_of_an_output(explainer: Explainer) -> None:
    name = prediction(explainer)
    value = explainer.explain(Wish((0,), (OutputTarget(name, (2,)),)))
    assert value.values[0, 0] == pytest.approx(explainer.ask([0]).forward.outputs[name][0, 2], 1e-4)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (ClassTarget("prediction", 9), "no class 9"),
        (ClassTarget("nothing", 0), "no prediction 'nothing'"),
        (LossTarget("nothing"), "no loss 'nothing'"),
        (OutputTarget("prediction", (5,)), "no value at"),
        (OutputTarget("prediction", ()), "no value at"),
        (DirectionTarget("nothing", (0,)), "no latent space|do not build"),
        (DirectionTarget("balanced", ()), "not of this run"),
        (DirectionTarget("balanced", (10_000,)), "not of this run"),
    ],
)
def test_what_cannot_be_explained(explainer: Explainer, target: object, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        explainer.explain(Wish((0,), (target,)))  # type: ignore[arg-type]


def test_wishes_that_make_no_sense(explainer: Explainer) -> None:
    target = ClassTarget(prediction(explainer), 0)
    with pytest.raises(NotFoundError, match="no attribution method"):
        explainer.explain(Wish((0,), (target,), method="guess"))
    with pytest.raises(NotFoundError, match="no layer 'third'"):
        explainer.explain(Wish((0,), (target,), layers=("third",)))
    with pytest.raises(TargetError, match="several subsets"):
        explainer.explain(Wish((0, 70), (target,)))


def test_another_model_is_told_from_that_of_the_run(explainer: Explainer) -> None:
    with pytest.raises(NotFoundError, match="has changed since this run"):
        Explainer.open(explainer.run, explainer.integration, Corner())


@pytest.mark.parametrize(
    "target",
    [
        ClassTarget("a", 3, "true"),
        LossTarget("x"),
        OutputTarget("a", (1, 2)),
        DirectionTarget("balanced", (4,)),
    ],
)
def test_targets_travel_as_json(target: object) -> None:
    assert target_from_json(target_to_json(target)) == target  # type: ignore[arg-type]


def test_json_that_is_no_target() -> None:
    for wrong in ({}, {"kind": "guess"}, {"kind": "class"}, {"kind": "loss", "more": 1}):
        with pytest.raises(TargetError):
            target_from_json(wrong)


def test_tokens_of_a_vision_transformer_are_a_square() -> None:
    assert as_grid(np.arange(17, dtype=np.float32), 2).tolist()[0] == [1, 2, 3, 4]  # type: ignore[union-attr]
    assert as_grid(np.arange(16, dtype=np.float32), 2).shape == (4, 4)  # type: ignore[union-attr]
    assert as_grid(np.arange(15, dtype=np.float32), 2) is None
    assert as_grid(np.float32([[1]]), 2) is None


def test_a_visual_that_was_rearranged_has_maps_of_its_own(explainer: Explainer) -> None:
    """A visualizer that shows the upper half on its side, twice as large, and says so of heat maps too."""

    def sideways(heatmaps: dict[str, np.ndarray], arrays: dict[str, np.ndarray]) -> np.ndarray:
        assert heatmaps["picture"].shape == arrays["picture"].shape == (1, 1, SIDE, SIDE)
        assert heatmaps["scores"].shape == arrays["scores"].shape == (1, CLASSES)
        assert not heatmaps["scores"].any()
        return heatmaps["picture"][0, 0, : SIDE // 2].T.repeat(2, 0).repeat(2, 1)

    def broken(heatmaps: object, arrays: object) -> np.ndarray:
        return np.zeros(3)

    name = explainer.integration.inputs[0].name
    wires = (
        Connection("picture", "input", name),
        Connection("scores", "prediction", prediction(explainer)),
    )
    more = tuple(
        Visualizer(title, lambda picture, scores: None, wires, heatmap=function)
        for title, function in (("sideways", sideways), ("broken", broken))
    )
    integration = replace(explainer.integration, visualizers=more)
    own = Explainer(explainer.run, integration, explainer.model)
    wish = Wish((1, 2), (ClassTarget(prediction(explainer), 1),))
    answer = own.explain(wish)
    maps = {(heat.row, heat.over, heat.layer): heat.values for heat in answer.maps}
    assert {over for _, over, _ in maps} == {name, "visual:sideways"}
    for row in wish.rows:
        for layer in ("first", "second", FUSED):
            expected = maps[row, name, layer][: SIDE // 2].T.repeat(2, 0).repeat(2, 1)
            np.testing.assert_allclose(maps[row, "visual:sideways", layer], expected, atol=1e-6)
    assert len(answer.notes) == 1
    assert "broken" in answer.notes[0] and "instead of finite values [H, W]" in answer.notes[0]
    shown = next(heat for heat in answer.maps if heat.over == "visual:sideways")
    with pytest.raises(TargetError, match="does not lie over an input"):
        own.faithfulness(wish, shown)
