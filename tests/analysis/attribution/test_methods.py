"""Every attribution method: what all promise, and what each is known to give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from percepta.analysis.attribution import METHODS, Method, Question, method_named
from percepta.analysis.attribution.gradients import IntegratedGradients, SmoothGrad
from percepta.analysis.attribution.perturbing import Occlusion, Rise
from percepta.core.errors import NotFoundError
from tests.analysis.attribution.nets import pictures, subject

LAYERS = ("first", "second")


def question(count: int = 3, target: int = 1, seed: int = 0, signed: bool = False) -> Question:
    asked = subject(target, seed)
    return Question(
        asked,
        {"image": pictures(count)},
        of_inputs=("image",),
        of_layers=LAYERS,
        channel_axes={"image": 1},
        rival=asked.other(2),
        signed=signed,
    )


def maps_of(method: Method, asked: Question) -> dict[str, np.ndarray]:
    answer = method.attribute(asked)
    return dict(answer.layers if method.over == "layers" else answer.inputs)


every_method = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)


@every_method
def test_shapes_and_finite_values(method: Method) -> None:
    maps = maps_of(method, question())
    expected = {"first": (3, 12, 10), "second": (3, 6, 5), "image": (3, 12, 10)}
    assert list(maps) == (list(LAYERS) if method.over == "layers" else ["image"])
    for name, heat in maps.items():
        assert (heat.shape, heat.dtype) == (expected[name], np.float32)
        assert np.isfinite(heat).all()
        assert heat.min() >= 0 < heat.max()


@every_method
def test_a_batch_is_its_samples_one_by_one(method: Method) -> None:
    together = maps_of(method, question())
    for index in range(3):
        alone = question()
        alone = replace(alone, inputs={"image": alone.inputs["image"][index : index + 1]})
        if isinstance(method, SmoothGrad):  # its noise is drawn for the batch
            method, alone = SmoothGrad(noise=0), alone
            together = maps_of(method, question())
        for name, heat in maps_of(method, alone).items():
            np.testing.assert_allclose(heat[0], together[name][index], rtol=2e-3, atol=2e-5)


@every_method
def test_the_same_question_gives_the_same_answer(method: Method) -> None:
    first, again = maps_of(method, question()), maps_of(method, question())
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])


@every_method
def test_other_weights_give_another_map(method: Method) -> None:
    trained, random = maps_of(method, question()), maps_of(method, question(seed=5))
    for name in trained:
        agreement = np.corrcoef(trained[name].ravel(), random[name].ravel())[0, 1]
        assert agreement < 0.9


@every_method
def test_what_speaks_against_a_target_is_negative(method: Method) -> None:
    signed = maps_of(method, question(signed=True))
    plain = maps_of(method, question())
    for name, heat in signed.items():
        assert heat.min() < 0
        if method.over == "inputs":
            np.testing.assert_allclose(np.maximum(heat, 0), plain[name])


@every_method
def test_no_method_touches_what_it_is_given(method: Method) -> None:
    asked = question()
    before = asked.inputs["image"].copy()
    method.attribute(asked)
    np.testing.assert_array_equal(asked.inputs["image"], before)


def test_names_are_unique_and_found() -> None:
    names = [method.name for method in METHODS]
    assert len(set(names)) == len(names) == 10
    assert all(method_named(name).name == name for name in names)
    assert METHODS[0].name == "layer-cam"
    with pytest.raises(NotFoundError, match="no attribution method 'cam'"):
        method_named("cam")


def test_cams_by_hand() -> None:
    response = np.array([[[[1.0, 2.0]], [[3.0, 0.0]]]], np.float32)
    gradient = np.array([[[[2.0, -4.0]], [[1.0, 1.0]]]], np.float32)

    class Fixed:
        def values(self, inputs: object) -> np.ndarray:
            return np.zeros(1, np.float32)

        def evidence(
            self, inputs: object, of_inputs: object = (), of_layers: object = ()
        ) -> object:
            from percepta.analysis.attribution import Evidence

            return Evidence(np.zeros(1, np.float32), {}, {"l": response}, {"l": gradient})

    asked = Question(Fixed(), {"x": np.zeros((1, 1))}, of_layers=("l",))  # type: ignore[arg-type]

    def heat(name: str, signed: bool = False) -> list[float]:
        return (
            method_named(name).attribute(replace(asked, signed=signed)).layers["l"][0, 0].tolist()
        )

    # Channel weights of Grad-CAM: mean(2, -4) = -1 and mean(1, 1) = 1.
    assert heat("grad-cam") == [2, 0]
    assert heat("grad-cam", signed=True) == [2, -2]
    # Layer-CAM: 2·1 + 1·3 and 0·2 + 1·0; against it: 0 and 4·2.
    assert heat("layer-cam") == [5, 0]
    assert heat("layer-cam", signed=True) == [5, -8]
    # HiRes-CAM: 2·1 + 1·3 and -4·2 + 1·0.
    assert heat("hires-cam", signed=True) == [5, -8]
    channels = method_named("layer-cam").attribute(asked).channels["l"]
    np.testing.assert_allclose(channels, [[2, 3]])
    # Focus with no rival is Layer-CAM; with itself as the rival nothing is left.
    assert heat("focus-layer-cam") == [5, 0]
    own_rival = replace(asked, rival=asked.subject)
    assert method_named("focus-layer-cam").attribute(own_rival).layers["l"].max() == 0


def test_integrated_gradients_add_up_to_the_difference_from_the_baseline() -> None:
    asked = question(signed=True)
    baseline = np.full((3, 2, 12, 10), 0.1, np.float32)
    asked = replace(asked, baselines={"image": baseline})
    answer = IntegratedGradients(steps=128).attribute(asked)
    gained = answer.value - asked.subject.values({"image": baseline})
    total = answer.inputs["image"].sum(axis=(1, 2))
    np.testing.assert_allclose(total, gained, rtol=5e-3, atol=1e-3)


def test_gradient_times_input_is_exact_for_a_linear_target() -> None:
    weights = np.array([2.0, -3.0, 0.5], np.float32)

    class Linear:
        def values(self, inputs: dict[str, np.ndarray]) -> np.ndarray:
            return inputs["x"] @ weights

        def evidence(
            self, inputs: dict[str, np.ndarray], of_inputs: object = (), of_layers: object = ()
        ) -> object:
            from percepta.analysis.attribution import Evidence

            gradient = np.broadcast_to(weights, inputs["x"].shape)
            return Evidence(self.values(inputs), {"x": gradient}, {}, {})

    x = np.array([[1.0, 1.0, 4.0]], np.float32)
    for name in ("gradient-input", "integrated-gradients", "smoothgrad", "occlusion"):
        asked = Question(Linear(), {"x": x}, of_inputs=("x",), signed=True)  # type: ignore[arg-type]
        heat = method_named(name).attribute(asked).inputs["x"]
        np.testing.assert_allclose(heat, [[2, -3, 2]], rtol=1e-5)
    rise = Rise(masks=4000).attribute(asked).inputs["x"]
    np.testing.assert_allclose(rise, [[2, -3, 2]], atol=0.15)


@pytest.mark.filterwarnings("ignore")
def test_agreement_with_captum() -> None:
    attr = pytest.importorskip("captum.attr")
    asked = question(signed=True)
    net, image = asked.subject.net, torch.as_tensor(asked.inputs["image"])  # type: ignore[attr-defined]

    def ours(name: str) -> np.ndarray:
        return method_named(name).attribute(asked).inputs["image"]

    theirs = attr.InputXGradient(net).attribute(image.clone().requires_grad_(), target=1)
    np.testing.assert_allclose(ours("gradient-input"), theirs.sum(1).detach(), atol=1e-5)

    path = attr.IntegratedGradients(net)
    theirs = path.attribute(image, target=1, n_steps=32, method="riemann_middle")
    np.testing.assert_allclose(ours("integrated-gradients"), theirs.sum(1), atol=1e-4)

    theirs = attr.LayerGradCam(net, net.second).attribute(image, target=1, relu_attributions=True)
    mine = method_named("grad-cam").attribute(replace(asked, signed=False)).layers["second"]
    np.testing.assert_allclose(mine, theirs[:, 0].detach(), atol=1e-6)

    theirs = attr.LayerGradientXActivation(net, net.first).attribute(image, target=1)
    mine = method_named("hires-cam").attribute(asked).layers["first"]
    np.testing.assert_allclose(mine, theirs.sum(1).detach(), atol=1e-6)

    window = attr.Occlusion(net).attribute(
        image, sliding_window_shapes=(2, 2, 2), strides=(2, 2, 2), target=1
    )
    patches = Occlusion(patches=6).attribute(asked).inputs["image"]
    agreement = np.corrcoef(patches.ravel(), window.sum(1).detach().ravel())[0, 1]
    assert agreement > 0.6
