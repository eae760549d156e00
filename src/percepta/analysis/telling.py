"""What explains a metric: which fields tell about it, how sure that is, which way and by how much.

The metric is cut into levels of equally many samples, every field into parts; what a field tells is the
mutual information of the two, less what chance gives, as a share of the metric's entropy. It sees any
relation, also one whose correlation is zero. The p-value is that of the best of all fields when the metric is
shuffled against all of them at once, so that it is corrected for their number and for what they share
(Westfall & Young, *Resampling-Based Multiple Testing*, 1993, single step).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.encoding import Encoded, quantile_edges
from percepta.analysis.parts import Part, part_field
from percepta.analysis.shuffling import add_terms, tabulate
from percepta.analysis.trends import Shape, shape_of
from percepta.core.errors import ConflictError

FEWEST = 20
"""Samples below which nothing is ranked."""
SHUFFLES = 499
MOST_SHUFFLED = 20_000
"""Samples that are shuffled; of more, an even choice."""
MOST_COUNTED = 200_000_000
"""Samples counted over all shuffles and fields; beyond, fewer samples are shuffled."""
FEWEST_SHUFFLED = 2_000
_LEVELS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Tells:
    """How much a field tells about the metric.

    Attributes:
        field: name of the field.
        information: share of the metric's entropy that the field explains, less what chance gives, 0..1.
        p_value: how often chance gives as much to the best of all fields.
        effect: of a number, how many standard deviations (of the metric) its average moves from the
            lowest values to the highest along the nearest monotone curve, negative where falling; of a
            curve, from its lowest part to its highest; 0 where unclear; of values, how far the average of
            ``part`` lies above the rest.
        shape: how the average goes.
        part: place in ``parts`` of the value that the metric differs most at; None for a number.
        parts: the field's parts.
        counts: int64 ``[parts]``, samples of each.
        averages: float64 ``[parts]``, average metric of each.
    """

    field: str
    information: float
    p_value: float
    effect: float
    shape: Shape
    part: int | None
    parts: tuple[Part, ...]
    counts: NDArray[np.int64]
    averages: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Fields by how much they tell about a metric.

    Attributes:
        tells: the most telling first.
        samples: how many were looked at.
        shuffled: how many of them were shuffled for the p-values.
        shuffles: how often.
        skipped: fields that are not ranked, and why.
    """

    tells: tuple[Tells, ...]
    samples: int
    shuffled: int
    shuffles: int
    skipped: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A field's parts against the metric, over all samples that are looked at."""

    parts: tuple[Part, ...]
    part_of: NDArray[np.uint8]  # by code
    joint: NDArray[np.int64]  # [parts, levels]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]

    @property
    def counts(self) -> NDArray[np.int64]:
        total: NDArray[np.int64] = self.joint.sum(axis=1)
        return total


def rank_fields(
    metric: NDArray[np.floating],
    fields: Mapping[str, Encoded],
    matching: NDArray[np.bool_] | None = None,
    *,
    shuffles: int = SHUFFLES,
    seed: int = 0,
) -> Ranking:
    """Rank fields by how much they tell about a metric.

    Args:
        metric: ``[n]``; what is not finite is left out.
        fields: by name, over the same samples; missing values are a part of their own.
        matching: which samples to look at; None for all.
        shuffles: how often the metric is shuffled; the least p-value is ``1 / (shuffles + 1)``.
        seed: of the shuffles, and of the choice of samples where there are very many.

    Returns:
        Every field that has at least two parts.

    Raises:
        ConflictError: too few samples have the metric, or all have the same.
    """
    looked = np.isfinite(metric) if matching is None else matching & np.isfinite(metric)
    rows = np.flatnonzero(looked)
    n = len(rows)
    if n < FEWEST:
        raise ConflictError(
            f"Only {n} samples that match have a value of the metric; "
            f"what explains it needs {FEWEST}.",
            fix="Widen the filter.",
        )
    everything = n == len(metric)
    values = np.asarray(metric if everything else metric[rows], float)
    most = int(np.clip(np.sqrt(n / 10), 2, _LEVELS))
    levels = np.searchsorted(quantile_edges(values, most), values, side="right").astype(np.uint8)
    width = int(levels.max()) + 1
    of_level = np.bincount(levels, minlength=width)
    if np.count_nonzero(of_level) < 2:
        raise ConflictError(
            "The metric is the same for all samples that match; nothing explains it.",
            fix="Choose another, or widen the filter.",
        )

    tables: dict[str, _Table] = {}
    skipped: dict[str, str] = {}
    for name, field in fields.items():
        codes = field.codes if everything else field.codes[rows]
        found = _table(field, codes, levels, values, width, most)
        if isinstance(found, str):
            skipped[name] = found
        else:
            tables[name] = found
    if not tables:
        return Ranking((), n, 0, 0, skipped)

    rng = np.random.default_rng(seed)
    affordable = MOST_COUNTED // (shuffles * len(tables))
    shuffled = min(n, MOST_SHUFFLED, max(affordable, FEWEST_SHUFFLED))
    chosen = np.arange(n) if shuffled == n else np.sort(rng.choice(n, shuffled, replace=False))
    places = {
        name: table.part_of[fields[name].codes[rows[chosen]]] for name, table in tables.items()
    }
    sizes = [len(table.parts) for table in tables.values()]
    by_chance = _shuffle(
        np.stack(list(places.values()), axis=1), sizes, levels[chosen], shuffles, rng
    )
    p_values = _p_values(by_chance)
    chance = by_chance[1:].mean(axis=0) * (shuffled / n)
    entropy = _entropy(of_level)
    spread = float(values.std())
    tells = []
    for index, (name, table) in enumerate(tables.items()):
        information = _entropy(table.counts) + entropy - _entropy(table.joint)
        share = (information - chance[index]) / max(entropy - chance[index], 1e-12)
        tells.append(_told(name, table, float(np.clip(share, 0, 1)), p_values[index], spread))
    tells.sort(key=lambda one: (-one.information, one.p_value, one.field))
    return Ranking(tuple(tells), n, shuffled, shuffles, skipped)


