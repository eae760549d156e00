"""Reading a group: which fields tell its samples from the others, which way, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.encoding import Encoded

MOST_VALUES = 1_000
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
    fields: Mapping[str, Encoded], rows: NDArray[np.int64], limit: int = 8
) -> list[Telling]:
    """Return the fields that tell a group from the rest, the most telling first.

    Only the group is looked at: what is known of all samples was counted when the fields were encoded.

    Args:
        fields: by name, over all samples.
        rows: int64 ``[k]``, who belongs to the group, each once.
        limit: at most so many.

    Returns:
        Only fields that say more than chance; none for a group that is empty or everything.
    """
    found = []
    for name, field in fields.items():
        if not 0 < len(rows) < len(field.codes):
            continue
        telling = _telling(name, field, rows)
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


def _telling(name: str, field: Encoded, rows: NDArray[np.int64]) -> Telling | None:
    counts = field.counted(rows)
    information = _information(np.stack([field.counts - counts, counts]))
    if field.kinds is None:
        if not field.spread > 0:
            return None
        means = _means(field, field.known(rows))
        if means is None:
            return None
        effect = (means[0] - means[1]) / field.spread
        return Telling(name, information, *means, None, None, effect)
    if not 2 <= len(field.kinds) <= MOST_VALUES:
        return None
    inside = counts / len(rows)
    outside = (field.counts - counts) / (len(field.codes) - len(rows))
    best = int(np.argmax(inside - outside))
    shares = float(inside[best]), float(outside[best])
    return Telling(name, information, field.kinds[best], None, *shares, shares[0] - shares[1])


def _means(field: Encoded, inside: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return the mean of a number inside a group and outside it; None where it is known on one side only."""
    others = field.finite - len(inside)
    if not len(inside) or not others:
        return None
    within = float(inside.mean())
    return within, field.mean + (field.mean - within) * len(inside) / others


def _information(table: NDArray[np.int64]) -> float:
    """Return the share of the group's entropy that the codes explain, corrected for chance.

    The expected mutual information of independent variables is about (bins - 1) / 2n nats (Miller, 1955).

    Args:
        table: ``[2, K]``, samples outside and inside by code.
    """
    total = int(table.sum())
    joint = table[:, table.sum(axis=0) > 0] / total
    sides, bins = joint.sum(axis=1, keepdims=True), joint.sum(axis=0, keepdims=True)
    there = joint > 0
    mutual = float((joint[there] * np.log((joint / (sides * bins))[there])).sum())
    mutual -= (joint.shape[1] - 1) / (2 * total)
    entropy = float(-(sides * np.log(sides)).sum())
    return float(max(0.0, mutual / entropy))
