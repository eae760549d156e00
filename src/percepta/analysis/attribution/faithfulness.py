"""How faithful a map is: what happens to the target as positions go, the most important first.

Deletion and insertion curves after RISE (https://arxiv.org/abs/1806.07421), against random orders of the same
positions. A faithful map makes the deletion curve fall, and the insertion curve rise, sooner than chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution.question import Array, FloatArray, Question

STEPS = 20
RANDOM_ORDERS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Faithfulness:
    """Curves of one sample; every curve has ``steps + 1`` points.

    Attributes:
        shares: ``[steps + 1]``, the share of positions deleted or inserted, 0..1.
        deletion: ``[steps + 1]``, the target as the most important positions become the baseline.
        insertion: ``[steps + 1]``, the target as they appear on the baseline.
        random_deletion: ``[orders, steps + 1]``, the same in random orders.
        random_insertion: ``[orders, steps + 1]``.
    """

    shares: FloatArray
    deletion: FloatArray
    insertion: FloatArray
    random_deletion: FloatArray
    random_insertion: FloatArray

    @property
    def deletion_gain(self) -> float:
        """Area that deletion lies below the mean random deletion; positive is better than chance."""
        return _area(self.shares, self.random_deletion.mean(axis=0) - self.deletion)

    @property
    def insertion_gain(self) -> float:
        """Area that insertion lies above the mean random insertion; positive is better than chance."""
        return _area(self.shares, self.insertion - self.random_insertion.mean(axis=0))


def faithfulness(
    question: Question,
    name: str,
    heat: FloatArray,
    *,
    steps: int = STEPS,
    random_orders: int = RANDOM_ORDERS,
) -> Faithfulness:
    """Delete and insert the positions of one input in the order of a map, and in random orders.

    Args:
        question: of one sample, B = 1.
        name: the input.
        heat: the map, ``[1, …positions]``: the input's shape without its channel axis.
        steps: how many times the target is looked at on the way.
        random_orders: how many random orders it is compared with.
    """
    count = heat[0].size
    random = np.random.default_rng(question.seed)
    orders = [np.argsort(-heat[0].ravel(), kind="stable")]
    orders += [random.permutation(count) for _ in range(random_orders)]
    ends = np.linspace(0, count, steps + 1).round().astype(int)
    curves = np.stack([_curves(question, name, heat.shape[1:], order, ends) for order in orders])
    return Faithfulness(
        np.asarray(ends / count, dtype=np.float32),
        curves[0, 0],
        curves[0, 1],
        curves[1:, 0],
        curves[1:, 1],
    )


def _curves(
    question: Question,
    name: str,
    positions: tuple[int, ...],
    order: NDArray[np.int_],
    ends: NDArray[np.int_],
) -> FloatArray:
    """Return the target on the way of deletion and of insertion, ``[2, steps + 1]``."""
    whole = question.inputs[name]
    baseline = np.broadcast_to(question.baselines.get(name, np.zeros((), whole.dtype)), whole.shape)
    rank = np.empty(len(order), int)
    rank[order] = np.arange(len(order))
    gone = rank.reshape(positions) < ends.reshape(-1, *[1] * len(positions))
    axis = question.channel_axes.get(name)
    if axis is not None:
        gone = np.expand_dims(gone, axis % whole.ndim)
    deleted = np.where(gone, baseline, whole)
    inserted = np.where(gone, whole, baseline)
    return np.stack([_values(question, name, deleted), _values(question, name, inserted)])


def _values(question: Question, name: str, instead: Array) -> FloatArray:
    others = {
        n: np.repeat(a, len(instead), axis=0) for n, a in question.inputs.items() if n != name
    }
    return question.subject.values({**others, name: instead})


def _area(shares: FloatArray, height: FloatArray) -> float:
    return float(np.trapezoid(height, shares))
