"""The same samples in another run: rows found by subset and sample id."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from percepta.core.filters import Clause, Compare, Filter, InCollection, Operator
from percepta.storage.queries import RunQuery
from percepta.storage.run import Run


def same_rows(run: Run, other: Run) -> NDArray[np.int64]:
    """Return the row in ``run`` of every sample of ``other``, ``int64 [other.n]``; -1: it has none."""
    rows = np.full(other.n, -1)
    for subset, own in other.subsets.items():
        there = run.subsets.get(subset, range(0))
        wanted, known = (_ids(each, span) for each, span in ((other, own), (run, there)))
        places = pc.index_in(wanted, value_set=known).fill_null(-1).to_numpy()
        rows[own.start : own.stop] = np.where(places < 0, -1, places + there.start)
    return rows


def matches_elsewhere(
    filter: Filter, query: RunQuery, other: RunQuery, rows: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], set[str]]:
    """Return which rows of another run match a filter that was made in this one.

    Comparisons ask the other run itself; a field that it lacks has no value there. Clauses about rows or
    places on a map choose the same samples.

    Args:
        filter: the filter.
        query: the run that it was made in.
        other: the other run.
        rows: see :func:`same_rows`.

    Returns:
        ``bool [other.n]``, and the fields that the other run lacks.

    Raises:
        FilterError: the filter does not fit the run it was made in.
    """
    mask = np.ones(other.run.n, bool)
    lacking = set()
    fields = {field.name for field in other.fields()}
    for clause in filter.clauses:
        if not clause.enabled:
            continue
        if isinstance(clause, InCollection):
            mask &= other.matches(Filter((clause,)))
        elif not isinstance(clause, Compare):
            mask &= _same_samples(clause, query, rows)
        elif clause.field in fields:
            mask &= other.matches(Filter((clause,)))
        else:
            lacking.add(clause.field)
            mask &= (clause.op is Operator.MISSING) ^ clause.negate
    return mask, lacking


def _same_samples(clause: Clause, query: RunQuery, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    positive = query.matches(Filter((replace(clause, negate=False),)))
    return np.append(positive, False)[rows] ^ clause.negate  # row -1: the last, not matched


def _ids(run: Run, span: range) -> pa.ChunkedArray:
    ids = run.column("sample_id").slice(span.start, len(span))
    return ids.cast(pa.string()) if not pa.types.is_string(ids.type) else ids
