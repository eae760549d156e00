"""Fields in parts that hold enough samples to be compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from percepta.analysis.encoding import Encoded
from percepta.analysis.parts import RARE, part_field
from percepta.core.fields import FieldType
from tests.analysis.columns import encode


def parts_of(values: Any, type: FieldType, least: int = 2) -> Any:
    field: Encoded | None = encode(values, type)
    assert field is not None
    divided = part_field(field, field.counts, least)
    if isinstance(divided, str):
        return divided
    parts, part_of = divided
    assert len({code for part in parts for code in part.codes}) == sum(len(p.codes) for p in parts)
    sizes = np.bincount(part_of[field.codes], minlength=len(parts))
    return parts, sizes.tolist(), field


def test_rare_values_are_joined_and_missing_ones_stand_last() -> None:
    values = ["a"] * 50 + ["b"] * 30 + ["c"] * (RARE - 1) + ["d"] * 2 + [None] * 3
    parts, sizes, field = parts_of(values, FieldType.STRING)
    assert sizes == [50, 30, RARE + 1, 3]
    assert [{field.kinds[code] for code in part.codes} for part in parts] == [
        {"a"},
        {"b"},
        {"c", "d"},
        {None},
    ]
    assert [part.missing for part in parts] == [False, False, False, True]


@pytest.mark.parametrize(("n", "bins"), [(40, 2), (100, 5), (1_000, 16), (100_000, 16)])
def test_a_number_has_as_many_bins_as_its_samples_fill(n: int, bins: int) -> None:
    parts, sizes, _ = parts_of(np.random.default_rng(0).random(n), FieldType.FLOAT)
    assert len(parts) == bins
    assert max(sizes) <= 1.6 * n / bins
    assert all(part.ordered for part in parts)
    edges = [part.codes for part in parts]
    assert [code for codes in edges for code in codes] == sorted(
        c for codes in edges for c in codes
    )


def test_missing_numbers_have_no_place_in_the_order() -> None:
    values = np.r_[np.random.default_rng(0).random(90), np.full(10, np.nan)]
    parts, sizes, _ = parts_of(values, FieldType.FLOAT)
    assert (parts[-1].missing, parts[-1].ordered, sizes[-1]) == (True, False, 10)


@pytest.mark.parametrize(
    ("values", "type", "told"),
    [
        ([None] * 30, FieldType.STRING, "No sample that matches has a value."),
        (np.full(30, np.nan), FieldType.FLOAT, "No sample that matches has a value."),
        (["a"] * 30, FieldType.STRING, "All samples that match have the same value."),
        (np.full(30, 7), FieldType.INTEGER, "All samples that match have the same value."),
        ([f"{i}.png" for i in range(30)], FieldType.STRING, "Its values are nearly all different."),
    ],
)
def test_what_cannot_be_divided_says_why(values: Any, type: FieldType, told: str) -> None:
    assert parts_of(values, type) == told
