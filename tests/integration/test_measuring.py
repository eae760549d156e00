"""Losses and metrics: numbers against PyTorch and by hand, and mistakes told apart by whose they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from percepta.core.errors import IntegrationError
from percepta.core.fields import Direction
from percepta.core.subsets import SampleKey, Subset
from percepta.integration import (
    Batch,
    Connection,
    InputEncoder,
    Integration,
    Loss,
    Measures,
    Metric,
    Samples,
    losses,
    measure,
    metrics,
)

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(0, 5, (8, 4)).astype(np.float32)
DENSE = RNG.normal(0, 5, (8, 4, 3, 5)).astype(np.float32)
CLASSES = RNG.integers(0, 4, 8)
PIXELS = RNG.integers(0, 4, (8, 3, 5))
VALUES = RNG.normal(0, 1, (8, 6)).astype(np.float32)
BITS = RNG.integers(0, 2, (8, 6)).astype(np.float32)

SAMPLES = Samples("test", 8)
WIRES = (
    Connection("prediction", "prediction", "scores"),
    Connection("target", "ground_truth", "digit"),
)


def of_torch(function: Callable[..., Any], prediction: Any, target: Any) -> Any:
    """A loss of torch, per sample."""
    values = function(torch.tensor(prediction), torch.tensor(target), reduction="none")
    return values.reshape(len(prediction), -1).mean(1).numpy()


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (
            losses.cross_entropy(LOGITS, CLASSES),
            of_torch(functional.cross_entropy, LOGITS, CLASSES),
        ),
        (
            losses.cross_entropy(LOGITS, CLASSES[:, None]),
            of_torch(functional.cross_entropy, LOGITS, CLASSES),
        ),
        (
            losses.cross_entropy(LOGITS, CLASSES.astype(float)),
            of_torch(functional.cross_entropy, LOGITS, CLASSES),
        ),
        (
            losses.cross_entropy(LOGITS, np.eye(4)[CLASSES]),
            of_torch(functional.cross_entropy, LOGITS, CLASSES),
        ),
        (
            losses.cross_entropy(DENSE, PIXELS, channel_axis=1),
            of_torch(functional.cross_entropy, DENSE, PIXELS),
        ),
        (
            losses.cross_entropy(DENSE.transpose(0, 2, 3, 1), PIXELS),
            of_torch(functional.cross_entropy, DENSE, PIXELS),
        ),
        (
            losses.cross_entropy(LOGITS * 1000, CLASSES),
            of_torch(functional.cross_entropy, LOGITS * 1000, CLASSES),
        ),
        (
            losses.cross_entropy_from_probabilities(
                torch.tensor(LOGITS).softmax(1).numpy(), CLASSES
            ),
            of_torch(functional.cross_entropy, LOGITS, CLASSES).clip(max=-np.log(1e-7)),
        ),
        (
            losses.binary_cross_entropy(VALUES * 50, BITS),
            of_torch(functional.binary_cross_entropy_with_logits, VALUES * 50, BITS),
        ),
        (
            losses.binary_cross_entropy_from_probabilities(1 / (1 + np.exp(-VALUES)), BITS),
            of_torch(functional.binary_cross_entropy_with_logits, VALUES, BITS),
        ),
        (
            losses.binary_cross_entropy(VALUES[:, :1], BITS[:, 0]),
            of_torch(functional.binary_cross_entropy_with_logits, VALUES[:, 0], BITS[:, 0]),
        ),
        (losses.mse(VALUES, BITS), of_torch(functional.mse_loss, VALUES, BITS)),
        (losses.mae(VALUES, BITS), of_torch(functional.l1_loss, VALUES, BITS)),
    ],
)
def test_losses_equal_those_of_torch(ours: Any, expected: Any) -> None:
    assert ours.shape == (8,)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-4)


def test_accuracy_by_hand() -> None:
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    assert metrics.accuracy(scores, np.array([1, 1, 1])).tolist() == [1, 0, 1]
    assert metrics.accuracy(scores, np.eye(2)[[1, 1, 0]]).tolist() == [1, 0, 0]
    assert metrics.binary_accuracy(scores[:, :1], np.array([0, 0, 1])).tolist() == [1, 0, 0]
    assert metrics.binary_accuracy(
        np.array([2.0, -2.0]), np.array([1, 1]), threshold=0
    ).tolist() == [1, 0]


def test_top_k_by_hand() -> None:
    scores = np.array([[3.0, 2.0, 1.0, 0.0]] * 3)
    assert metrics.top_k(2)(scores, np.array([0, 1, 2])).tolist() == [1, 1, 0]
    assert metrics.top_k(3).__name__ == "top_3"
    with pytest.raises(ValueError, match="at least 1"):
        metrics.top_k(0)


def test_mean_iou_by_hand() -> None:
    truth = np.array([[[0, 0], [1, 1]]])
    found = np.array([[[0, 1], [1, 1]]])
    scores = np.moveaxis(np.eye(3)[found], -1, 1)
    # class 0: 1 of 2; class 1: 2 of 3; class 2 is neither there nor found
    assert metrics.mean_iou(scores, truth, channel_axis=1) == pytest.approx([(1 / 2 + 2 / 3) / 2])


@pytest.mark.parametrize(
    ("call", "said", "fix"),
    [
        (
            lambda: losses.cross_entropy(LOGITS, PIXELS),
            r"\(4,\) per sample does not fit .* \(3, 5\)",
            "one-hot",
        ),
        (
            lambda: losses.cross_entropy(VALUES[:, :1], CLASSES),
            "no classes",
            "binary_cross_entropy",
        ),
        (lambda: losses.mse(VALUES, BITS[:, :3]), "does not fit", "as large as"),
        (lambda: losses.mse(VALUES, BITS[:, :1]), "does not fit", "as large as"),
        (lambda: metrics.accuracy(LOGITS, PIXELS), "does not fit", "one-hot"),
    ],
)
def test_shapes_that_do_not_fit_are_never_broadcast(call: Any, said: str, fix: str) -> None:
    with pytest.raises(IntegrationError, match=said) as caught:
        call()
    assert fix in (caught.value.fix or "")


def measured(
    function: Callable[..., Any],
    *,
    digits: Any = CLASSES,
    scores: Any = LOGITS,
    kind: type[Loss] | type[Metric] = Loss,
) -> Measures:
    """Measure a batch of eight with one function."""
    made = kind("cost", function, WIRES)
    integration = Integration(
        "test",
        list,
        (InputEncoder("image", lambda sample_id, samples: None),),
        losses=(made,) if isinstance(made, Loss) else (),
        metrics=(made,) if isinstance(made, Metric) else (),
    )
    keys = [SampleKey(Subset.TEST, index) for index in range(len(scores))]
    truths = {} if digits is None else {"digit": digits}
    return measure(integration, Batch(keys, {}, truths, {"scores": scores}, SAMPLES))


@pytest.mark.parametrize(
    "values",
    [
        np.arange(8),
        np.arange(8.0)[:, None],
        list(range(8)),
        torch.arange(8.0, requires_grad=True),
        torch.arange(8).to(torch.bfloat16),
    ],
    ids=["array", "column", "list", "tensor", "bfloat16"],
)
def test_one_value_per_sample_in_any_form(values: Any) -> None:
    columns = measured(lambda prediction, target: values).columns
    assert columns["cost"].tolist() == list(range(8))
    assert columns["cost"].dtype == np.float32


def test_unlabeled_samples_have_no_loss() -> None:
    assert measured(losses.cross_entropy, digits=None).columns == {}


def test_a_metric_may_give_several_fields_and_leave_some_undefined() -> None:
    def parts(prediction: Any, target: Any) -> Any:
        return {"left": prediction[:, 0], "right": [None] * 4 + [1.0] * 4}

    found = measured(parts, kind=Metric)
    assert set(found.columns) == {"cost_left", "cost_right"}
    assert np.isnan(found.columns["cost_right"]).tolist() == [True] * 4 + [False] * 4
    assert found.failures == {}
    metric = Metric("cost", parts, WIRES, {"left": Direction.UP})
    assert metric.direction_of("cost_left") is Direction.UP
    assert metric.direction_of("cost_right") is None


@pytest.mark.parametrize(
    ("function", "said", "fix"),
    [
        (
            lambda prediction, target: prediction.mean(),
            "returned one number for a batch of 8",
            "reduction='none'",
        ),
        (
            lambda prediction, target: prediction,
            r"an array of shape \(8, 4\) for a batch of 8",
            r"shape \(8,\)",
        ),
        (
            lambda prediction, target: prediction[:3, 0],
            r"an array of shape \(3,\) for a batch of 8",
            "per sample",
        ),
        (lambda prediction, target: None, "returned None", "one value per sample"),
        (lambda prediction, target: "low", "returned the text 'low'", "one value per sample"),
        (lambda prediction, target: {"a": prediction[:, 0]}, "returned a dict", "@percepta.metric"),
    ],
)
def test_a_function_that_is_wrong_for_all_is_told_at_once(
    function: Any, said: str, fix: str
) -> None:
    with pytest.raises(IntegrationError, match=said) as caught:
        measured(function)
    assert re.search(fix, caught.value.fix or "")


def test_nan_losses_cost_their_samples() -> None:
    def cost(prediction: Any, target: Any) -> Any:
        return np.array([0, 1, np.nan, 3, np.inf, 5, 6, 7])

    found = measured(cost)
    assert sorted(found.failures) == [2, 4]
    assert found.failures[2].message == "The loss 'cost' is NaN."
    assert found.failures[4].message == "The loss 'cost' is infinite."
    assert "logarithm of zero" in (found.failures[2].fix or "")
    assert found.failures[2].where.sample_id == "2"
    assert found.columns["cost"][[0, 1, 3]].tolist() == [0, 1, 3]


def test_a_function_that_raises_is_tried_sample_by_sample() -> None:
    def fussy(prediction: Any, target: Any) -> Any:
        if (target == 3).any():
            raise ValueError("no class 3, please")
        return target.astype(float)

    digits = np.array([0, 3, 1, 2, 3, 0, 1, 2])
    found = measured(fussy, digits=digits)
    assert sorted(found.failures) == [1, 4]
    assert found.failures[1].message == "fussy() raised ValueError: no class 3, please."
    assert found.failures[1].where.function == "fussy"
    assert found.columns["cost"][[0, 2, 3]].tolist() == [0, 1, 2]
    assert np.isnan(found.columns["cost"][[1, 4]]).all()


def test_a_class_number_outside_of_the_classes_costs_its_sample() -> None:
    found = measured(losses.cross_entropy, digits=np.array([0, 1, 2, 3, 4, 0, -1, 0]))
    assert sorted(found.failures) == [4, 6]
    assert "the ground truth 4 is outside the model's 4 classes (0..3)" in found.failures[4].message


def test_everything_raising_leaves_a_loss_without_values() -> None:
    def broken(prediction: Any, target: Any) -> Any:
        raise RuntimeError("always")

    found = measured(broken)
    assert len(found.failures) == 8
    assert np.isnan(found.columns["cost"]).all()


def test_shapes_that_do_not_fit_name_the_loss() -> None:
    with pytest.raises(IntegrationError, match="The loss 'cost': a prediction of shape"):
        measured(losses.cross_entropy, digits=PIXELS)


def test_the_last_batch_of_one_may_be_squeezed() -> None:
    found = measured(
        lambda prediction, target: np.squeeze(prediction[:, 0]),
        digits=CLASSES[:1],
        scores=LOGITS[:1],
    )
    assert found.columns["cost"].tolist() == LOGITS[:1, 0].tolist()
