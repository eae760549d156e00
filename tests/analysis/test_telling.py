"""What explains a metric: planted relations are found with their direction, chance is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from percepta.analysis.encoding import Encoded
from percepta.analysis.telling import Ranking, Shape, Tells, rank_fields
from percepta.core.errors import ConflictError
from percepta.core.fields import FieldType
from tests.analysis.columns import encode

FLOAT, INTEGER, BOOLEAN, STRING = FieldType


def fields(**columns: tuple[Any, FieldType]) -> dict[str, Encoded]:
    made = {name: encode(np.asarray(v), t, 1_000) for name, (v, t) in columns.items()}
    return {name: field for name, field in made.items() if field is not None}


def by_name(ranking: Ranking) -> dict[str, Tells]:
    return {tells.field: tells for tells in ranking.tells}


def unrelated(rng: np.random.Generator, n: int) -> Mapping[str, Encoded]:
    """Return fields of every kind, some of which share what they hold, that know nothing of a metric."""
    z = rng.normal(size=n)
    return fields(
        number=(z, FLOAT),
        alike=(z + 0.3 * rng.normal(size=n), FLOAT),
        gaps=(np.where(rng.random(n) < 0.2, np.nan, z), FLOAT),
        zeros=(np.where(rng.random(n) < 0.9, 0, rng.random(n)), FLOAT),
        count=(rng.integers(0, 4, n), INTEGER),
        seldom=(rng.random(n) < 0.1, BOOLEAN),
        word=(rng.choice(list("abcdefghijklm"), n).astype(object), STRING),
    )


@pytest.mark.parametrize("n", [60, 300])
def test_chance_is_as_rare_as_the_p_value_says(n: int) -> None:
    """The probability that any of the fields is called telling is at most the p-value."""
    seeds = 200
    called = 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        metric = rng.exponential(size=n) ** 2
        ranking = rank_fields(metric, unrelated(rng, n), shuffles=99, seed=seed)
        called += any(tells.p_value <= 0.05 for tells in ranking.tells)
    assert called / seeds <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / seeds)


def test_what_was_planted_is_found_with_its_direction() -> None:
    rng = np.random.default_rng(1)
    n = 3_000
    up, down, bent, noise = rng.normal(size=(4, n))
    kind = rng.choice(["day", "night", "fog"], n, p=[0.6, 0.3, 0.1]).astype(object)
    metric = 0.5 * up - 0.5 * down + 0.5 * bent**2 + 1.5 * (kind == "fog") + rng.normal(size=n)
    assert abs(np.corrcoef(bent, metric)[0, 1]) < 0.05
    ranking = rank_fields(
        metric,
        fields(
            up=(up, FLOAT),
            down=(down, FLOAT),
            bent=(bent, FLOAT),
            kind=(kind, STRING),
            noise=(noise, FLOAT),
        ),
    )
    found = by_name(ranking)
    assert [tells.field for tells in ranking.tells][-1] == "noise"
    assert found["noise"].p_value > 0.05
    assert found["noise"].shape is Shape.UNCLEAR
    for name in ("up", "down", "bent", "kind"):
        assert found[name].p_value == 1 / 500, name
        assert 0.01 < found[name].information < 0.5, name
    assert {name: found[name].shape.value for name in found} == {
        "up": "rising",
        "down": "falling",
        "bent": "curved",
        "kind": "groups",
        "noise": "unclear",
    }
    assert found["up"].effect > 0.5 > 0 > -0.5 > found["down"].effect
    told = found["kind"]
    assert told.part is not None
    [code] = told.parts[told.part].codes
    assert encode(kind, STRING).kinds[code] == "fog"  # type: ignore[union-attr, index]
    assert told.effect == pytest.approx(1.5 / metric.std(), abs=0.15)


def test_information_is_the_mutual_information_less_chance() -> None:
    """By hand: a field that decides the metric's level holds all of its entropy."""
    metric = np.repeat([0.0, 1.0], 500)
    known = by_name(
        rank_fields(
            metric,
            fields(
                same=(metric.astype(bool), BOOLEAN),
                half=(np.arange(1_000) % 500 < 250, BOOLEAN),
                mostly=((metric == 1) ^ (np.arange(1_000) % 10 == 0), BOOLEAN),
            ),
        )
    )
    assert known["same"].information == pytest.approx(1)
    assert known["half"].information == 0
    noisy = (metric == 1) ^ (np.arange(1_000) % 10 == 0)
    expected = mutual_info_score(metric, noisy) / np.log(2)
    assert known["mostly"].information == pytest.approx(expected, abs=0.002)


