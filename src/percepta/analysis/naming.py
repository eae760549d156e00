"""Names for clusters, made of the field values that set them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.core.fields import FieldType

_MOST_VALUES = 1_000
"""A field of more different values tells samples apart, not groups."""
_FEW_INTEGERS = 20
_BINS = 24
_TELLING = 0.25
"""Least score of a trait that is kept."""
_NAMING = 0.4
"""Least score of a trait that a name is made of."""
_MOST_TRAITS = 6
_SAME = 0.8
_ALL = 0.95  # a trait of that share inside, and of hardly any outside, names a cluster alone
_IMPLIED = 0.9  # of the samples with one trait, that share has the other: it says nothing new
_LONGEST = 48


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One field's values for the rows to be named.

    Attributes:
        values: ``[n]``; None or NaN is missing.
        type: type of the values.
    """

    values: npt.NDArray[Any] | Sequence[Any]
    type: FieldType


@dataclass(frozen=True, slots=True)
class Trait:
    """A field value (or range of values) that is commoner inside a cluster than outside.

    Attributes:
        field: name of the field.
        value: the value; None when the trait is a range.
        low: lower end of the range, inclusive; None when open.
        high: upper end of the range, inclusive; None when open.
        share_inside: share of the cluster's samples that have it, 0..1.
        share_outside: share of the other samples that have it, 0..1.
        score: share inside less share outside, 0..1 (Youden's J); 1 = exactly the cluster's samples
            have it.
    """

    field: str
    value: bool | int | float | str | None
    low: float | None
    high: float | None
    share_inside: float
    share_outside: float
    score: float

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)

    def __str__(self) -> str:
        """Render as ``digit 4``, ``not correct`` or ``loss ≥ 1.2``."""
        if isinstance(self.value, bool):
            return self.field if self.value else f"not {self.field}"
        if self.value is not None:
            text = str(self.value)
            return f"{self.field} {text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}"
        if self.low is None:
            return f"{self.field} ≤ {short_number(self.high)}"
        if self.high is None:
            return f"{self.field} ≥ {short_number(self.low)}"
        low, high = apart(self.low, self.high)
        return f"{self.field} {low}–{high}" if low != high else f"{self.field} {low}"


