"""Sets of rows carry a name for people; it changes nothing of what they match, and is bounded."""

from __future__ import annotations

import pytest

from percepta.core.errors import FilterError
from percepta.core.filters import MAX_NAME, Filter, Rows


def test_a_named_set_of_rows_comes_back_as_it_was() -> None:
    named = Filter((Rows((3, 1), negate=True, name="similar to training/17, 50"),))
    assert named.to_json() == [
        {"kind": "rows", "rows": [3, 1], "name": "similar to training/17, 50", "negate": True}
    ]
    assert Filter.from_json(named.to_json()) == named


def test_a_set_without_a_name_has_none() -> None:
    bare = Filter.from_json([{"kind": "rows", "rows": [1], "name": None}])
    assert bare == Filter((Rows((1,)),))
    assert "name" not in bare.to_json()[0]


@pytest.mark.parametrize("name", ["", "x" * (MAX_NAME + 1), 7, ["similar"]])
def test_a_name_that_is_none_is_refused(name: object) -> None:
    with pytest.raises(FilterError, match=r"Clause 1.*'name' must be a text"):
        Filter.from_json([{"kind": "rows", "rows": [1], "name": name}])