def test_averages_and_counts_are_those_of_the_parts() -> None:
    rng = np.random.default_rng(2)
    n = 1_000
    kind = rng.choice(["a", "b", None], n).astype(object)
    metric = rng.normal(size=n)
    metric[:100] = np.nan
    matching = rng.random(n) < 0.7
    [told] = rank_fields(metric, fields(kind=(kind, STRING)), matching).tells
    looked = matching & np.isfinite(metric)
    kinds = encode(kind, STRING).kinds  # type: ignore[union-attr]
    assert told.counts.sum() == looked.sum()
    for part, count, average in zip(told.parts, told.counts, told.averages, strict=True):
        own = looked & np.array([value == kinds[part.codes[0]] for value in kind])  # type: ignore[index]
        assert (count, average) == (own.sum(), pytest.approx(metric[own].mean()))
    assert [part.missing for part in told.parts] == [False, False, True]


def test_many_samples_are_looked_at_in_full_and_shuffled_in_part() -> None:
    rng = np.random.default_rng(3)
    n = 100_000
    weak = rng.normal(size=n)
    metric = 0.1 * weak + rng.normal(size=n)
    ranking = rank_fields(metric, fields(weak=(weak, FLOAT), noise=(rng.normal(size=n), FLOAT)))
    assert (ranking.samples, ranking.shuffled, ranking.shuffles) == (n, 20_000, 499)
    found = by_name(ranking)
    assert found["weak"].p_value == 1 / 500
    assert found["weak"].information > 5 * found["noise"].information
    again = rank_fields(metric, fields(weak=(weak, FLOAT), noise=(rng.normal(size=n), FLOAT)))
    assert by_name(again)["weak"].information == pytest.approx(found["weak"].information, rel=0.1)


def test_fields_that_can_tell_nothing_say_why() -> None:
    n = 400
    rng = np.random.default_rng(4)
    ranking = rank_fields(
        rng.normal(size=n),
        fields(
            constant=(np.ones(n), FLOAT),
            name=(np.array([f"sample {i}" for i in range(n)], object), STRING),
            nothing=(np.full(n, np.nan), FLOAT),
            empty=(np.full(n, None, object), STRING),
            fine=(rng.normal(size=n), FLOAT),
        ),
    )
    assert [tells.field for tells in ranking.tells] == ["fine"]
    assert ranking.skipped == {
        "constant": "All samples that match have the same value.",
        "name": "Its values are nearly all different.",
        "nothing": "No sample that matches has a value.",
        "empty": "No sample that matches has a value.",
    }


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        (np.full(100, np.nan), "Only 0 samples"),
        (np.r_[np.full(90, np.inf), np.arange(10.0)], "Only 10 samples"),
        (np.ones(100), "the same for all samples"),
        (np.zeros(0), "Only 0 samples"),
    ],
)
def test_a_metric_that_cannot_be_explained(metric: Any, told: str) -> None:
    with pytest.raises(ConflictError, match=told):
        rank_fields(metric, fields(number=(np.arange(float(len(metric))), FLOAT)))


def test_a_rare_failure_is_a_metric_too() -> None:
    """A metric that is nearly always zero has two levels, not one."""
    rng = np.random.default_rng(5)
    n = 2_000
    dark = rng.random(n) < 0.2
    failed = (rng.random(n) < np.where(dark, 0.2, 0.01)).astype(float)
    [told] = rank_fields(failed, fields(dark=(dark, BOOLEAN))).tells
    assert told.p_value == 1 / 500
    assert told.information > 0.03


def test_equal_seeds_give_equal_rankings() -> None:
    rng = np.random.default_rng(6)
    metric, known = rng.normal(size=500), unrelated(rng, 500)
    one, two = (
        [(tells.field, tells.p_value) for tells in rank_fields(metric, known, seed=9).tells]
        for _ in range(2)
    )
    assert one == two
