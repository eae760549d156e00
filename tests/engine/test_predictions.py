"""Predictions by hand: labels, confidence, margin, entropy for outputs whose answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from percepta.engine.predictions import Activation, Head, HeadKind, class_indices, plan_heads
from percepta.integration import Integration, Prediction

LOGITS = np.log(np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]], np.float32))


def head(kind: HeadKind, activation: Activation, labels: tuple[str, ...]) -> Head:
    return Head("p", kind, activation, labels, "t", "")


def integration(**changes: object) -> Integration:
    return Integration("test", lambda: [], (), **changes)  # type: ignore[arg-type]


def test_softmax_scores_are_read_as_probabilities() -> None:
    columns, scores = head(HeadKind.CLASSES, Activation.SOFTMAX, ("a", "b", "c")).record(
        LOGITS, np.array([0, 1])
    )
    assert list(columns["predicted"]) == ["a", "c"]
    assert list(columns["label"]) == ["a", "b"]
    assert list(columns["correct"]) == [True, False]
    assert columns["confidence"] == pytest.approx([0.7, 0.5])
    assert columns["margin"] == pytest.approx([0.5, 0.25])
    expected = -(0.7 * math.log(0.7) + 0.2 * math.log(0.2) + 0.1 * math.log(0.1))
    assert columns["entropy"][0] == pytest.approx(expected, abs=1e-6)
    assert scores == pytest.approx(np.exp(LOGITS))


def test_huge_logits_do_not_overflow() -> None:
    columns, _ = head(HeadKind.CLASSES, Activation.SOFTMAX, ("a", "b")).record(
        np.array([[1e5, -1e5]], np.float32), None
    )
    assert columns["confidence"] == pytest.approx([1.0])
    assert columns["entropy"] == pytest.approx([0.0])
    assert "label" not in columns


def test_one_hot_truth_and_a_label_outside_the_classes() -> None:
    assert class_indices(np.array([[0, 1, 0], [1, 0, 0]]), 3).tolist() == [1, 0]
    assert class_indices(np.array([2, 7, -1]), 3).tolist() == [2, -1, -1]
    columns, _ = head(HeadKind.CLASSES, Activation.NONE, ("a", "b", "c")).record(
        np.exp(LOGITS), np.array([9, 2])
    )
    assert list(columns["label"]) == [None, "c"]
    assert list(columns["correct"]) == [None, True]


def test_a_yes_no_score_has_two_classes() -> None:
    columns, scores = head(HeadKind.BINARY, Activation.SIGMOID, ("no", "yes")).record(
        np.array([[0.0], [math.log(3)]], np.float32), np.array([0, 1])
    )
    assert scores == pytest.approx(np.array([[0.5, 0.5], [0.25, 0.75]]))
    assert list(columns["predicted"]) == ["no", "yes"]
    assert columns["margin"] == pytest.approx([0.0, 0.5])


def test_a_number_is_compared_with_its_truth() -> None:
    columns, scores = head(HeadKind.NUMBER, Activation.NONE, ()).record(
        np.array([[2.0], [5.0]], np.float32), np.array([1.5, 6.0])
    )
    assert scores is None
    assert columns["error"] == pytest.approx([0.5, -1.0])


def test_scores_are_logits_unless_the_integration_says_otherwise() -> None:
    truths = {"t": np.array([0, 2])}
    labels = ["a", "b", "c"]
    (logits,) = plan_heads(
        integration(predictions=(Prediction("p", labels),)), {"p": LOGITS}, truths
    )
    assert logits.activation is Activation.SOFTMAX
    assert logits.truth == "t"
    given = integration(predictions=(Prediction("p", labels, activation="none"),))
    (probabilities,) = plan_heads(given, {"p": np.exp(LOGITS)}, truths)
    assert probabilities.activation is Activation.NONE


def test_one_score_with_one_label_gets_its_opposite() -> None:
    given = integration(predictions=(Prediction("p", ["cat"]),))
    (score,) = plan_heads(given, {"p": np.array([[0.2], [0.9]])}, {})
    assert score.labels == ("not cat", "cat")
    assert score.activation is Activation.NONE
    (logit,) = plan_heads(given, {"p": np.array([-3.0, 4.0])}, {})
    assert logit.activation is Activation.SIGMOID


def test_classes_without_labels_are_numbered_and_vectors_without_classes_are_left_alone() -> None:
    outputs = {"p": LOGITS}
    (numbered,) = plan_heads(integration(), outputs, {"t": np.array([0, 1])})
    assert numbered.labels == ("0", "1", "2")
    assert plan_heads(integration(), outputs, {"t": np.array([[0.5, 0.1, 3.0]] * 2)}) == ()


def test_several_heads_get_their_names_as_prefix() -> None:
    given = integration(
        predictions=(
            Prediction("shape", ["round", "square", "odd"]),
            Prediction("dark", ["no", "yes"]),
        )
    )
    heads = plan_heads(given, {"shape": LOGITS, "dark": np.zeros((2, 1), np.float32)}, {})
    assert [h.prefix for h in heads] == ["shape_", "dark_"]
    assert heads[1].kind is HeadKind.BINARY
    assert "shape_predicted" in [field.name for field in heads[0].fields()]
