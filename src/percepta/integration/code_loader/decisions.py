"""From the confusion-matrix elements that a script's metric returns to decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np

from percepta.core.confusion import Decision
from percepta.integration.code_loader.module.contract.elements import ConfusionMatrixElement
from percepta.integration.code_loader.module.contract.enums import ConfusionMatrixValue


def are_elements(value: Any) -> TypeGuard[Sequence[Sequence[ConfusionMatrixElement]]]:
    """Whether a metric returned lists of confusion-matrix elements, one per sample, some maybe empty."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(row, list | tuple) for row in value)
        and all(isinstance(entry, ConfusionMatrixElement) for row in value for entry in row)
    )


def decisions(elements: Sequence[Sequence[ConfusionMatrixElement]]) -> list[list[Decision]]:
    """Return the decisions of each sample.

    Scripts give scores that were never made probabilities, and the contract takes them: what is
    above 1 or below 0 becomes 1 or 0. Every other value is handed on as it is: whoever counts the
    decisions reports the one that cannot be counted, with its sample.

    Args:
        elements: for each sample of a batch, what was decided about it.
    """
    return [[_decision(element) for element in row] for row in elements]


def _decision(element: ConfusionMatrixElement) -> Decision:
    expected: Any = element.expected_outcome
    if isinstance(expected, ConfusionMatrixValue):
        expected = expected is ConfusionMatrixValue.Positive
    probability: Any = element.predicted_probability
    if isinstance(probability, int | float | np.number) and np.isfinite(probability):
        probability = min(max(float(probability), 0.0), 1.0)
    return Decision(str(element.label), expected, probability, str(element.id))
