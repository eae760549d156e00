"""Confusion matrices and curves by threshold over a run's decisions: answers to ``DecisionsQuestion``.

A prediction of classes is taken apart into one yes-or-no decision a class, each against the rest. Samples
without a ground truth or without finite scores are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from percepta.core.charts import DecisionsQuestion
from percepta.core.errors import NotFoundError
from percepta.storage.decision_sources import (
    ClassScores,
    CountedDecisions,
    source_named,
    sources_of,
)
from percepta.storage.queries import RunQuery
from percepta.storage.threshold_counts import ThresholdCounts, average_precision
from percepta.storage.values import coded

MAX_CURVES = 20
"""Labels that get a curve of their own where none is asked for."""
MAX_DECISIONS = 16_000_000
"""Decisions that curves are counted from; of more, those of an even choice of samples (1 s, 0.3 GB)."""
_YES = 0.5

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Decided:
    """Decisions about one label, ``[m]`` each: scores, what the truth says, and what was decided."""

    scores: NDArray[np.float32]
    expected: Mask
    yes: Mask


@dataclass(frozen=True, slots=True)
class _Population:
    """What curves are counted from.

    Attributes:
        by_label: decisions about each label.
        labeled: how many samples (or single decisions) have a truth.
        counted: how many of them are in ``by_label``.
    """

    by_label: Mapping[str, _Decided]
    labeled: int
    counted: int


def answer(
    query: RunQuery, question: DecisionsQuestion, matching: Mask, whole: Mask
) -> dict[str, Any]:
    """Count decisions: the JSON form of the server's ``DecisionsAnswer`` without its key.

    Args:
        query: the run.
        question: what is asked; its filter is in the masks already.
        matching: bool ``[n]``, samples that match.
        whole: bool ``[n]``, samples of the whole chart.

    Raises:
        NotFoundError: there is nothing to count decisions from (and why), or no such label.
    """
    source = source_named(query, question.source)
    threshold = None if question.threshold is None else float(np.float32(question.threshold))
    if isinstance(source, ClassScores):
        told = _of_classes(query, source, question.labels, threshold, matching, whole)
    else:
        told = _of_decisions(query, source, question.labels, threshold, matching)
    return {
        "kind": "decisions",
        "source": source.name,
        **told,
        "matching": int(matching.sum()),
        "sources": list(sources_of(query)),
    }


def _of_classes(
    query: RunQuery,
    source: ClassScores,
    asked: Sequence[str],
    threshold: float | None,
    matching: Mask,
    whole: Mask,
) -> dict[str, Any]:
    labels = source.labels
    _check_labels(source.name, labels, asked)
    scores = query.run.scores(source.name)
    truth = _codes(query.run.column(source.truth_field), labels)
    predicted = _codes(query.run.column(source.predicted_field), labels)
    shifted = False
    if threshold is not None and len(labels) == 2:  # of more classes, the highest score decides
        shifted = True
        predicted = np.where(predicted < 0, predicted, scores[:, 1] >= threshold)

    size = len(labels)
    cells = np.where((truth >= 0) & (predicted >= 0), truth * size + predicted, size * size)

    def confusion(mask: Mask) -> list[list[int]]:
        counts = np.bincount(cells[mask], minlength=size * size + 1)[:-1]
        return counts.reshape(size, size).tolist()

    rows = np.flatnonzero(matching & (truth >= 0))
    labeled = len(rows)
    rows = rows[:: max(1, -(-labeled * len(labels) // MAX_DECISIONS))]
    columns = np.ascontiguousarray(scores[rows].T)
    finite = np.isfinite(columns).all(axis=0)
    if not finite.all():
        columns, rows = columns[:, finite], rows[finite]

    def decided(label: str) -> _Decided:
        code = labels.index(label)
        own = columns[code]
        yes = predicted[rows] == code if threshold is None else own >= threshold
        return _Decided(own, truth[rows] == code, yes)

    by_label = {label: decided(label) for label in asked or labels}
    return {
        "truth_field": source.truth_field,
        "predicted_field": None if shifted else source.predicted_field,
        "labels": list(labels),
        "confusion": confusion(matching),
        "confusion_all": confusion(whole),
        **_curves(_Population(by_label, labeled, len(rows)), asked, threshold),
    }


def _of_decisions(
    query: RunQuery,
    source: CountedDecisions,
    asked: Sequence[str],
    threshold: float | None,
    matching: Mask,
) -> dict[str, Any]:
    table = query.run.decisions(source.name)
    encoded = table.column("label").combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    counts = np.bincount(codes, minlength=len(encoded.dictionary))
    names = encoded.dictionary.to_pylist()
    order = np.argsort(-counts, kind="stable")
    labels = [names[at] for at in order]
    _check_labels(source.name, labels, asked)
    wanted = np.isin(codes, [names.index(label) for label in asked]) if asked else True
    at = np.flatnonzero(matching[table.column("row").to_numpy()] & wanted)
    labeled = len(at)
    at = at[:: max(1, -(-labeled // MAX_DECISIONS))]
    at = at[np.argsort(codes[at], kind="stable")]
    probability = table.column("probability").to_numpy()[at]
    expected = table.column("expected").to_numpy()[at]
    yes = probability >= (_YES if threshold is None else threshold)
    ends = np.searchsorted(codes[at], np.arange(len(names) + 1))
    by_label = {}
    for label in asked or labels:
        part = slice(*ends[names.index(label) :][:2])
        by_label[label] = _Decided(probability[part], expected[part], yes[part])
    return {
        "truth_field": None,
        "predicted_field": None,
        "labels": labels,
        "confusion": None,
        "confusion_all": None,
        **_curves(_Population(by_label, labeled, len(at)), asked, threshold),
    }


def _curves(
    population: _Population, asked: Sequence[str], threshold: float | None
) -> dict[str, Any]:
    """Return the curve of all labels together, those of single labels, and the mean average precision."""
    by_label = population.by_label
    positives = {label: np.count_nonzero(one.expected) for label, one in by_label.items()}
    commonest = sorted(positives, key=lambda label: -positives[label])[:MAX_CURVES]
    shown = list(dict.fromkeys(asked)) or [label for label in by_label if label in commonest]
    curves = {label: _curve(label, by_label[label], threshold) for label in shown}
    precisions = [
        curves[label]["average_precision"]
        if label in curves
        else average_precision(one.scores, one.expected)
        for label, one in by_label.items()
    ]
    known = [precision for precision in precisions if precision is not None]
    return {
        "curves": [_curve(None, _together(by_label.values()), threshold), *curves.values()],
        "mean_average_precision": float(np.mean(known)) if known else None,
        "labeled": population.labeled,
        "counted": population.counted,
    }


def _together(decided: Iterable[_Decided]) -> _Decided:
    parts = list(decided) or [
        _Decided(np.zeros(0, np.float32), np.zeros(0, bool), np.zeros(0, bool))
    ]
    return _Decided(
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.expected for part in parts]),
        np.concatenate([part.yes for part in parts]),
    )


def _curve(label: str | None, decided: _Decided, threshold: float | None) -> dict[str, Any]:
    counts = ThresholdCounts.of(decided.scores, decided.expected)
    curve = counts.drawn(threshold)
    right = int(np.count_nonzero(decided.yes & decided.expected))
    wrong = int(np.count_nonzero(decided.yes)) - right
    recall = _numbers(curve.recall)
    return {
        "label": label,
        "positives": counts.positives,
        "negatives": counts.negatives,
        "thresholds": curve.thresholds.tolist(),
        "true_positive_rate": recall,
        "false_positive_rate": _numbers(curve.false_positive_rate),
        "precision": _numbers(curve.precision),
        "recall": recall,
        "f1": _numbers(curve.f1),
        "balanced_accuracy": _numbers(curve.balanced_accuracy),
        "counts": [right, wrong, counts.negatives - wrong, counts.positives - right],
        "area": counts.area,
        "average_precision": counts.average_precision,
    }


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    if len(values) and np.isnan(values[0]):
        return [None] * len(values)  # undefined at one threshold is undefined at all
    return values.tolist()  # type: ignore[no-any-return]


def _check_labels(source: str, labels: Sequence[str], asked: Sequence[str]) -> None:
    unknown = [label for label in asked if label not in labels]
    if unknown:
        known = ", ".join(labels[:MAX_CURVES]) + (" …" if len(labels) > MAX_CURVES else "")
        raise NotFoundError(f"{source!r} has no label {unknown[0]!r}.", fix=f"It has: {known}.")


def _codes(column: pa.ChunkedArray, labels: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of each text among the labels, int64 ``[n]``; -1: missing, or no label."""
    told = coded(column)
    places = pc.index_in(told.values, value_set=pa.array(labels, pa.string()))
    lookup = np.append(pc.fill_null(places, -1).to_numpy(), -1).astype(np.int64)
    found: NDArray[np.int64] = lookup[told.codes]
    return found
