"""Filters as people type them."""

from __future__ import annotations

import pytest

from percepta.core.errors import FilterError
from percepta.core.filter_text import parse_filter
from percepta.core.filters import MAX_CLAUSES, Compare, Operator


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("loss > 2", [Compare("loss", Operator.GREATER, (2,))]),
        ("-1.5 <= loss", [Compare("loss", Operator.GREATER_EQUAL, (-1.5,))]),
        ("loss < 1e-3", [Compare("loss", Operator.LESS, (0.001,))]),
        (
            "loss > 2 and label in (cat, 'sea dog')",
            [
                Compare("loss", Operator.GREATER, (2,)),
                Compare("label", Operator.IN, ("cat", "sea dog")),
            ],
        ),
        ("label = 3", [Compare("label", Operator.IN, (3, "3"))]),
        ('label = "3"', [Compare("label", Operator.IN, ("3",))]),
        ("label != cat", [Compare("label", Operator.IN, ("cat",), negate=True)]),
        ("subset == validation", [Compare("subset", Operator.IN, ("validation",))]),
        ("correct", [Compare("correct", Operator.IN, (True,))]),
        ("not correct", [Compare("correct", Operator.IN, (True,), negate=True)]),
        ("correct = false", [Compare("correct", Operator.IN, (False, "false"))]),
        ("is_missing(label)", [Compare("label", Operator.MISSING)]),
        ("label = missing", [Compare("label", Operator.MISSING)]),
        ("label != missing", [Compare("label", Operator.MISSING, negate=True)]),
        ("not is_missing(label)", [Compare("label", Operator.MISSING, negate=True)]),
        ("contains(file, 'IMG')", [Compare("file", Operator.CONTAINS, ("IMG",))]),
        ("`Car Percent` >= 10", [Compare("Car Percent", Operator.GREATER_EQUAL, (10,))]),
        ("label = cat or label in (dog)", [Compare("label", Operator.IN, ("cat", "dog"))]),
        (
            "not (loss > 2 or correct)",
            [
                Compare("loss", Operator.GREATER, (2,), negate=True),
                Compare("correct", Operator.IN, (True,), negate=True),
            ],
        ),
        ("not not loss > 2", [Compare("loss", Operator.GREATER, (2,))]),
    ],
)
def test_what_people_type(text: str, clauses: list[Compare]) -> None:
    assert list(parse_filter(text).clauses) == clauses


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at character 1"),
        ("loss >", "at character 7: Expected .* found the end"),
        ("loss > cat", "at character 8: '>' needs a number"),
        ("loss > true", "'>' needs a number"),
        ("loss * 2 > 3", r"compares a field with a value.*percepta fields add"),
        ("loss > 2 * 3", "at character 10: A filter compares a field with a value"),
        ("1 < 2", "compares a field with a value"),
        ("loss > 1 or label = cat", "at character 10: 'or' joins values of one field"),
        ("label = cat or label != dog", "'or' joins values of one field"),
        ("not (a > 1 and b > 1)", "'not' takes one comparison"),
        ("label in (cat, missing)", "'missing' stands alone"),
        ("contains(file, name)", "compares a field with a value"),
        ("loss > 1; drop", "';' means nothing here"),
        (" and ".join(["a"] * (MAX_CLAUSES + 1)), f"at most {MAX_CLAUSES} clauses"),
    ],
)
def test_what_no_filter_can_say_is_said_with_its_place(text: str, message: str) -> None:
    with pytest.raises(FilterError, match=message):
        parse_filter(text)
