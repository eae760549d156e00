"""Decisions counted one by one: several per sample, as for the boxes of a detector."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """One yes-or-no decision of a model about one thing in a sample, as confusion matrices count it.

    Attributes:
        label: the class it is about.
        expected: whether the ground truth says yes.
        probability: what the model gives yes, 0..1.
        id: the thing it is about, e.g. the number of a box; empty: the sample itself.
    """

    label: str
    expected: bool
    probability: float
    id: str = ""
