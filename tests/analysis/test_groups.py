"""Reading groups: planted differences are found with their direction and size; chance says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from percepta.analysis.encoding import Encoded
from percepta.analysis.groups import odd_ones_out, telling_fields
from percepta.analysis.naming import Column
from percepta.core.fields import FieldType
from tests.analysis.columns import encode

N = 4_000


def planted() -> tuple[dict[str, Encoded], np.ndarray]:
    random = np.random.default_rng(0)
    members = np.zeros(N, bool)
    members[:200] = True
    bright = random.normal(0, 1, N)
    bright[members] += 2
    dark = np.where(random.random(N) < 0.1, np.nan, random.normal(0, 1, N))
    dark[members] -= 1
    maker = random.choice(["a", "b", "c"], N).astype(object)
    maker[:160] = "b"
    missing = np.array(["x"] * N, object)
    missing[members] = None
    flags = members.copy()
    columns = {
        "bright": Column(bright, FieldType.FLOAT),
        "dark": Column(dark, FieldType.FLOAT),
        "maker": Column(list(maker), FieldType.STRING),
        "missing": Column(list(missing), FieldType.STRING),
        "flag": Column(flags, FieldType.BOOLEAN),
        "noise": Column(random.normal(0, 1, N), FieldType.FLOAT),
        "coin": Column(random.random(N) < 0.5, FieldType.BOOLEAN),
        "same": Column(np.ones(N), FieldType.FLOAT),
        "id": Column([str(i) for i in range(N)], FieldType.STRING),
    }
    fields = {name: encode(column.values, column.type) for name, column in columns.items()}
    return {name: field for name, field in fields.items() if field is not None}, np.flatnonzero(
        members
    )


def test_planted_differences_are_found_with_direction_and_size() -> None:
    fields, members = planted()
    found = {one.field: one for one in telling_fields(fields, members)}
    assert next(iter(found)) in ("flag", "missing")
    assert found["flag"].information == pytest.approx(1, abs=0.01)
    assert (found["flag"].inside, found["flag"].effect) == (True, 1)
    assert found["missing"].inside is None
    assert found["bright"].effect == pytest.approx(2 / fields["bright"].spread, abs=0.2)
    assert found["bright"].inside == pytest.approx(2, abs=0.2)
    assert found["dark"].effect < -0.7
    assert found["maker"].inside == "b"
    assert found["maker"].share_inside == pytest.approx(0.86, abs=0.05)
    assert found["maker"].share_outside == pytest.approx(1 / 3, abs=0.03)
    assert not {"same", "id"} & set(found)


def test_chance_says_next_to_nothing() -> None:
    fields, _ = planted()
    random = np.random.default_rng(1)
    told = []
    for _ in range(20):
        members = np.flatnonzero(random.random(N) < 0.05)
        told += [one.information for one in telling_fields(fields, members)]
    assert max(told, default=0) < 0.02


def test_empty_and_whole_groups() -> None:
    fields, members = planted()
    assert telling_fields(fields, np.arange(0)) == []
    assert telling_fields(fields, np.arange(N)) == []
    assert len(telling_fields(fields, members, limit=2)) == 2


def test_odd_ones_out_by_weighted_vote() -> None:
    weights = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    assert odd_ones_out(["4", "4", "9", "4", None], weights) == [2]
    assert odd_ones_out(["7", "4", "9", "9", "9"], weights) == [0, 1]
    assert odd_ones_out(["4", "9", "4", "9", "1"], weights) == []  # no majority
    assert odd_ones_out([None, None, None, None, None], weights) == []
    assert odd_ones_out(["4", "9"], np.array([-1, -1], np.float32)) == []
