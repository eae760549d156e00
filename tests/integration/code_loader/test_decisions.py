"""Confusion-matrix elements become decisions."""

from __future__ import annotations

import math

import numpy as np

from percepta.core.confusion import Decision
from percepta.integration.code_loader.decisions import are_elements, decisions
from percepta.integration.code_loader.module.contract.datasetclasses import (
    ConfusionMatrixElement,
    ConfusionMatrixValue,
)
from percepta.integration.code_loader.module.default_metrics import (
    confusion_matrix_classification_metric,
)

YES, NO = ConfusionMatrixValue.Positive, ConfusionMatrixValue.Negative


def test_the_default_metric_of_a_batch() -> None:
    truth = np.array([[1, 0], [0, 1]], dtype=np.float32)
    scores = np.array([[0.75, 0.25], [0.5, 0.5]], dtype=np.float32)

    elements = confusion_matrix_classification_metric(truth, scores)

    assert are_elements(elements)
    assert decisions(elements) == [
        [Decision("0", True, 0.75), Decision("1", False, 0.25)],
        [Decision("0", False, 0.5), Decision("1", True, 0.5)],
    ]


def test_a_score_that_is_no_probability_is_cut_to_the_range() -> None:
    row = [
        ConfusionMatrixElement("a", YES, 7.5, "box 1"),
        ConfusionMatrixElement("a", NO, np.float32(-3)),  # type: ignore[arg-type]
    ]

    assert decisions([row, []]) == [
        [Decision("a", True, 1.0, "box 1"), Decision("a", False, 0.0)],
        [],
    ]


def test_what_cannot_be_counted_is_handed_on_for_the_report() -> None:
    odd = [ConfusionMatrixElement("a", "yes", None)]  # type: ignore[arg-type]
    nan = [ConfusionMatrixElement("a", YES, math.nan)]

    assert decisions([odd]) == [[Decision("a", "yes", None)]]  # type: ignore[arg-type]
    assert math.isnan(decisions([nan])[0][0].probability)


def test_numbers_are_no_elements() -> None:
    element = ConfusionMatrixElement("a", YES, 1.0)
    for value in (np.zeros(3), [1.0], [], [[1.0]], [[element, 1.0]], {"a": [[element]]}, None):
        assert not are_elements(value)
    assert are_elements([[element], []])
