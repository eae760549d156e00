"""How yes-or-no decisions turn out at every threshold: ROC, precision–recall, F1, balanced accuracy.

Areas are exact, over every distinct score; equal scores are decided together. What is drawn are at most
:data:`MAX_POINTS` points, which lie close where the curves bend.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 200

_CANDIDATES = 512
"""Positions looked at for each count before points are chosen: far below a pixel of any chart."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """Quality of decisions by threshold, float64 ``[k]`` each, thresholds falling.

    Attributes:
        thresholds: from which score a decision is a yes.
        recall: share of the positives that are a yes (true positive rate); NaN without positives.
        false_positive_rate: share of the negatives that are a yes; NaN without negatives.
        precision: share of the yes that is right; 1 where nothing is a yes.
        f1: harmonic mean of precision and recall; NaN without positives.
        balanced_accuracy: mean share that is right on both sides; NaN where one is empty.
    """

    thresholds: Floats
    recall: Floats
    false_positive_rate: Floats
    precision: Floats
    f1: Floats
    balanced_accuracy: Floats


@dataclass(frozen=True)
class ThresholdCounts:
    """Decisions counted at every threshold; a score of at least the threshold is a yes.

    Attributes:
        thresholds: float64 ``[k]``, falling; at the first nothing is a yes, the others are the distinct
            scores.
        true_positives: int64 ``[k]``, decisions rightly a yes.
        false_positives: int64 ``[k]``, decisions wrongly a yes.
    """

    thresholds: Floats
    true_positives: NDArray[np.int64]
    false_positives: NDArray[np.int64]

    @classmethod
    def of(cls, scores: NDArray[np.float32], expected: NDArray[np.bool_]) -> ThresholdCounts:
        """Count decisions.

        Args:
            scores: float32 ``[m]``, finite; the higher the more of a yes.
            expected: bool ``[m]``, whether the ground truth says yes.
        """
        # A float32 leaves the last bits of a float64 free: the truth travels there through one plain sort.
        packed = scores.astype(np.float64)
        packed.view(np.int64)[:] |= expected
        packed.sort()
        packed = packed[::-1]
        right = np.cumsum(packed.view(np.int64) & 1)
        values = packed.astype(np.float32)
        last = np.flatnonzero(np.append(values[1:] != values[:-1], len(values) > 0))
        above = np.nextafter(values[:1], np.float32(np.inf))  # none if there is no score
        return cls(
            np.concatenate([above, values[last]]).astype(np.float64),
            np.concatenate([np.zeros(len(above), np.int64), right[last]]),
            np.concatenate([np.zeros(len(above), np.int64), last + 1 - right[last]]),
        )

    @property
    def positives(self) -> int:
        """Decisions that should be a yes."""
        return int(self.true_positives[-1]) if len(self.true_positives) else 0

    @property
    def negatives(self) -> int:
        """Decisions that should be a no."""
        return int(self.false_positives[-1]) if len(self.false_positives) else 0

    @property
    def area(self) -> float | None:
        """Area under the ROC curve; None where one side is empty."""
        if not self.positives or not self.negatives:
            return None
        right, wrong = self.true_positives, self.false_positives
        twice = int(np.dot(np.diff(wrong), right[1:] + right[:-1]))
        return twice / 2 / self.positives / self.negatives

    @property
    def average_precision(self) -> float | None:
        """Precision at every threshold, weighted by the recall it adds; None without positives."""
        if not self.positives:
            return None
        right = self.true_positives
        said = right[1:] + self.false_positives[1:]
        return float(np.dot(np.diff(right), right[1:] / said)) / self.positives

    def drawn(self, threshold: float | None = None, limit: int = MAX_POINTS) -> Curve:
        """Return the curve at no more than ``limit`` thresholds.

        They are spread evenly over the way that the rates, precision and threshold go together: between
        two of them none changes by more than a small share of its range, unless one score does it at once.
        Both ends, the best F1, the best balanced accuracy and the given threshold are among them.
        """
        if len(self.thresholds) <= limit:
            return self._curve(np.arange(len(self.thresholds)))
        near = self._candidates(threshold)
        curve = self._curve(near)
        always = {0, len(near) - 1}
        for quality in (curve.f1, curve.balanced_accuracy):
            if not np.isnan(quality[-1]):
                always.add(int(np.argmax(quality)))
        if threshold is not None:
            always.add(max(_last_from(curve.thresholds, threshold), 0))
        ways = (curve.recall, curve.false_positive_rate, curve.precision, curve.thresholds)
        gone = np.concatenate([[0.0], np.cumsum(np.sum([_steps(way) for way in ways], axis=0))])
        even = np.searchsorted(gone, np.linspace(0, gone[-1], limit - len(always)))
        return self._curve(near[np.union1d(even, sorted(always))])

    def _candidates(self, threshold: float | None) -> NDArray[np.int64]:
        """Return positions, rising, between which neither side's count changes by more than one in 512."""
        last = len(self.thresholds) - 1
        places = [np.array([0, last])]
        if threshold is not None:
            places.append(np.array([max(_last_from(self.thresholds, threshold), 0)]))
        for counts in (self.true_positives, self.false_positives):
            grid = np.linspace(0, counts[-1], _CANDIDATES).astype(np.int64)
            places.append(np.searchsorted(counts, grid))
        return np.unique(np.concatenate(places))

    def _curve(self, at: NDArray[np.int64]) -> Curve:
        right, wrong = self.true_positives[at], self.false_positives[at]
        said = right + wrong
        recall, false_rate = _share(right, self.positives), _share(wrong, self.negatives)
        return Curve(
            thresholds=self.thresholds[at],
            recall=recall,
            false_positive_rate=false_rate,
            precision=np.where(said == 0, 1.0, right / np.maximum(said, 1)),
            f1=np.full(len(at), np.nan)
            if not self.positives
            else 2 * right / (said + self.positives),
            balanced_accuracy=(recall + 1 - false_rate) / 2,
        )


def average_precision(scores: NDArray[np.float32], expected: NDArray[np.bool_]) -> float | None:
    """Return :attr:`ThresholdCounts.average_precision` in one plain sort, where no curve is wanted.

    Only thresholds at a positive add recall, and of one class among many the positives are few.

    Args:
        scores: float32 ``[m]``, finite.
        expected: bool ``[m]``, whether the ground truth says yes.
    """
    found = np.sort(scores[expected])
    if len(found) == 0:
        return None
    thresholds, first = np.unique(found, return_index=True)
    said = len(scores) - np.searchsorted(np.sort(scores), thresholds)
    right = len(found) - first
    added = np.diff(first, append=len(found))
    return float(np.dot(added, right / said)) / len(found)


def _share(counts: NDArray[np.int64], total: int) -> Floats:
    return counts / total if total else np.full(len(counts), np.nan)


def _steps(values: Floats) -> Floats:
    """How far each value is from the one before, as a share of the values' range, ``[k - 1]``."""
    span = float(np.ptp(values))
    return np.abs(np.diff(values)) / span if span > 0 else np.zeros(len(values) - 1)


def _last_from(thresholds: Floats, threshold: float) -> int:
    """Return the last position whose threshold is at least the given one; -1: there is none."""
    return int(np.count_nonzero(thresholds >= threshold)) - 1
