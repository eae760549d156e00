"""Metrics that return decisions: several yes-or-no answers per sample, counted one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from percepta.core.confusion import Decision
from percepta.integration.arrays import UnsuitableError

Decisions = list[list[Decision]]
"""For each sample of a batch, what was decided about it; maybe nothing."""

ACCURACY = "accuracy"
"""Suffix of the field that sums up a sample's decisions."""

_YES = 0.5
_ROUNDING = 1e-6
_FIX = "Give Decision(label, expected, probability) with a probability of 0 to 1."


def are_decisions(value: Any) -> TypeGuard[Sequence[Sequence[Decision]]]:
    """Whether a metric returned lists of decisions (which may be empty) rather than numbers."""
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(row, list | tuple) for row in value)
        and all(isinstance(entry, Decision) for row in value for entry in row)
    )


def checked(row: Sequence[Decision]) -> list[Decision]:
    """Return one sample's decisions with plain values.

    Raises:
        UnsuitableError: one of them cannot be counted.
    """
    return [_checked(decision) for decision in row]


def _checked(decision: Decision) -> Decision:
    label: object = decision.label  # metrics are not type-checked
    if not isinstance(label, str) or not label:
        raise UnsuitableError(f"a decision with the label {label!r:.60}, not a text", _FIX)
    about = f"a decision about {label!r:.60}"
    expected: object = decision.expected
    if not isinstance(expected, bool | np.bool_):
        said = f"{about} that expects {expected!r:.60}, not True or False"
        raise UnsuitableError(said, _FIX)
    try:
        probability = float(decision.probability)
    except (TypeError, ValueError):
        probability = math.nan
    if not -_ROUNDING <= probability <= 1 + _ROUNDING:
        said = f"{about} with the probability {decision.probability!r:.60}, not 0..1"
        raise UnsuitableError(said, _FIX)
    return replace(
        decision,
        label=label.encode("utf-8", "replace").decode(),
        expected=bool(expected),
        probability=min(max(probability, 0.0), 1.0),
        id=str(decision.id).encode("utf-8", "replace").decode(),
    )


def share_right(decided: Sequence[Sequence[Decision]]) -> NDArray[np.float32]:
    """Share of each sample's decisions that are right at a probability of 0.5; NaN where it has none."""
    right = [[(d.probability >= _YES) == d.expected for d in row] for row in decided]
    shares = [sum(row) / len(row) if row else math.nan for row in right]
    return np.array(shares, dtype=np.float32)
