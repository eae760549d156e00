"""``percepta explain --channels`` and ``percepta similar --channels`` on a run of a real script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_explain import PICTURES, TEXT, evaluated


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_channels_are_told_with_what_excites_them(percepta: Any, folder: Path) -> None:
    run = evaluated(percepta, folder, PICTURES)
    asked = ("explain", run, "training/3", "--class", "left", "--channels")
    answer = percepta(*asked, "--json").json
    for one in answer["channels"]:
        assert len(one["samples"]) == len(one["channels"])
        for samples in one["samples"]:
            responses = [sample["response"] for sample in samples]
            assert len(samples) == 9
            assert responses == sorted(responses, reverse=True)
            assert {sample["sample"].split("/")[0] for sample in samples} <= {
                "training",
                "validation",
            }
    told = percepta(*asked)
    assert told.code == 0, told.err
    first = answer["channels"][0]
    best = first["samples"][0][0]
    line = f"#{first['channels'][0]} is excited most by {best['sample']} ({best['response']:.3g})"
    assert line in told.err
    assert "excited" not in percepta(*asked[:-1]).err
    told = percepta(*asked, "--row", "5")
    assert told.code == 1
    assert "one sample at a time" in told.err


def test_similars_tell_the_channels_they_share(percepta: Any, folder: Path) -> None:
    run = evaluated(percepta, folder, PICTURES)
    asked = ("similar", run, "training/3", "--limit", "8", "--channels")
    answer = percepta(*asked, "--json").json
    assert answer["channels"]["rows"] == [3, *answer["rows"]]
    layers = {layer["name"]: layer for layer in answer["channels"]["layers"]}
    assert {"first", "second", "head"} <= set(layers)
    shared = layers["first"]  # half of the pictures are bright on the other side
    assert shared["channels"]
    assert min(shared["heights"]) > 0.5
    told = percepta(*asked)
    assert told.code == 0, told.err
    assert f"#{shared['channels'][0]} (+" in told.err


def test_a_layer_without_positions_has_channels_too(percepta: Any, folder: Path) -> None:
    run = evaluated(percepta, folder, TEXT)
    answer = percepta("similar", run, "training/2", "--limit", "5", "--channels", "--json").json
    head = next(layer for layer in answer["channels"]["layers"] if layer["name"] == "head")
    assert head["channels"] == [0]  # praise
