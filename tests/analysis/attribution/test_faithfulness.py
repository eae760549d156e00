"""Faithfulness curves and the fusing of layers, on targets whose answer is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from percepta.analysis.attribution import METHODS, Question
from percepta.analysis.attribution.faithfulness import faithfulness
from percepta.analysis.attribution.fusing import enlarge, fuse
from tests.analysis.attribution.nets import pictures, subject


class Sum:
    """A target that is the weighted sum of an input's values."""

    def __init__(self, weights: np.ndarray) -> None:
        self.weights = weights

    def values(self, inputs: Mapping[str, Any]) -> np.ndarray:
        return (inputs["x"] * self.weights).sum(axis=tuple(range(1, inputs["x"].ndim)))

    def evidence(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("curves need no gradient")


def test_curves_of_a_sum() -> None:
    weights = np.array([4.0, 3.0, 2.0, 1.0], np.float32)
    asked = Question(Sum(weights), {"x": np.ones((1, 4), np.float32)})
    curves = faithfulness(asked, "x", weights[None], steps=4)
    np.testing.assert_allclose(curves.shares, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(curves.deletion, [10, 6, 3, 1, 0])
    np.testing.assert_allclose(curves.insertion, [0, 4, 7, 9, 10])
    assert curves.random_deletion.shape == (5, 5)
    assert curves.deletion_gain > 0 < curves.insertion_gain
    worst = faithfulness(asked, "x", -weights[None], steps=4)
    assert worst.deletion_gain < 0 > worst.insertion_gain


def test_channels_go_together() -> None:
    weights = np.zeros((3, 2, 2), np.float32)
    weights[:, 0, 0] = 1
    asked = Question(Sum(weights), {"x": np.ones((1, 3, 2, 2), np.float32)}, channel_axes={"x": 1})
    curves = faithfulness(asked, "x", weights.sum(0)[None], steps=4)
    np.testing.assert_allclose(curves.deletion, [3, 0, 0, 0, 0])


OVER_INPUTS = [method for method in METHODS if method.over == "inputs"]


@pytest.mark.parametrize("method", OVER_INPUTS, ids=lambda method: method.name)
def test_every_method_over_inputs_beats_chance(method: Any) -> None:
    gains = []
    for index in range(3):
        image = pictures()[index : index + 1]
        asked = Question(
            subject(),
            {"image": image},
            of_inputs=("image",),
            channel_axes={"image": 1},
        )
        heat = method.attribute(asked).inputs["image"]
        gains.append(faithfulness(asked, "image", heat).deletion_gain)
    assert np.mean(gains) > 0


def test_enlarging_keeps_the_middle_and_the_mean() -> None:
    heat = np.array([[[0.0, 1.0], [2.0, 3.0]]], np.float32)
    large = enlarge(heat, (8, 8))
    assert large.shape == (1, 8, 8)
    assert large.mean() == pytest.approx(1.5)
    assert large[0, 0, 0] == 0
    assert large[0, 7, 7] == 3
    np.testing.assert_array_equal(enlarge(heat, (2, 2)), heat)
    assert enlarge(heat, (1, 1))[0, 0, 0] == pytest.approx(1.5)


def test_fusing_weighs_every_depth_alike() -> None:
    strong = np.array([[100.0, 0.0]], np.float32)
    weak = np.array([[0.0, 0.0, 0.0, 1e-3]], np.float32)
    silent = np.zeros((1, 2), np.float32)
    fused = fuse([strong, weak], (4,))
    assert fused[0, 0] == pytest.approx(0.5)
    assert fused[0, 3] == pytest.approx(0.5)
    assert fuse([silent], (4,)).max() == 0
    assert fuse([-strong], (2,)).min() == -1
