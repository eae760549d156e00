"""Reading a group: which fields tell its samples from the others, which way, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.naming import Column
from percepta.core.fields import FieldType

_BINS = 16
_MOST_VALUES = 1_000
"""A field of more different values tells samples apart, not groups."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A field that tells a group from the rest.

    Attributes:
        field: name of the field.
        information: mutual information between the field and belonging to the group, as a share of what
            belonging itself holds, 0 (none) to 1 (all), less what chance gives to so many bins.
        inside: of a number its mean inside; else the value that is commonest there beyond the rest.
        outside: of a number its mean outside; else None.
        share_inside: of a value, its share inside, 0..1; of a number None.
        share_outside: of a value, its share outside, 0..1; of a number None.
        effect: of a number, how many standard deviations (of all samples) the mean inside lies above that
            outside; of a value, share inside less share outside.
    """

    field: str
    information: float
    inside: bool | int | float | str | None
    outside: float | None
    share_inside: float | None
    share_outside: float | None
    effect: float


def telling_fields(
    columns: Mapping[str, Column], members: NDArray[np.bool_], limit: int = 8
) -> list[Telling]:
    """Return the fields that tell a group from the rest, the most telling first.

    Args:
        columns: by field name, over all samples.
        members: bool ``[n]``, who belongs to the group.
        limit: at most so many.

    Returns:
        Only fields that say more than chance; none for a group that is empty or everything.
    """
    if not members.any() or members.all():
        return []
    found = []
    for name, column in columns.items():
        telling = _telling(name, column, members)
        if telling is not None and telling.information > 0:
            found.append(telling)
    found.sort(key=lambda one: (-one.information, one.field))
    return found[:limit]


def odd_ones_out(labels: Sequence[Any], weights: NDArray[np.float32]) -> list[int]:
    """Return the positions whose label is not that of most of their neighbours, the nearest first.

    Args:
        labels: of a group of similar samples; None is unlabeled and never odd.
        weights: ``[k]``, how much each counts, such as its similarity; negative counts as nothing.

    Returns:
        Nothing where no label has more than half of the weight.
    """
    votes: dict[Any, float] = {}
    for label, weight in zip(labels, np.maximum(weights, 0).tolist(), strict=True):
        if label is not None:
            votes[label] = votes.get(label, 0.0) + weight
    total = sum(votes.values())
    if total <= 0:
        return []
    common = max(votes, key=lambda label: votes[label])
    if votes[common] <= total / 2:
        return []
    odd = [i for i, label in enumerate(labels) if label is not None and label != common]
    return sorted(odd, key=lambda i: (-float(weights[i]), i))


def _telling(name: str, column: Column, members: NDArray[np.bool_]) -> Telling | None:
    if column.type in (FieldType.FLOAT, FieldType.INTEGER):
        values = np.asarray(column.values, float)
        known = np.isfinite(values)
        if len(np.unique(values[known])) < 2:
            return None
        codes = _bins(values, known)
        inside, outside = values[known & members], values[known & ~members]
        if not len(inside) or not len(outside):
            return None
        gap = inside.mean() - outside.mean()
        effect = float(gap / values[known].std())
        information = _information(codes, members)
        means = float(inside.mean()), float(outside.mean())
        return Telling(name, information, *means, None, None, effect)
    texts = ["" if value is None else str(value) for value in column.values]
    kinds, codes = np.unique(np.asarray(texts), return_inverse=True)
    if not 2 <= len(kinds) <= _MOST_VALUES:
        return None
    counts = np.bincount(codes, minlength=len(kinds))
    within = np.bincount(codes[members], minlength=len(kinds))
    shares = within / members.sum(), (counts - within) / (~members).sum()
    best = int(np.argmax(shares[0] - shares[1]))
    value = next(v for v, text in zip(column.values, texts, strict=True) if text == kinds[best])
    if isinstance(value, np.generic):
        value = value.item()
    return Telling(
        name,
        _information(codes, members),
        value,
        None,
        float(shares[0][best]),
        float(shares[1][best]),
        float(shares[0][best] - shares[1][best]),
    )


def _bins(values: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return a bin of about equally many samples for each value; missing values have one of their own."""
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, _BINS + 1)[1:-1]))
    codes: NDArray[np.int64] = np.searchsorted(edges, values, side="right")
    codes[~known] = len(edges) + 1
    return codes


def _information(codes: NDArray[np.int64], members: NDArray[np.bool_]) -> float:
    """Return the share of the group's entropy that the codes explain, corrected for chance.

    The expected mutual information of independent variables is about (bins - 1) / 2n nats (Miller, 1955).
    """
    table = np.stack(
        [np.bincount(codes[members == side], minlength=codes.max() + 1) for side in (0, 1)]
    )
    joint = table[:, table.sum(axis=0) > 0] / len(codes)
    sides, bins = joint.sum(axis=1, keepdims=True), joint.sum(axis=0, keepdims=True)
    there = joint > 0
    mutual = float((joint[there] * np.log((joint / (sides * bins))[there])).sum())
    mutual -= (joint.shape[1] - 1) / (2 * len(codes))
    entropy = float(-(sides * np.log(sides)).sum())
    return float(max(0.0, mutual / entropy))
