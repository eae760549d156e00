"""A field's codes joined into parts that hold enough samples to be compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.encoding import BINS, Encoded

RARE = 10
"""Samples below which a value is joined with the other rare ones."""
MOST_KINDS = 200
"""Values of a field that are told apart; the others are joined."""


@dataclass(frozen=True, slots=True)
class Part:
    """Codes of a field that are looked at together.

    Attributes:
        codes: neighbours in order, for a number; one value, or all the rare ones; or what is missing.
        ordered: whether its place among the parts means more and less, as that of a number's bins does.
        missing: whether it holds the samples without a value.
    """

    codes: tuple[int, ...]
    ordered: bool
    missing: bool = False


def part_field(
    field: Encoded, counts: NDArray[np.int64], least: int = 2
) -> tuple[tuple[Part, ...], NDArray[np.uint8]] | str:
    """Join the codes of a field.

    Args:
        field: the field.
        counts: ``[K]``, samples of each code among those that are looked at.
        least: a number has at least so many bins (2 or more), if it has so many values.

    Returns:
        The parts, none empty, missing values last; and the part of every code, uint8 ``[K]``. A sentence
        where there are not two parts.
    """
    lacking = len(counts) - 1 if field.kinds is None else _place_of_missing(field)
    known = [code for code in np.flatnonzero(counts).tolist() if code != lacking]
    if not known:
        return "No sample that matches has a value."
    if field.kinds is None:
        groups = _neighbours(known, counts, least)
    else:
        groups = _common_and_rare(known, counts)
    parts = [Part(tuple(group), field.kinds is None) for group in groups]
    if len(parts) == 1 and len(known) > 1 and field.kinds is not None:
        return "Its values are nearly all different."
    if lacking is not None and counts[lacking]:
        parts.append(Part((lacking,), False, missing=True))
    if len(parts) == 1:
        return "All samples that match have the same value."
    part_of = np.zeros(len(counts), np.uint8)
    for place, part in enumerate(parts):
        part_of[list(part.codes)] = place
    return tuple(parts), part_of


def _place_of_missing(field: Encoded) -> int | None:
    kinds = field.kinds or ()
    return kinds.index(None) if None in kinds else None


def _neighbours(known: list[int], counts: NDArray[np.int64], least: int) -> list[list[int]]:
    """Join bins, in order, until each may hold enough samples for as many levels as there are bins."""
    total = int(counts[known].sum())
    wanted = int(np.clip(total / (10 * least), least, BINS))
    if len(known) <= wanted:
        return [[code] for code in known]
    middles = np.cumsum(counts[known]) - counts[known] / 2
    places = np.floor(wanted * middles / total).astype(int)
    return [[known[i] for i in np.flatnonzero(places == place)] for place in np.unique(places)]


def _common_and_rare(known: list[int], counts: NDArray[np.int64]) -> list[list[int]]:
    """Leave common values alone, the commonest first, and join the others."""
    by_count = sorted(known, key=lambda code: (-counts[code], code))
    common = [code for code in by_count[:MOST_KINDS] if counts[code] >= RARE]
    rare = sorted(set(known) - set(common))
    return [[code] for code in common] + ([rare] if rare else [])
