"""Training curves as they travel."""

from __future__ import annotations

from typing import Literal

from percepta.server.schema.base import Message


class TrainingSeries(Message):
    """One curve of a training.

    Attributes:
        metric: such as ``loss``.
        subset: such as ``training``.
        by: what ``at`` counts.
        at: steps or epochs, rising.
    """

    metric: str
    subset: str
    by: Literal["step", "epoch"]
    at: list[float]
    values: list[float | None]


class TrainingCurves(Message):
    """The curves of the training that made the version; empty: none were recorded."""

    series: list[TrainingSeries]