@dataclass(frozen=True, slots=True)
class ClusterDescription:
    """What characterises a cluster: a short unique name, and the traits behind it, best first."""

    name: str
    traits: tuple[Trait, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """A column as small codes (-1 missing) and what each code, or range of codes, stands for."""

    codes: npt.NDArray[np.int32]
    values: list[Any] | None
    lows: npt.NDArray[np.float64]
    highs: npt.NDArray[np.float64]


def describe_clusters(
    labels: npt.NDArray[np.integer[Any]],
    columns: Mapping[str, Column],
    *,
    count: int | None = None,
) -> list[ClusterDescription]:
    """Say what sets each cluster apart from the other samples, and name it by that.

    For every field, the value (strings, booleans, integers of few values) or range of values (other
    numbers) whose share inside the cluster exceeds its share outside most is a trait. A name is
    made of the best trait, and of a second that says something else (not the same samples): ``label
    4 · predicted 9``. Names that would repeat get a further trait or a number.

    Args:
        labels: ``[n]``, 0 … count - 1; other labels count as outside.
        columns: name → column; of equally telling ones the first wins.
        count: number of clusters, by default the highest label + 1.

    Returns:
        One description per cluster; ``cluster 3`` where nothing sets it apart.
    """
    labels64 = np.asarray(labels, np.int64)
    if count is None:
        count = int(labels64.max(initial=-1)) + 1
    coded = {name: code for name, c in columns.items() if (code := _code(c)) is not None}
    candidates: list[list[tuple[Trait, npt.NDArray[np.int64]]]] = [[] for _ in range(count)]
    for name, code in coded.items():
        for label, found in enumerate(_best_traits(name, code, labels64, count)):
            if found is not None:
                candidates[label].append(found)
    described = []
    names: set[str] = set()
    for label, found_traits in enumerate(candidates):
        ordered = sorted(found_traits, key=lambda item: -_rank(item[0]))
        traits = [trait for trait, _ in ordered]
        name = _name(ordered, coded, names) or f"cluster {label + 1}"
        serial, unique = 2, name
        while unique in names:
            unique, serial = f"{name} ({serial})", serial + 1
        names.add(unique)
        described.append(ClusterDescription(unique, tuple(traits[:_MOST_TRAITS])))
    return described


def _rank(trait: Trait) -> float:
    """Rank by score; a named value is easier to read than a range or a yes, and gets a bonus."""
    named = trait.value is not None and not isinstance(trait.value, bool)
    return round(trait.score, 2) + (0.15 if named else 0.0)


def _name(
    ordered: Sequence[tuple[Trait, npt.NDArray[np.int64]]],
    coded: Mapping[str, _Coded],
    taken: set[str],
) -> str:
    """Join the best trait with the next that covers other samples; with more while the name is taken."""
    chosen: list[str] = []
    covered: list[npt.NDArray[np.bool_]] = []
    best = ordered[0][0] if ordered else None
    alone = best is not None and best.share_inside >= _ALL and best.share_outside <= 1 - _ALL
    for trait, range_ in ordered:
        if trait.score < _NAMING:
            continue
        if (len(chosen) >= 2 or (chosen and alone)) and " · ".join(chosen) not in taken:
            break
        codes = coded[trait.field].codes
        having = (codes >= range_[0]) & (codes <= range_[1])
        if any(_phi(having, o) > _SAME or having[o].mean() >= _IMPLIED for o in covered):
            continue
        chosen.append(str(trait))
        covered.append(having)
        if len(chosen) == 4:
            break
    return " · ".join(chosen)


def _phi(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> float:
    both = float(np.count_nonzero(first & second)) / len(first)
    p, q = float(first.mean()), float(second.mean())
    spread = (p * (1 - p) * q * (1 - q)) ** 0.5
    return (both - p * q) / spread if spread > 0 else 0.0


def _code(column: Column) -> _Coded | None:
    """Turn a column into codes; None when it is constant or tells every sample apart."""
    none = np.zeros(0)
    if column.type in (FieldType.STRING, FieldType.BOOLEAN):
        raw = np.asarray(column.values, object)
        known = np.array([value is not None and value == value for value in raw], bool)
        kept = raw[known].astype(str if column.type is FieldType.STRING else bool)
    else:
        raw = (
            np.array([np.nan if v is None else v for v in column.values], np.float64)
            if (not isinstance(column.values, np.ndarray) or column.values.dtype == object)
            else column.values.astype(np.float64)
        )
        known = np.isfinite(raw)
        kept = raw[known]
    distinct, inverse = np.unique(kept, return_inverse=True)
    codes = np.full(len(known), -1, np.int32)
    if len(distinct) < 2 and known.all():
        return None
    few = column.type is FieldType.INTEGER and len(distinct) <= _FEW_INTEGERS
    if column.type in (FieldType.STRING, FieldType.BOOLEAN) or few:
        if len(distinct) == 0 or len(distinct) > min(_MOST_VALUES, max(len(known) // 2, 2)):
            return None
        codes[known] = inverse
        values = [int(v) if few else v for v in distinct.tolist()]
        return _Coded(codes, values, none, none)
    if len(distinct) < 2:
        return None
    if len(distinct) <= _BINS:
        edges = distinct[:-1]
    else:
        edges = np.quantile(kept, np.linspace(0, 1, _BINS + 1)[1:-1], method="lower")
        edges = np.setdiff1d(edges, distinct[-1:])  # what equals the maximum parts nothing
    if len(edges) == 0:
        return None
    codes[known] = np.searchsorted(edges, kept, side="left")
    used, packed = np.unique(codes[known], return_inverse=True)
    codes[known] = packed
    lows = np.full(len(used), np.inf)
    highs = np.full(len(used), -np.inf)
    np.minimum.at(lows, packed, kept)
    np.maximum.at(highs, packed, kept)
    return _Coded(codes, None, lows, highs)


def _best_traits(
    name: str, code: _Coded, labels: npt.NDArray[np.int64], count: int
) -> list[tuple[Trait, npt.NDArray[np.int64]] | None]:
    """Return for each cluster its best trait of one field with the range of codes it stands for, or None."""
    n = len(labels)
    width = int(code.codes.max(initial=-1)) + 1
    inside = (labels >= 0) & (labels < count)
    sizes = np.bincount(labels[inside], minlength=count).astype(np.float64)
    present = inside & (code.codes >= 0)
    flat = labels[present] * width + code.codes[present]
    table = np.bincount(flat, minlength=count * width).reshape(count, width).astype(np.float64)
    total = np.bincount(code.codes[code.codes >= 0], minlength=width).astype(np.float64)
    if code.values is not None:
        first = last = np.arange(width)
        hits, all_hits = table, total
    else:
        first, last = np.triu_indices(width)
        open_ended = (first == 0) ^ (last == width - 1)
        middle = (first > 0) & (last < width - 1)
        first, last = first[open_ended | middle], last[open_ended | middle]
        sums = np.pad(table, ((0, 0), (1, 0))).cumsum(axis=1)
        hits = sums[:, last + 1] - sums[:, first]
        whole = np.pad(total, (1, 0)).cumsum()
        all_hits = whole[last + 1] - whole[first]
    size = sizes[:, None]
    scores = hits / np.maximum(size, 1) - (all_hits - hits) / np.maximum(n - size, 1)
    # A range that is open at one end is easier to read than one that is not.
    closed = (first > 0) & (last < width - 1) & (code.values is None)
    best = (scores - 0.05 * closed).argmax(axis=1)
    found: list[tuple[Trait, npt.NDArray[np.int64]] | None] = []
    for label, choice in enumerate(best):
        score = float(scores[label, choice])
        if score < _TELLING or sizes[label] == n:
            found.append(None)
            continue
        low, high = int(first[choice]), int(last[choice])
        outside = n - sizes[label]
        trait = Trait(
            field=name,
            value=None if code.values is None else code.values[low],
            low=None if code.values is not None or low == 0 else float(code.lows[low]),
            high=(
                None if code.values is not None or high == width - 1 else float(code.highs[high])
            ),
            share_inside=float(hits[label, choice] / sizes[label]),
            share_outside=float((all_hits[choice] - hits[label, choice]) / outside),
            score=score,
        )
        found.append((trait, np.array([low, high])))
    return found


def apart(low: float | None, high: float | None) -> tuple[str, str]:
    """Render the ends of a range with as many digits as it takes to tell them apart, three or more."""
    digits = 3
    while digits < 9 and short_number(low, digits) == short_number(high, digits):
        digits += 1
    return short_number(low, digits), short_number(high, digits)


def short_number(number: float | None, digits: int = 3) -> str:
    """Render a number in a few significant digits."""
    if number is None:
        return ""
    text = f"{number:.{digits}g}"
    return f"{float(text):.0f}" if "e+" in text and abs(number) < 1e9 else text
