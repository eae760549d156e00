"""Names that are nearly right."""

from __future__ import annotations

import pytest

from percepta.core.spelling import did_you_mean

FIELDS = ("loss", "label", "Car Percent")


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("los", "Did you mean 'loss'?"),
        ("LOSS", "Did you mean 'loss'?"),
        ("car_percent", "Did you mean 'Car Percent'?"),
        ("zebra", None),
    ],
)
def test_the_name_most_alike_is_named(name: str, fix: str | None) -> None:
    assert did_you_mean(name, FIELDS) == fix


def test_what_is_said_where_none_is_alike_is_the_callers() -> None:
    assert did_you_mean("zebra", (), "Choose one of its fields.") == "Choose one of its fields."
