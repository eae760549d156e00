"""How the average of a number goes over the parts of another: up, down, along a curve, or nowhere clearly."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

_CLEAR = 3.0
"""Deviations beyond which a slope, a bend or a difference is not noise."""
_CURVED = 0.25
"""Share of what the parts differ by that no monotone curve explains: beyond it, the field is curved."""


class Shape(StrEnum):
    """How the average of the metric goes over a field."""

    RISING = "rising"
    FALLING = "falling"
    CURVED = "curved"
    UNCLEAR = "unclear"
    """Its parts differ in how the metric is spread, but not, beyond noise, in its average."""
    GROUPS = "groups"
    """The field has values, not numbers."""


def shape_of(
    averages: NDArray[np.float64], counts: NDArray[np.int64], variances: NDArray[np.float64]
) -> tuple[Shape, float]:
    """Return how averages go over the parts of a number, and how far they move.

    They are unclear where a line and a parabola through them, and what they differ by in all, are no more
    than noise makes. They rise or fall where the nearest monotone curve explains most of what they differ
    by; where that is lost in noise, where the slope is clearer than the bend. Else they are curved.

    Args:
        averages: ``[B]``.
        counts: ``[B]``, samples of each.
        variances: ``[B]``, of the metric within each.
    """
    weights = counts.astype(float)
    noise = float(variances.sum())
    differ = _squares(averages, weights, (weights * averages).sum() / weights.sum())
    line, bend = _trends(averages, weights, variances)
    chance = noise * (1 + _CLEAR * np.sqrt(2 / max(len(counts) - 1, 1)))
    if max(line, bend) < _CLEAR and differ < chance:
        return Shape.UNCLEAR, 0.0
    left = {}
    for shape in (Shape.RISING, Shape.FALLING):
        curve = isotonic_regression(averages, weights=weights, increasing=shape is Shape.RISING).x
        left[shape] = _squares(averages, weights, curve), float(curve[-1] - curve[0])
    nearest = min(left, key=lambda shape: left[shape][0])
    unexplained, moved = left[nearest]
    curved = bend > line
    if differ >= chance:
        curved = unexplained - noise > _CURVED * (differ - noise)
    if curved:
        return Shape.CURVED, float(averages.max() - averages.min())
    return nearest, moved


def _trends(
    averages: NDArray[np.float64], weights: NDArray[np.float64], variances: NDArray[np.float64]
) -> tuple[float, float]:
    """Return how many deviations of noise the slope and the bend of averages are away from none."""
    shares = weights / weights.sum()
    places = np.cumsum(shares) - shares / 2  # share of samples with less
    line = places - (shares * places).sum()
    bend = line**2 - (shares * line**2).sum()
    bend -= line * (shares * line * bend).sum() / max((shares * line**2).sum(), 1e-12)
    found = []
    for contrast in (line, bend):
        deviation = np.sqrt((weights * contrast**2 * variances).sum())
        size = abs((weights * contrast * averages).sum())
        found.append(float(size / deviation) if deviation > 0 else (np.inf if size > 0 else 0.0))
    return found[0], found[1]


def _squares(
    values: NDArray[np.float64], weights: NDArray[np.float64], curve: NDArray[np.float64] | float
) -> float:
    return float((weights * (values - curve) ** 2).sum())
