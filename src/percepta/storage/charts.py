"""Answers to the questions of charts: each by itself, nothing worked out twice.

What a brush does not change is kept: how a split divides the rows (a code a row), what is measured over the
whole chart, and whole answers. What it changes is one statement over codes, a mask and the measured columns.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

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
from percepta.storage.groups import Groups, group, joined_groups, key_codes
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

CACHE_BYTES = 256 << 20
_EVERYTHING = Filter()


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

    @property
    def bytes(self) -> int:
        """Memory that it takes, but for the divisions, which are kept by themselves."""
        return self.groups.bytes


class Charts:
    """Answers questions of charts; keeps what it worked out. Safe for threads.

    Args:
        cache_bytes: memory for what is kept.
    """

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._cache = SizedCache(cache_bytes)

    def answer(
        self,
        query: RunQuery,
        question: Question,
        shared: Filter = _EVERYTHING,
        versions: Sequence[RunQuery] = (),
        context: bool = True,
    ) -> dict[str, Any]:
        """Answer one question: the JSON form of the server's answers, without ``key``.

        Args:
            query: asks the run.
            question: what is asked.
            shared: the filter that all charts share.
            versions: other runs, asked where the question splits by version.
            context: whether groups are also measured without the shared filter.

        Raises:
            ChartError: the question does not fit the run.
            FilterError: a filter does not.
        """
        among = [query, *versions] if _by_version(question) else [query]
        said = (repr(question), repr(shared), context)

        def answered() -> dict[str, Any]:
            match question:
                case GroupsQuestion():
                    return self._groups(among, question, shared, context)
                case PointsQuestion():
                    mask = query.matches(question.filter) & query.matches(shared)
                    return points(query, question, mask)
                case _:
                    whole = query.matches(question.filter)
                    return decision_curves.answer(
                        query, question, whole & query.matches(shared), whole
                    )

        answer: dict[str, Any] = self._kept(("answer", _names(among), said), answered, _json_bytes)
        return answer

    def _groups(
        self, among: Sequence[RunQuery], question: GroupsQuestion, shared: Filter, context: bool
    ) -> dict[str, Any]:
        masks, lacking = self._masks(among, question.filter)
        populations = [Population(query, mask) for query, mask in zip(among, masks, strict=True)]
        names = (_names(among), repr(question.filter))
        whole: _Whole = self._kept(
            ("whole", names, repr(question.splits), repr(question.measures)),
            lambda: self._whole(names, populations, question),
            lambda found: found.bytes,
        )
        matching, more_lacking = whole.groups, set[str]()
        if any(clause.enabled for clause in shared.clauses):
            shared_masks, more_lacking = self._masks(among, shared)
            both = [own & mask for own, mask in zip(masks, shared_masks, strict=True)]
            matching = _grouped(populations, whole.divisions, question.measures, both)
            total = sum(int(mask.sum()) for mask in both)
            matching = matching.aligned(whole.groups.keys)
        else:
            total = whole.total
        fields = {split.field for split in question.splits if split.field}
        fields |= {measure.field for measure in question.measures if measure.field}
        lacking |= more_lacking | {
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
        self, names: Hashable, populations: Sequence[Population], question: GroupsQuestion
    ) -> _Whole:
        for measure in question.measures:
            if measure.field is not None:
                known_field(populations[0].query, measure.field)
        divisions = tuple(
            self._division(names, populations, split, question.measures[0])
            for split in question.splits
        )
        masks = [population.whole for population in populations]
        groups = _grouped(populations, divisions, question.measures, masks)
        dropped = max(len(groups.keys) - MAX_GROUPS, 0)
        if dropped:
            largest = np.argsort(-groups.count, kind="stable")[:MAX_GROUPS]
            groups = groups.chosen(np.sort(largest))
        return _Whole(divisions, groups, sum(int(mask.sum()) for mask in masks), dropped)

    def _division(
        self, names: Hashable, populations: Sequence[Population], split: Split, first: Measure
    ) -> Division:
        if split.kind is SplitKind.VERSION:
            return divide_by_version(populations)

        def measured(codes: Codes, size: int) -> NDArray[np.float64]:
            run = populations[0]
            groups = group(run.query, [(codes, size)], [first], run.whole)
            values: NDArray[np.float64] = groups.aligned(np.arange(size)).values[0]
            return values

        order = repr(first) if split.order is SplitOrder.MEASURE else None
        found: Division = self._kept(
            ("division", names, repr(split), order),
            lambda: divide(split, populations, measured),
            lambda division: division.bytes,
        )
        return found

    def _masks(
        self, among: Sequence[RunQuery], filter: Filter
    ) -> tuple[list[NDArray[np.bool_]], set[str]]:
        """Which rows of every run match, and the fields that some run lacks."""
        first, *others = among
        masks, lacking = [first.matches(filter)], set[str]()
        for other in others:
            rows = self._kept(
                ("same rows", first.run.id, other.run.id),
                partial(same_rows, first.run, other.run),
                lambda found: found.nbytes,
            )
            mask, missing = matches_elsewhere(filter, first, other, rows)
            masks.append(mask)
            lacking |= missing
        return masks, lacking

    def _kept(self, key: Hashable, make: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        value = self._cache.get(key)
        if value is None:
            value = make()
            self._cache.put(key, value, size(value))
        return value


def _grouped(
    populations: Sequence[Population],
    divisions: Sequence[Division],
    measures: Sequence[Measure],
    masks: Sequence[NDArray[np.bool_]],
) -> Groups:
    return joined_groups(
        [
            group(
                population.query,
                [(division.codes[at], division.size) for division in divisions],
                measures,
                masks[at],
            )
            for at, population in enumerate(populations)
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
