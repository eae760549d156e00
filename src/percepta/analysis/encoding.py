"""Fields as small codes: encoded once, any group of samples is then counted by looking at the group alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 16
"""Bins of a number, of about equally many samples each; a value that many share has a bin of its own."""

ENOUGH = 100_000
"""Values that the edges of bins rest on; of twice as many or more, every second, third …"""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A field over all samples, as codes.

    Attributes:
        codes: unsigned ``[n]``: of a text or a boolean its place in ``kinds``, of a number its bin; what is
            missing has a code of its own.
        counts: int64 ``[K]``, samples of each code.
        kinds: what each code stands for, None for missing; None: the field is a number.
        edges: rising, of a number: bin i holds ``edges[i - 1] <= v < edges[i]``, the first all below,
            the last all from its edge on.
        numbers: ``[n]``, the values of a number; None: it is none.
        finite: how many numbers are finite.
        mean: of those; NaN where there is none.
        spread: their standard deviation.
    """

    codes: NDArray[np.unsignedinteger[Any]]
    counts: NDArray[np.int64]
    kinds: tuple[Any, ...] | None = None
    edges: tuple[float, ...] = ()
    numbers: NDArray[Any] | None = None
    finite: int = 0
    mean: float = np.nan
    spread: float = np.nan

    def counted(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many of some samples have each code, int64 ``[K]``."""
        return np.bincount(self.codes[rows], minlength=len(self.counts))

    def known(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the finite numbers of some samples.

        Raises:
            TypeError: the field is no number.
        """
        if self.numbers is None:
            raise TypeError("the field is no number")
        values: NDArray[np.float64] = np.asarray(self.numbers[rows], float)
        finite: NDArray[np.float64] = values[np.isfinite(values)]
        return finite


def encode_kinds(
    codes: NDArray[np.integer[Any]], kinds: Sequence[Any], most: int | None = None
) -> Encoded | None:
    """Return a field that is codes already; kinds that do not occur are left out.

    Args:
        codes: ``[n]``, places in ``kinds``.
        kinds: what each code stands for, None for missing.
        most: different ones that are worth a code each; None: all of them are.

    Returns:
        None where there are more.
    """
    counts = np.bincount(codes, minlength=len(kinds))
    there = np.flatnonzero(counts)
    if most is not None and len(there) > most:
        return None
    place = np.zeros(len(kinds), np.min_scalar_type(max(0, len(there) - 1)))
    place[there] = np.arange(len(there))
    return Encoded(place[codes], counts[there], tuple(kinds[code] for code in there.tolist()))


def quantile_edges(known: NDArray[Any], bins: int) -> NDArray[np.float64]:
    """Return inner edges of about so many bins of equally many values each.

    Bin i holds ``edges[i - 1] <= v < edges[i]``. A value that fills several bins, such as the zero of many
    counts, has one bin of its own.

    Args:
        known: ``[n]``, finite, at least one.
        bins: at least 1.

    Returns:
        Rising, each once; at most ``2 * bins``.
    """
    looked = known[:: max(1, len(known) // ENOUGH)]
    cuts = np.quantile(looked, np.linspace(0, 1, bins + 1)[1:-1])
    shared = np.unique(cuts[1:][np.diff(cuts) == 0])
    behind = [above.min() for value in shared if len(above := known[known > value])]
    edges: NDArray[np.float64] = np.unique(np.concatenate([cuts, behind]))
    return edges


def encode_numbers(values: NDArray[Any]) -> Encoded:
    """Return numbers ``[n]`` as codes of bins of about equally many; what is not finite is missing."""
    if values.dtype == object:
        values = values.astype(float)  # None is missing
    finite = np.isfinite(values)
    known = values if finite.all() else values[finite]
    if not len(known):
        return Encoded(np.zeros(len(values), np.uint8), np.array([len(values)]), numbers=values)
    edges = quantile_edges(known, BINS)
    codes = np.searchsorted(edges, values, side="right").astype(np.uint8)
    codes[~finite] = len(edges) + 1
    return Encoded(
        codes,
        np.bincount(codes, minlength=len(edges) + 2),
        None,
        tuple(edges.tolist()),
        values,
        len(known),
        float(known.mean(dtype=float)),
        float(known.std(dtype=float)),
    )