def share_determined(field: Encoded, by: Encoded) -> float:
    """Return the share of a field's entropy that another one determines, 0 (nothing) to 1 (all)."""
    joint = np.zeros((len(field.counts), len(by.counts)), np.int64)
    np.add.at(joint, (field.codes, by.codes), 1)
    entropy = _entropy(field.counts)
    if entropy <= 0:
        return 1.0
    return (entropy + _entropy(by.counts) - _entropy(joint)) / entropy


def _table(
    field: Encoded,
    codes: NDArray[np.unsignedinteger[Any]],
    levels: NDArray[np.uint8],
    values: NDArray[np.float64],
    width: int,
    most: int,
) -> _Table | str:
    """Return a field's parts against the metric, or why it has none that could tell anything."""
    size = len(field.counts)
    joint = np.zeros((size, width), np.int64)
    sums, squares = np.zeros(size), np.zeros(size)
    tabulate(codes, levels, values, joint, sums, squares)
    divided = part_field(field, joint.sum(axis=1), most)
    if isinstance(divided, str):
        return divided
    parts, part_of = divided

    def joined(of_codes: NDArray[Any]) -> NDArray[Any]:
        total = np.zeros((len(parts), *of_codes.shape[1:]), of_codes.dtype)
        np.add.at(total, part_of, of_codes)
        return total

    return _Table(parts, part_of, joined(joint), joined(sums), joined(squares))


def _shuffle(
    places: NDArray[np.uint8],
    sizes: list[int],
    levels: NDArray[np.uint8],
    shuffles: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the information of every field in nats, ``[1 + shuffles, F]``, as it is and shuffled.

    Args:
        places: ``[m, F]``, part of every sample.
        sizes: parts of each field.
        levels: ``[m]``.
        shuffles: how often.
        rng: shuffles.
    """
    m = len(levels)
    width = int(levels.max()) + 1
    orders = np.tile(levels, (shuffles + 1, 1))
    rng.permuted(orders[1:], axis=1, out=orders[1:])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64) * width
    cells = (places.astype(np.int32) * width + starts[:-1].astype(np.int32)).astype(np.int32)
    counts = np.arange(m + 1, dtype=float)
    terms: NDArray[np.float64] = counts * np.log(np.maximum(counts, 1))
    sums = np.empty((shuffles + 1, len(sizes)))
    shares = np.array_split(np.arange(shuffles + 1), os.cpu_count() or 1)
    spans = [slice(share[0], share[-1] + 1) for share in shares if len(share)]
    with ThreadPoolExecutor(len(spans)) as threads:
        for done in [
            threads.submit(add_terms, cells, starts, orders[span], terms, sums[span])
            for span in spans
        ]:
            done.result()
    of_parts = [terms[np.bincount(places[:, f])].sum() for f in range(len(sizes))]
    fixed = np.array(of_parts) + terms[np.bincount(levels)].sum() - terms[m]
    information: NDArray[np.float64] = (sums - fixed) / m
    return information


def _p_values(information: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each field how often the best of all fields has as much by chance.

    Fields with many parts have more by chance: each is seen from its own mean in its own spread. The cube
    root of a chi-squared number is nearly normal (Wilson & Hilferty, 1931), whatever its freedom.

    Args:
        information: ``[1 + S, F]``, as it is and shuffled.
    """
    roots = np.cbrt(np.maximum(information, 0))
    spread = roots.std(axis=0)
    scores = (roots - roots.mean(axis=0)) / np.where(spread > 0, spread, 1)
    best = scores[1:].max(axis=1)
    as_good = (best[:, None] >= scores[0]).sum(axis=0)
    p_values: NDArray[np.float64] = (1 + as_good) / len(scores)
    return p_values


def _told(name: str, table: _Table, information: float, p_value: float, spread: float) -> Tells:
    counts = table.counts
    averages = table.sums / counts
    ordered = np.array([part.ordered for part in table.parts])
    if table.parts[0].ordered:
        noise = np.maximum(table.squares / counts - averages**2, 0)[ordered]
        shape, moved = shape_of(averages[ordered], counts[ordered], noise)
        part = None
    else:
        shape = Shape.GROUPS
        rest = (table.sums.sum() - table.sums) / np.maximum(counts.sum() - counts, 1)
        apart = averages - rest
        part = int(np.argmax(apart**2 * counts * (counts.sum() - counts)))
        moved = float(apart[part])
    effect = moved / spread if spread > 0 else 0.0
    return Tells(
        name, information, float(p_value), effect, shape, part, table.parts, counts, averages
    )


def _entropy(counts: NDArray[np.int64]) -> float:
    """Return the entropy in nats of the cells of a table of counts."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())
