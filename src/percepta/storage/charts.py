"""Answers to the questions of charts: each by itself, nothing worked out twice.

What a brush does not change is kept: how a split divides the rows (a code a row), what is measured over the
whole chart, and whole answers. What it changes is one statement over codes, a mask and the measured columns.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from percepta.core.charts import (
    MAX_GROUPS,
    GroupsQuestion,
    Measure,
    PointsQuestion,
    Question,
    Split,
    SplitKind,
    SplitOrder,
)
from percepta.core.filters import Filter
from percepta.storage import decision_curves
from percepta.storage.groups import ChosenRows, Groups, group, joined_groups, key_codes
from percepta.storage.points import points
from percepta.storage.queries import RunQuery
from percepta.storage.sized_cache import SizedCache
from percepta.storage.splits import (
    Codes,
    Division,
    Population,
    divide,
    divide_by_version,
    has_field,
    known_field,
)
from percepta.storage.versions import matches_elsewhere, same_rows

CACHE_BYTES = 128 << 20
_EVERYTHING = Filter()
_MOST_CHOSEN = 8
"""Filters whose rows a gesture holds at once: columns cut down to them take memory."""

T = TypeVar("T")


class Kept(Protocol):
    """Finds what was made before, or makes it."""

    def __call__(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """See :meth:`Charts.kept`."""
        ...


@dataclass(frozen=True)
class _Whole:
    """What of a chart of groups does not depend on the shared filter."""

    divisions: tuple[Division, ...]
    groups: Groups
    total: int
    dropped: int

    @property
    def sizes(self) -> list[int]:
        """How many codes each split has."""
        return [division.size for division in self.divisions]


class Charts:
    """Answers questions of charts; keeps what it worked out. Safe for threads.

    Args:
        cache_bytes: memory for what is kept.
    """

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._cache = SizedCache(cache_bytes)

    def gesture(self, query: RunQuery, versions: Sequence[RunQuery] = ()) -> Gesture:
        """Return what answers the questions of one gesture, which share filters.

        Args:
            query: asks the run.
            versions: other runs, asked where a question splits by version.
        """
        return Gesture(self.kept, query, versions)

    def kept(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """Return what was made before under a key, else make it.

        Args:
            key: tells it from everything else.
            make: makes it.
            size: bytes that it takes.
        """
        value: T | None = self._cache.get(key)
        if value is None:
            value = make()
            self._cache.put(key, value, size(value))
        return value


class Gesture:
    """Answers the questions of one gesture: which rows a filter chooses is worked out once for all of them.

    Safe for threads.

    Args:
        kept: see :meth:`Charts.kept`.
        query: asks the run.
        versions: other runs, asked where a question splits by version.
    """

    def __init__(self, kept: Kept, query: RunQuery, versions: Sequence[RunQuery] = ()) -> None:
        self._kept = kept
        self._query = query
        self._versions = versions
        self._chosen: dict[Hashable, tuple[list[ChosenRows], set[str]]] = {}
        self._lock = threading.Lock()

    def answer(
        self, question: Question, shared: Filter = _EVERYTHING, context: bool = True
    ) -> dict[str, Any]:
        """Answer one question: the JSON form of the server's answers, without ``key``.

        Args:
            question: what is asked.
            shared: the filter that all charts share.
            context: whether groups are also measured without the shared filter.

        Raises:
            ChartError: the question does not fit the run.
            FilterError: a filter does not.
        """
        among = [self._query, *self._versions] if _by_version(question) else [self._query]

        def answered() -> dict[str, Any]:
            if isinstance(question, GroupsQuestion):
                return self._groups(among, question, shared, context)
            (whole,), _ = self._rows(among, question.filter)
            (matching,), _ = self._rows(among, question.filter, shared)
            if isinstance(question, PointsQuestion):
                return points(self._query, question, matching.mask)
            return decision_curves.answer(self._query, question, matching.mask, whole.mask)

        key = ("answer", _names(among), repr(question), repr(shared), context)
        return self._kept(key, answered, _json_bytes)

    def _groups(
        self, among: Sequence[RunQuery], question: GroupsQuestion, shared: Filter, context: bool
    ) -> dict[str, Any]:
        rows, lacking = self._rows(among, question.filter)
        names = (_names(among), repr(question.filter))
        whole = self._kept(
            ("whole", names, repr(question.splits), repr(question.measures)),
            lambda: self._whole(names, rows, question),
            lambda found: found.groups.bytes,
        )
        matching, total = whole.groups, whole.total
        if any(clause.enabled for clause in shared.clauses):
            rows, more_lacking = self._rows(among, question.filter, shared)
            lacking = lacking | more_lacking
            found = _grouped(rows, whole.divisions, question.measures)
            matching, total = found.aligned(whole.groups.keys), sum(run.count for run in rows)
        fields = {split.field for split in question.splits if split.field}
        fields |= {measure.field for measure in question.measures if measure.field}
        lacking = lacking | {
            field for field in fields if not all(has_field(query, field) for query in among)
        }
        return {
            "kind": "groups",
            "splits": [division.to_json() for division in whole.divisions],
            "codes": [codes.tolist() for codes in key_codes(whole.groups.keys, whole.sizes)],
            "count": matching.count.tolist(),
            "count_all": whole.groups.count.tolist() if context else None,
            "measures": [
                {"matching": _numbers(ours), "all": _numbers(all_) if context else None}
                for ours, all_ in zip(matching.values, whole.groups.values, strict=True)
            ],
            "matching": total,
            "total": whole.total,
            "dropped": whole.dropped,
            "notes": [
                f"A version lacks field {field!r}; its samples have no value there."
                for field in sorted(lacking)
            ],
        }

    def _whole(
        self, names: Hashable, rows: Sequence[ChosenRows], question: GroupsQuestion
    ) -> _Whole:
        for measure in question.measures:
            if measure.field is not None:
                known_field(self._query, measure.field)
        divisions = tuple(
            self._division(names, rows, split, question.measures[0]) for split in question.splits
        )
        groups = _grouped(rows, divisions, question.measures)
        dropped = max(len(groups.keys) - MAX_GROUPS, 0)
        if dropped:
            largest = np.argsort(-groups.count, kind="stable")[:MAX_GROUPS]
            groups = groups.chosen(np.sort(largest))
        return _Whole(divisions, groups, sum(run.count for run in rows), dropped)

    def _division(
        self, names: Hashable, rows: Sequence[ChosenRows], split: Split, first: Measure
    ) -> Division:
        populations = [Population(run.query, run.mask) for run in rows]
        if split.kind is SplitKind.VERSION:
            return divide_by_version(populations)

        def measured(codes: Codes, size: int) -> NDArray[np.float64]:
            groups = group(rows[0], [(codes, size)], [first])
            values: NDArray[np.float64] = groups.aligned(np.arange(size)).values[0]
            return values

        order = repr(first) if split.order is SplitOrder.MEASURE else None
        return self._kept(
            ("division", names, repr(split), order),
            lambda: divide(split, populations, measured),
            lambda division: division.bytes,
        )

    def _rows(
        self, among: Sequence[RunQuery], *filters: Filter
    ) -> tuple[list[ChosenRows], set[str]]:
        """The rows of every run that match all filters, and the fields that some run lacks."""
        key = (_names(among), repr(filters))
        with self._lock:
            if key not in self._chosen:
                self._chosen[key] = self._choose(among, filters)
            while len(self._chosen) > _MOST_CHOSEN:
                del self._chosen[next(iter(self._chosen))]
            return self._chosen[key]

    def _choose(
        self, among: Sequence[RunQuery], filters: Sequence[Filter]
    ) -> tuple[list[ChosenRows], set[str]]:
        merged = Filter(tuple(clause for filter in filters for clause in filter.clauses))
        masks, lacking = [self._query.matches(merged)], set[str]()
        for other in among[1:]:
            rows = self._kept(
                ("same rows", self._query.run.id, other.run.id),
                partial(same_rows, self._query.run, other.run),
                lambda found: found.nbytes,
            )
            mask, missing = matches_elsewhere(merged, self._query, other, rows)
            masks.append(mask)
            lacking |= missing
        return [ChosenRows(query, mask) for query, mask in zip(among, masks, strict=True)], lacking


def _grouped(
    rows: Sequence[ChosenRows], divisions: Sequence[Division], measures: Sequence[Measure]
) -> Groups:
    return joined_groups(
        [
            group(run, [(division.codes[at], division.size) for division in divisions], measures)
            for at, run in enumerate(rows)
        ]
    )


def _by_version(question: Question) -> bool:
    return isinstance(question, GroupsQuestion) and any(
        split.kind is SplitKind.VERSION for split in question.splits
    )


def _names(among: Sequence[RunQuery]) -> Hashable:
    return tuple(query.key for query in among)


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [
        value if finite else None
        for value, finite in zip(values.tolist(), np.isfinite(values), strict=True)
    ]


def _json_bytes(answer: dict[str, Any]) -> int:
    return 8 * len(json.dumps(answer))  # Python's numbers and lists take several times their text
