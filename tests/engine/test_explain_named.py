"""Targets that an integration names, classes at one position, and objects explained by their masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import percepta as pc
from percepta.core.errors import IntegrationError, TargetError
from percepta.core.targets import (
    ClassTarget,
    DirectionTarget,
    LossTarget,
    OutputTarget,
    ScalarTarget,
    target_from_json,
    target_to_json,
)
from percepta.engine.asking import named_target, place_of, target_of, title_of, value_target
from percepta.engine.explain import Explainer
from percepta.engine.explanation import Wish
from percepta.engine.similar import find_similar
from percepta.integration import Integration
from tests.engine.test_own_parts import Digits, integration_of

METHOD = "gradient-input"


def with_targets() -> None:
    @pc.target("margin")
    def margin(scores: Any) -> Any:
        """How far the first class is ahead of the strongest other."""
        return scores[:, 0] - scores[:, 1:].max(axis=1)

    @pc.target("surprise")
    def surprise(scores: Any, digit: Any) -> Any:
        return torch.nn.functional.cross_entropy(
            torch.from_numpy(scores), torch.from_numpy(digit).long(), reduction="none"
        )


@pytest.fixture
def explainer(run: Any, net: nn.Module, digits: Digits) -> Explainer:
    made = integration_of(digits, with_targets)
    return Explainer.open(run(made, net), made, net)


def gradient_input(explainer: Explainer, target: Any, row: int = 0) -> tuple[float, np.ndarray]:
    answer = explainer.explain(Wish((row,), (target,), method=METHOD))
    return float(answer.values[0, 0]), answer.maps[0].values


def test_a_named_number_is_explained_with_its_sign(explainer: Explainer) -> None:
    scores = explainer.ask([0]).forward.outputs["scores"][0]
    rival = 1 + int(scores[1:].argmax())
    value, heat = gradient_input(explainer, ScalarTarget("margin"))
    _, first = gradient_input(explainer, OutputTarget("scores", (0,)))
    assert value == pytest.approx(scores[0] - scores[rival], rel=1e-5)
    signed = Wish((0,), (OutputTarget("scores", (0,)), OutputTarget("scores", (rival,))), METHOD)
    own, other = explainer.explain(replaced(signed)).maps
    np.testing.assert_allclose(heat, own.values - other.values, atol=1e-6)
    assert first.shape == heat.shape


def replaced(wish: Wish) -> Wish:
    return Wish(wish.rows, wish.targets, wish.method, signed=True)


def test_a_named_number_of_torch_is_what_the_loss_is(explainer: Explainer) -> None:
    named, loss = (
        gradient_input(explainer, target, row=3)
        for target in (ScalarTarget("surprise"), LossTarget("cross_entropy"))
    )
    assert named[0] == pytest.approx(loss[0], rel=1e-5)
    np.testing.assert_allclose(named[1], loss[1], atol=1e-6)


def test_names_are_read_as_people_write_them(explainer: Explainer) -> None:
    assert (
        target_of(explainer, "margin")
        == ScalarTarget("margin")
        == named_target(explainer, "margin")
    )
    assert named_target(explainer, "cross_entropy") == LossTarget("cross_entropy")
    assert target_of(explainer, "digit 4") == ClassTarget("scores", 4)
    assert target_of(explainer, "loss") == LossTarget("cross_entropy")
    assert value_target(explainer, place_of("4")) == OutputTarget("scores", (4,))
    assert title_of(ScalarTarget("margin"), ()) == "margin"
    with pytest.raises(TargetError, match="names no target 'width'") as told:
        named_target(explainer, "width")
    assert "margin, surprise, cross_entropy" in str(told.value.fix)
    with pytest.raises(TargetError, match="'1,x' is no place"):
        place_of("1,x")


@pytest.mark.parametrize(
    "target", [ScalarTarget("margin"), ClassTarget("tags", 1, at=(3,)), ClassTarget("tags", 1)]
)
def test_targets_survive_the_wire(target: Any) -> None:
    assert target_from_json(target_to_json(target)) == target


def test_a_target_that_is_not_there(explainer: Explainer) -> None:
    with pytest.raises(TargetError, match="names no target 'nothing'"):
        explainer.explain(Wish((0,), (ScalarTarget("nothing"),)))


def test_a_target_that_gives_something_else_says_so(
    run: Any, net: nn.Module, digits: Digits
) -> None:
    def bad() -> None:
        pc.target("bad")(lambda scores: scores)

    made = integration_of(digits, bad)
    explainer = Explainer.open(run(made, net), made, net)
    with pytest.raises(IntegrationError, match=r"returned an array of shape \(1, 10\)"):
        explainer.explain(Wish((0,), (ScalarTarget("bad"),), METHOD))


def test_two_targets_of_one_name_are_refused(digits: Digits) -> None:
    def twice() -> None:
        with_targets()
        pc.target("margin")(lambda scores: scores[:, 0])

    with pytest.raises(IntegrationError, match="two targets named 'margin'"):
        integration_of(digits, twice)


class Tagger(nn.Module):
    """Says of each of eight columns how bright its top and its bottom are: two classes a position."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        top, bottom = image[:, 0, :4].sum(1), image[:, 0, 4:].sum(1)
        return torch.stack([top, bottom], dim=1)


