"""Edges of bins that people can read: multiples of 1, 2 or 5 times a power of ten."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from percepta.core.charts import MAX_BINS
from percepta.core.errors import ChartError

_EXACT = Context(prec=60)
_STEPS = (1, 2, 5, 10)


def bin_edges(
    low: float, high: float, *, bins: int, interval: float | None, whole_numbers: bool
) -> tuple[float, ...]:
    """Return the edges of bins that cover ``low`` to ``high``.

    Bin i holds ``edges[i] <= v < edges[i + 1]``, the last also its end. All edges are multiples of the
    interval; whole numbers get bins of whole width, the last of which ends above them.

    Args:
        low: smallest finite value.
        high: largest finite value.
        bins: at most about so many bins, where no interval is given.
        interval: width of a bin; None: chosen.
        whole_numbers: whether the values are integers.

    Raises:
        ChartError: the interval would make too many bins.
    """
    if interval is None:
        width = _width(low, high, bins, whole_numbers)
    else:
        width = _decimal(interval)
        _check_number(low, high, interval)
    first = int((_decimal(low) / width).to_integral_value(ROUND_FLOOR, _EXACT))
    last = _decimal(high) / width
    if whole_numbers:
        stop = int(last.to_integral_value(ROUND_FLOOR, _EXACT)) + 1
    else:
        stop = max(int(last.to_integral_value(ROUND_CEILING, _EXACT)), first + 1)
    edges = tuple(_finite(width * at) for at in range(first, stop + 1))
    if edges[0] <= low and high <= edges[-1] and all(a < b for a, b in pairwise(edges)):
        return edges
    # So close together, or so far from zero, that multiples of the width are no doubles of their own.
    return (low, high) if low < high else _around(low)


def bin_codes(values: NDArray[np.float64], edges: tuple[float, ...]) -> NDArray[np.int64]:
    """Return the bin of each value, ``int64 [n]``; below 0 or beyond the last: in none (as NaN is).

    Args:
        values: ``float64 [n]``.
        edges: rising.
    """
    codes = np.searchsorted(edges, values, side="right") - 1
    codes[values == edges[-1]] = len(edges) - 2
    return codes


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value)))  # as people write it: 0.3 is three times 0.1


def _width(low: float, high: float, bins: int, whole_numbers: bool) -> Decimal:
    span = _decimal(high) - _decimal(low)
    rough = span / bins if span else abs(_decimal(low)) or Decimal(1)
    power = Decimal(1).scaleb(rough.adjusted())
    width = next((step * power for step in _STEPS if step * power >= rough), 10 * power)
    if whole_numbers and (width < 1 or not span):
        return Decimal(1)
    return width


def _check_number(low: float, high: float, interval: float) -> None:
    number = (high / 2 - low / 2) / interval * 2
    if number > MAX_BINS:
        least = _width(low, high, MAX_BINS, whole_numbers=False)
        raise ChartError(
            f"An interval of {interval:g} would make more than {MAX_BINS} bins "
            f"between {low:g} and {high:g}.",
            fix=f"Use one of at least {float(least):g}.",
        )


def _finite(edge: Decimal) -> float:
    largest = float(np.finfo(np.float64).max)
    return min(max(float(edge), -largest), largest)


def _around(value: float) -> tuple[float, float]:
    if math.isfinite(above := math.nextafter(value, math.inf)):
        return (value, above)
    return (math.nextafter(value, 0), value)
