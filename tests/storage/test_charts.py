"""Answers of charts equal plain Python over the same values; what is asked never becomes SQL (promise T6)."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percepta.core.charts import (
    MAX_GROUPS,
    Aggregate,
    GroupsQuestion,
    Measure,
    PointsQuestion,
    Split,
    SplitKind,
    SplitOrder,
)
from percepta.core.errors import ChartError
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.filters import Compare, Filter, Operator
from percepta.storage import RunQuery, Workspace
from percepta.storage.charts import Charts
from percepta.storage.sized_cache import SizedCache
from tests.storage.builders import write_columns

RNG = np.random.default_rng(5)
N = 3000
HOSTILE = (
    "x'); DROP TABLE run; --",
    'x" UNION SELECT * FROM duckdb_settings() --',
    "$1",
    "?",
    "s0",
    "run",
    "\\'; COPY run TO 'x'",
    "'' OR 1=1",
)

Values = dict[str, list[Any]]


@pytest.fixture(scope="module")
def values() -> Values:
    x = RNG.normal(0, 3, N)
    x[::50] = np.nan
    x[3], x[4] = np.inf, -np.inf
    return {
        "x": [None if v != v else float(np.float32(v)) for v in x],
        "digit": [None if i % 97 == 0 else int(v) for i, v in enumerate(RNG.integers(0, 10, N))],
        "flag": [None if i % 31 == 0 else bool(i % 3) for i in range(N)],
        "name": [None if i % 13 == 0 else f"name {i * i % 50}" for i in range(N)],
        "same": [0.25] * N,
        "none": [None] * N,
    }


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory, values: Values) -> RunQuery:
    columns: dict[str, Any] = dict(values)
    columns["x"] = np.array([np.nan if v is None else v for v in values["x"]], np.float32)
    columns["none"] = np.full(N, np.nan)
    with Workspace.open(tmp_path_factory.mktemp("charts")) as workspace:
        return RunQuery(write_columns(workspace, columns, shard_size=700))


HARD = Filter((Compare("x", Operator.GREATER, (1,)),))


def finite(given: list[Any]) -> list[float]:
    return [float(v) for v in given if v is not None and np.isfinite(v)]


def plain(measure: Measure, rows: list[int], values: Values) -> float | None:
    """A measure as Python works it out."""
    if measure.field is None:
        return float(len(rows))
    given = [values[measure.field][row] for row in rows]
    present = [v for v in given if v is not None]
    if measure.aggregate is Aggregate.COUNT:
        return float(len(present))
    if measure.aggregate is Aggregate.SHARE:
        return present.count(measure.value) / len(present) if present else None
    numbers = finite(given)
    if not numbers or (measure.aggregate is Aggregate.STD and len(numbers) < 2):
        return None
    match measure.aggregate:
        case Aggregate.AVERAGE:
            return statistics.fmean(numbers)
        case Aggregate.MIN:
            return min(numbers)
        case Aggregate.MAX:
            return max(numbers)
        case Aggregate.MEDIAN:
            return statistics.median(numbers)
        case Aggregate.STD:
            return statistics.stdev(numbers)
        case Aggregate.SUM:
            return sum(numbers)
    return float(np.quantile(numbers, measure.quantile or 0))


MEASURES = (
    Measure(),
    Measure(Aggregate.COUNT, "x"),
    Measure(Aggregate.COUNT, "name"),
    Measure(Aggregate.AVERAGE, "x"),
    Measure(Aggregate.AVERAGE, "flag"),
    Measure(Aggregate.MIN, "x"),
    Measure(Aggregate.MAX, "digit"),
    Measure(Aggregate.MEDIAN, "x"),
    Measure(Aggregate.QUANTILE, "x", 0.9),
    Measure(Aggregate.STD, "digit"),
    Measure(Aggregate.SUM, "same"),
    Measure(Aggregate.SHARE, "name", value="name 4"),
    Measure(Aggregate.SHARE, "digit", value=3),
    Measure(Aggregate.SHARE, "flag", value=True),
    Measure(Aggregate.AVERAGE, "none"),
)


def part_of(answer: dict[str, Any], at: int) -> Callable[[Any], int]:
    """Which code a value has, worked out from what the answer says of a split."""
    split = answer["splits"][at]

    def code(value: Any) -> int:
        if value is None:
            return int(split["missing"])
        if split["edges"] is not None:
            for position, (low, high) in enumerate(
                zip(split["edges"], split["edges"][1:], strict=False)
            ):
                last = position == len(split["edges"]) - 2
                if low <= value < high or (last and value == high):
                    return position
            return int(split["other"])
        return int(split["values"].index(value) if value in split["values"] else split["other"])

    return code


@pytest.mark.parametrize(
    "splits",
    [
        (),
        (Split("name", limit=7),),
        (Split("name", limit=1000, order=SplitOrder.VALUE, descending=False),),
        (Split("digit", order=SplitOrder.MEASURE),),
        (Split("x", SplitKind.BINS),),
        (Split("x", SplitKind.BINS, interval=1.5), Split("flag")),
        (Split("digit", SplitKind.BINS, bins=5), Split("x", SplitKind.BINS, bins=3), Split("flag")),
        (Split("same", SplitKind.BINS), Split("name", limit=2)),
        (Split("flag", SplitKind.BINS), Split("digit"), Split("name", limit=3), Split("none")),
        (Split("x", limit=5),),
        (Split("none", SplitKind.BINS),),
    ],
)
def test_groups_equal_plain_python(
    query: RunQuery, values: Values, splits: tuple[Split, ...]
) -> None:
    own = Filter((Compare("digit", Operator.LESS, (8,)),))
    answer = Charts().gesture(query).answer(GroupsQuestion(splits, MEASURES, own), HARD)
    whole = [
        row for row in range(N) if values["digit"][row] is not None and values["digit"][row] < 8
    ]
    matching = {row for row in whole if values["x"][row] is not None and values["x"][row] > 1}
    assert (answer["total"], answer["matching"]) == (len(whole), len(matching))
    parts = [part_of(answer, at) for at in range(len(splits))]
    rows: dict[tuple[int, ...], list[int]] = {} if splits else {(): []}
    for row in whole:
        key = tuple(part(values[s.field][row]) for part, s in zip(parts, splits, strict=True))
        rows.setdefault(key, []).append(row)
    given = list(zip(*answer["codes"], strict=True)) if splits else [()]
    assert given == sorted(rows)
    for at, key in enumerate(given):
        ours = [row for row in rows[key] if row in matching]
        assert (answer["count_all"][at], answer["count"][at]) == (len(rows[key]), len(ours))
        for measure, said in zip(MEASURES, answer["measures"], strict=True):
            wanted = plain(measure, rows[key], values)
            assert said["all"][at] == (wanted if wanted is None else pytest.approx(wanted)), measure
            if not ours:
                assert said["matching"][at] in (None, 0), measure
                continue
            wanted = plain(measure, ours, values)
            assert said["matching"][at] == (wanted if wanted is None else pytest.approx(wanted)), (
                measure
            )


def test_shares_of_all(query: RunQuery, values: Values) -> None:
    question = GroupsQuestion((Split("flag"),), (Measure(Aggregate.SHARE),))
    answer = Charts().gesture(query).answer(question, HARD)
    said = answer["measures"][0]
    assert sum(said["all"]) == pytest.approx(1)
    assert sum(said["matching"]) == pytest.approx(1)
    assert said["all"] == [count / N for count in answer["count_all"]]


@pytest.mark.parametrize("descending", [True, False])
def test_which_values_come_first_is_judged_over_the_whole(
    query: RunQuery, values: Values, descending: bool
) -> None:
    names = [v for v in values["name"] if v is not None]
    counts = {name: names.count(name) for name in set(names)}
    sign = -1 if descending else 1
    mean = {
        name: statistics.fmean(
            finite([x for x, n in zip(values["x"], values["name"], strict=True) if n == name])
        )
        for name in counts
    }
    orders = {
        SplitOrder.COUNT: sorted(counts, key=lambda name: (sign * counts[name], name)),
        SplitOrder.VALUE: sorted(counts, reverse=descending),
        SplitOrder.MEASURE: sorted(counts, key=lambda name: sign * mean[name]),
    }
    for order, wanted in orders.items():
        split = Split("name", limit=6, order=order, descending=descending)
        question = GroupsQuestion((split,), (Measure(Aggregate.AVERAGE, "x"),))
        for shared in (Filter(), HARD):
            said = Charts().gesture(query).answer(question, shared)["splits"][0]
            assert said["values"] == wanted[:6], order
            assert (said["beyond"], said["other"], said["missing"]) == (len(counts) - 6, 6, 7)


def test_too_many_groups_are_dropped_the_smallest_first(workspace: Workspace) -> None:
    n = 40_000
    columns = {"a": np.arange(n) % 1000, "b": np.arange(n) // 1000, "c": np.arange(n)}
    query = RunQuery(write_columns(workspace, columns, shard_size=n))
    question = GroupsQuestion((Split("a", limit=1000), Split("b", limit=1000)), (Measure(),))
    answer = Charts().gesture(query).answer(question)
    assert (len(answer["count"]), answer["dropped"]) == (MAX_GROUPS, n - MAX_GROUPS)
    assert (answer["total"], answer["matching"]) == (n, n)


def test_no_rows_at_all(workspace: Workspace) -> None:
    fields = [
        Field("x", FieldType.FLOAT, FieldGroup.METADATA),
        Field("name", FieldType.STRING, FieldGroup.METADATA),
    ]
    query = RunQuery(write_columns(workspace, {"x": np.zeros(0), "name": []}, fields))
    for split in (Split("x"), Split("x", SplitKind.BINS), Split("name")):
        answer = (
            Charts()
            .gesture(query)
            .answer(GroupsQuestion((split,), (Measure(Aggregate.MEDIAN, "x"),)))
        )
        assert (answer["codes"], answer["count"], answer["total"]) == ([[]], [], 0)
    assert Charts().gesture(query).answer(GroupsQuestion())["count"] == [0]


def test_nothing_matches(query: RunQuery) -> None:
    nothing = Filter((Compare("x", Operator.BETWEEN, (1e9, 2e9)),))
    answer = Charts().gesture(query).answer(GroupsQuestion((Split("flag"),), MEASURES), nothing)
    assert answer["count"] == [0, 0, 0]
    assert answer["matching"] == 0
    assert sum(answer["count_all"]) == N


def test_numbers_beyond_every_double(workspace: Workspace) -> None:
    query = RunQuery(write_columns(workspace, {"x": [1e308, 1e308, -1e308, 1.0]}))
    question = GroupsQuestion((Split("x", SplitKind.BINS),), (Measure(Aggregate.SUM, "x"),))
    assert sum(Charts().gesture(query).answer(question)["count"]) == 4
    spread = GroupsQuestion((), (Measure(Aggregate.STD, "x"),))
    assert Charts().gesture(query).answer(spread)["measures"][0]["all"] == [None]


def test_points_are_an_even_choice_that_stays(query: RunQuery, values: Values) -> None:
    fields = ("x", "name", "flag", "digit")
    answer = Charts().gesture(query).answer(PointsQuestion(fields, 500))
    rows = answer["rows"]
    assert (len(rows), answer["matching"], rows) == (500, N, sorted(rows))
    for name in fields:
        wanted = [values[name][row] for row in rows]
        wanted = [None if isinstance(v, float) and np.isinf(v) else v for v in wanted]
        assert answer["values"][name] == wanted
    per_part = np.histogram(rows, 10, (0, N))[0]
    assert per_part.min() > 25
    few = Charts().gesture(query).answer(PointsQuestion(("x",), 500), HARD)
    kept = {row for row in rows if values["x"][row] is not None and values["x"][row] > 1}
    assert kept <= set(few["rows"])
    everything = Charts().gesture(query).answer(PointsQuestion(("x",), 20_000), HARD)
    assert len(everything["rows"]) == everything["matching"]


def test_a_repeated_question_is_answered_from_memory(
    query: RunQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    charts = Charts()
    question = GroupsQuestion((Split("name"), Split("x", SplitKind.BINS)), MEASURES)
    first = charts.gesture(query).answer(question, HARD)
    monkeypatch.setattr("percepta.storage.groups.Box", None)
    assert charts.gesture(query).answer(question, HARD) == first
    assert charts.gesture(query).answer(question)["matching"] == N  # the whole is known too


def test_filters_that_differ_in_type_only_are_told_apart(query: RunQuery) -> None:
    charts = Charts()

    def matching(value: bool | int) -> int:
        chosen = Filter((Compare("flag", Operator.IN, (value,)),))
        return int(charts.gesture(query).answer(GroupsQuestion(), chosen)["matching"])

    assert matching(True) > 0
    assert matching(1) == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_becomes_sql(workspace: Workspace, text: str) -> None:
    columns = {text: [text, "other", None], "number": [1.0, 2.0, 3.0]}
    query = RunQuery(write_columns(workspace, columns))
    share = Measure(Aggregate.SHARE, text, value=text)
    chosen = Filter((Compare(text, Operator.IN, (text, "other")),))
    answer = (
        Charts().gesture(query).answer(GroupsQuestion((Split(text),), (share,), chosen), chosen)
    )
    assert dict(zip(answer["splits"][0]["values"], answer["measures"][0]["all"], strict=True)) == {
        text: 1,
        "other": 0,
    }
    for wrong in (
        GroupsQuestion((Split(text + "x"),)),
        GroupsQuestion((), (Measure(Aggregate.AVERAGE, text + "x"),)),
        PointsQuestion((text + "x",)),
    ):
        with pytest.raises(ChartError, match="no field"):
            Charts().gesture(query).answer(wrong)


@settings(max_examples=50)
@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_only_a_value(query: RunQuery, field: str, value: str) -> None:
    question = GroupsQuestion((), (Measure(Aggregate.SHARE, "name", value=value),))
    try:
        assert Charts().gesture(query).answer(question)["measures"][0]["all"] == [0]
    except ChartError as error:  # half a surrogate pair is no value
        assert "never has that value" in str(error)
    with pytest.raises(ChartError):
        Charts().gesture(query).answer(PointsQuestion((field + "\0",)))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Split(""), "needs a field"),
        (lambda: Split("x", SplitKind.VERSION), "takes no field"),
        (lambda: Split("x", bins=0), "1 to 500 bins"),
        (lambda: Split("x", limit=1001), "1 to 1000 values"),
        (lambda: Split("x", interval=float("inf")), "above 0"),
        (lambda: Measure(Aggregate.AVERAGE), "'average' needs a field"),
        (lambda: Measure(Aggregate.SHARE, "x"), "both a field and its value"),
        (lambda: Measure(Aggregate.QUANTILE, "x"), "needs which one"),
        (lambda: Measure(Aggregate.AVERAGE, "x", 0.5), "nothing else"),
        (lambda: Measure(Aggregate.QUANTILE, "x", 1.5), "between 0 and 1"),
        (lambda: GroupsQuestion((Split("x"),) * 5), "at most 4 splits"),
        (lambda: GroupsQuestion(measures=()), "1 to 16 measures"),
        (lambda: PointsQuestion(()), "1 to 8 fields"),
        (lambda: PointsQuestion(("x",), 0), "1 to 20000 points"),
    ],
)
def test_questions_are_checked_when_they_are_made(make: Callable[[], object], told: str) -> None:
    with pytest.raises(ChartError, match=told):
        make()


def test_the_cache_keeps_what_was_used_last() -> None:
    cache = SizedCache(10)
    cache.put("a", 1, 4)
    cache.put("b", 2, 4)
    assert cache.get("a") == 1
    cache.put("c", 3, 4)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    cache.put("c", 4, 2)
    cache.put("d", 5, 4)
    assert (cache.get("a"), cache.get("c"), cache.get("d")) == (1, 4, 5)
    cache.put("e", 6, 11)
    assert (cache.get("e"), cache.get("d")) == (None, 5)


@pytest.mark.parametrize(
    ("field", "interval", "whole_numbers"),
    [("digit", None, True), ("digit", 2.0, True), ("digit", 0.5, False), ("x", 1.0, False)],
)
def test_bins_say_whether_they_hold_whole_numbers(
    query: RunQuery, values: Values, field: str, interval: float | None, whole_numbers: bool
) -> None:
    split = Split(field, SplitKind.BINS, interval=interval)
    (said,) = Charts().gesture(query).answer(GroupsQuestion((split,)))["splits"]
    assert said["whole_numbers"] is whole_numbers
    if whole_numbers:
        assert said["edges"][-1] > max(finite(values[field]))