def tagging(digits: Digits) -> Integration:
    images = digits[0]
    with pc.integration.collecting() as collector:
        pc.subsets(lambda: [pc.Samples("validation", 40)])
        pc.input("image", channel_axis=0)(lambda sample_id, samples: images[sample_id])
        pc.predictions(
            pc.Prediction("tags", ["top", "bottom"], channel_axis=1, activation="softmax")
        )
        return collector.build("tagging", code_hash="fixed")


def test_a_class_at_one_position_rests_on_what_that_position_sees(run: Any, digits: Digits) -> None:
    net, made = Tagger(), tagging(digits)
    explainer = Explainer.open(run(made, net), made, net)
    target = ClassTarget("tags", 1, at=(3,))
    value, heat = gradient_input(explainer, target, row=2)
    assert value == pytest.approx(digits[0][2, 0, 4:, 3].sum(), rel=1e-5)
    assert heat[4:, 3].any()
    heat[4:, 3] = 0
    assert not heat.any()
    assert title_of(target, made.predictions) == "class bottom at 3"
    for at in ((8,), (-1,), (0, 0)):
        with pytest.raises(TargetError, match="has no position"):
            gradient_input(explainer, ClassTarget("tags", 1, at=at))


def test_a_position_where_there_is_none(explainer: Explainer) -> None:
    with pytest.raises(TargetError, match="has no position"):
        gradient_input(explainer, ClassTarget("scores", 1, at=(0,)))


@pytest.mark.parametrize("space", ["balanced", "foreground"])
def test_the_similarity_of_an_object_is_that_of_its_mask(
    run: Any, net: nn.Module, digits: Digits, space: str
) -> None:
    half = np.zeros((8, 8), bool)
    half[:, :4] = True

    def mask(sample_id: int, samples: pc.Samples) -> Any:
        return None if sample_id % 3 == 2 else half if sample_id % 3 == 0 else ~half

    made = integration_of(digits, lambda: pc.mask(mask))
    done = run(made, net)
    explainer = Explainer.open(done, made, net)
    found = find_similar(explainer.population, [0], space=space, limit=done.n)
    scores = dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True))
    target = DirectionTarget(space, (0,))
    layers = [layer.name for layer in explainer.model.layers if layer.name == "conv"]
    rows = (0, 1, 2, 3)
    answer = explainer.explain(Wish(rows, (target,), layers=tuple(layers)))
    expected = [1.0, *(scores[row] for row in rows[1:])]
    np.testing.assert_allclose(answer.values[:, 0], expected, atol=2e-3)
    told = [f"training/{row} is an object in a picture: the similarity is" for row in (0, 1, 3)]
    assert [note[: len(told[0])] for note in answer.notes] == told
    question = explainer.question(explainer.ask([1]), [target])
    slope = question.subject.evidence(question.inputs, of_inputs=("image",)).inputs["image"]
    along = np.random.default_rng(0).standard_normal(slope.shape).astype(np.float32)
    ends = [
        question.subject.values({"image": question.inputs["image"] + step * along})
        for step in (3e-4, -3e-4)
    ]
    assert (slope * along).sum() == pytest.approx(
        float((ends[0] - ends[1])[0] / 6e-4), rel=0.05, abs=2e-3
    )
    loss = explainer.explain(Wish((0,), (LossTarget("cross_entropy"),)))
    assert loss.notes == (
        "training/0 is an object in a picture: what is explained is the model's answer to the whole picture.",
    )
