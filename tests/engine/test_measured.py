"""Losses and named targets as numbers with derivatives, whatever the function is written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from percepta.core.errors import TargetError
from percepta.engine import measured
from percepta.engine.measured import MeasuredNumber
from percepta.integration import losses
from percepta.integration.torch_loss import per_sample_loss
from percepta.models import Forward

Function = Callable[[Any], Any]

CLASSES, SIDE = 6, 40  # 9,600 outputs: too many to try one by one
RANDOM = np.random.default_rng(0)
LOGITS = RANDOM.normal(0, 2, (2, CLASSES, SIDE, SIDE)).astype(np.float32)
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
LABELS = RANDOM.integers(0, CLASSES, (2, SIDE, SIDE))
ONE_HOT = np.moveaxis(np.eye(CLASSES, dtype=np.float32)[LABELS], -1, 1)


def number(function: Function, name: str = "output") -> MeasuredNumber:
    def measure(outputs: Any) -> Any:
        return np.asarray(function(outputs[name]), np.float32)

    return MeasuredNumber(
        "The loss 'mine'", measure, lambda outputs, rows: function(outputs[name]), (name,)
    )


def slopes(function: Function, output: np.ndarray) -> np.ndarray:
    return number(function).slopes(Forward({"output": output}, {}, {})).outputs["output"]


def negative_log(p: Any) -> Any:
    return -np.log(np.take_along_axis(p, LABELS[:, None], axis=1)).mean(axis=(1, 2, 3))


def dice(p: Any) -> Any:
    both = (p * ONE_HOT).sum(axis=(2, 3))
    return 1 - (2 * both / (p.sum(axis=(2, 3)) + ONE_HOT.sum(axis=(2, 3)))).mean(axis=1)


def soft_iou(p: Any) -> Any:
    both = (p * ONE_HOT).sum(axis=(1, 2, 3))
    return 1 - both / np.maximum(p, ONE_HOT).sum(axis=(1, 2, 3))


def focal_of_torch(x: Any) -> Any:
    scores = torch.from_numpy(x)
    cost = functional.cross_entropy(scores, torch.from_numpy(LABELS), reduction="none")
    return ((1 - torch.exp(-cost)) ** 2 * cost).mean(dim=(1, 2)).numpy()


BUILT_IN: dict[str, tuple[Function, np.ndarray]] = {
    "cross_entropy": (lambda x: losses.cross_entropy(x, LABELS, 1), LOGITS),
    "cross_entropy_from_probabilities": (
        lambda p: losses.cross_entropy_from_probabilities(p, ONE_HOT, 1), PROBABILITIES
    ),
    "binary_cross_entropy": (lambda x: losses.binary_cross_entropy(x, ONE_HOT), LOGITS),
    "binary_cross_entropy_from_probabilities": (
        lambda p: losses.binary_cross_entropy_from_probabilities(p, ONE_HOT), PROBABILITIES
    ),
    "mse": (lambda x: losses.mse(x, ONE_HOT), LOGITS),
    "mae": (lambda x: losses.mae(x, ONE_HOT), LOGITS),
}  # fmt: skip
OWN: dict[str, tuple[Function, np.ndarray]] = {
    "negative_log": (negative_log, PROBABILITIES),
    "dice": (dice, PROBABILITIES),
    "soft_iou": (soft_iou, PROBABILITIES),
    "focal_of_torch": (focal_of_torch, LOGITS),
    "module": (lambda x: per_sample_loss(torch.nn.CrossEntropyLoss())(x, LABELS), LOGITS),
    "reduced": (lambda x: per_sample_loss(torch.nn.functional.mse_loss)(x, ONE_HOT), LOGITS),
}


def test_every_built_in_loss_is_here() -> None:
    assert set(BUILT_IN) == set(losses.LOSSES)


@pytest.mark.parametrize("name", [*BUILT_IN, *OWN])
def test_dense_losses_agree_with_central_differences(name: str) -> None:
    function, output = {**BUILT_IN, **OWN}[name]
    found = slopes(function, output)
    assert found.shape == output.shape
    for index in range(CLASSES):  # a part at a time: single precision hides what one value does
        along = np.zeros_like(output)
        part = output[:, index, : SIDE // 2]
        along[:, index, : SIDE // 2] = 0.02 * np.minimum(np.abs(part), np.abs(1 - part)).clip(max=1)
        high, low = (np.asarray(function(output + sign * along), float) for sign in (1, -1))
        told = (found * along).sum(axis=(1, 2, 3))
        assert np.abs(told).max() > 1e-6
        np.testing.assert_allclose(told, (high - low) / 2, rtol=0.04, atol=4e-7)


def test_many_samples_are_differentiated_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[slice] = []

    def part(outputs: Any, rows: slice) -> Any:
        asked.append(rows)
        return losses.cross_entropy(outputs["output"], LABELS[rows], 1)

    def measure(outputs: Any) -> Any:
        return np.asarray(losses.cross_entropy(outputs["output"], LABELS, 1), np.float32)

    mine = MeasuredNumber("The loss 'mine'", measure, part, ("output",))
    forward = Forward({"output": LOGITS}, {}, {})
    whole = mine.slopes(forward).outputs["output"]
    monkeypatch.setattr(measured, "AT_ONCE", 10_000)
    np.testing.assert_array_equal(mine.slopes(forward).outputs["output"], whole)
    assert asked == [slice(0, 2), slice(0, 1), slice(1, 2)]


def test_what_torch_cannot_do_is_tried_where_outputs_are_few() -> None:
    small = LOGITS[:, :, 0, 0]

    def loss(x: Any) -> Any:
        return np.median(x, axis=1)

    found = slopes(loss, small)
    middle = np.sort(small, axis=1)[:, 2:4]
    wanted = np.where(np.isin(small, middle), 0.5, 0)
    np.testing.assert_allclose(found, wanted, atol=1e-3)


def test_too_many_outputs_to_try_says_why_and_what_to_do() -> None:
    with pytest.raises(
        TargetError, match=r"'mine' cannot be differentiated: it uses np.median"
    ) as told:
        slopes(lambda x: np.median(x, axis=(1, 2, 3)), LOGITS)
    assert "4,096 values a sample, and here are 9,600" in str(told.value.fix)


def test_derivatives_that_hide_a_jump_are_refused() -> None:
    def stepped(x: Any) -> Any:
        return x.mean(axis=(1, 2, 3)) + np.floor(20 * x).mean(axis=(1, 2, 3))

    with pytest.raises(TargetError, match="do not agree with what happens"):
        slopes(stepped, LOGITS)


def test_whole_numbers_cannot_move() -> None:
    with pytest.raises(TargetError, match="depends on no output that can move"):
        slopes(lambda x: x.mean(axis=(1, 2, 3)), LABELS[:, None])
