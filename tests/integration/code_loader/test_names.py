"""The reference lists every public name of `code_loader`, and says the truth about each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.integration.code_loader.oracle import OURS, ask, needs_oracle

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "code-loader.md"
STATUSES = {"runs", "told", "old", "absent"}

# Star imports bring everything a module's namespace has.
STARRED = [
    "contract.enums",
    "contract.datasetclasses",
    "contract.visualizer_classes",
    "contract.responsedataclasses",
    "contract.mapping",
    "contract.sim_config",
    "inner_leap_binder.leapbinder_decorators",
]

RESOLVE = """
from importlib import import_module, util
import inspect, os, re

def holder(place):
    steps = place.split(".") if place != "code_loader" else []
    if steps and steps[-1][0].isupper():
        return getattr(import_module(".".join(["code_loader", *steps[:-1]])), steps[-1])
    return import_module(".".join(["code_loader", *steps]))

def names(place):
    try:
        found = holder(place)
    except ModuleNotFoundError as error:
        return None
    except ImportError:  # the drawing module, where matplotlib is not installed
        source = open(util.find_spec("code_loader." + place).origin, encoding="utf-8").read()
        return re.findall(r"^def (\\w+)", source, flags=re.MULTILINE)
    return [name for name in dir(found) if not name.startswith("_")]

def own(place):
    found = holder(place)
    return [
        name
        for name, value in vars(found).items()
        if not name.startswith("_") and not inspect.ismodule(value)
        and getattr(value, "__module__", found.__name__) == found.__name__
    ]

def modules():
    root = os.path.dirname(holder("code_loader").__file__)
    for folder, _, files in os.walk(root):
        for file in files:
            path = os.path.relpath(os.path.join(folder, file), root)
            if path.endswith(".py") and not file.startswith("_"):
                yield path[:-3].replace(os.sep, ".")

answer = {
    "names": {place: names(place) for place in places},
    "own": {place: own(place) for place in places if names(place) is not None
            and place.split(".")[-1] not in ("visualize", "LeapLoader", "LeapBinder")},
    "methods": {place: [n for n in dir(holder(place)) if not n.startswith("_")]
                for place in ("inner_leap_binder.leapbinder.LeapBinder", "leaploader.LeapLoader")},
    "modules": sorted(modules()),
}
import json
answer = json.dumps(answer)
"""

# Modules of the real package of which scripts import nothing.
UNLISTED = {
    "experiment_api.api",
    "experiment_api.cli_config_utils",
    "experiment_api.experiment_context",
    "experiment_api.utils",
    "experiment_api.workingspace_config_utils",
    "plot_functions.plot_functions",
}


@dataclass(frozen=True)
class Row:
    place: str
    name: str
    status: str


def rows() -> list[Row]:
    found, place = [], ""
    for line in PAGE.read_text("utf-8").splitlines():
        if heading := re.fullmatch(r"## `([\w.]+)`", line):
            place = heading[1]
        elif place and line.startswith("| `"):
            names, status, *_ = (cell.strip() for cell in line.strip("|").split("|"))
            found += [Row(place, name, status) for name in re.findall(r"`(\w+)`", names)]
    return found


ROWS = rows()
PLACES = sorted({row.place for row in ROWS})


@cache
def real() -> dict[str, Any]:
    import json

    answer: dict[str, Any] = json.loads(ask(RESOLVE, places=PLACES))
    return answer


def ours(place: str) -> Any:
    steps = [] if place == "code_loader" else place.split(".")
    if steps and steps[-1][0].isupper():
        return getattr(import_module(".".join([OURS, *steps[:-1]])), steps[-1])
    return import_module(".".join([OURS, *steps]))


def test_the_page_is_read() -> None:
    assert len(ROWS) > 250
    assert {row.status for row in ROWS} == STATUSES
    assert len({(row.place, row.name) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("place", PLACES)
def test_ours_has_what_the_page_says(place: str) -> None:
    listed = [row for row in ROWS if row.place == place]
    try:
        holder = ours(place)
    except ModuleNotFoundError:
        assert {row.status for row in listed} == {"absent"}
        return
    for row in listed:
        assert hasattr(holder, row.name) == (row.status != "absent"), row


@needs_oracle
@pytest.mark.parametrize("place", PLACES)
def test_the_real_one_has_what_the_page_says(place: str) -> None:
    names = real()["names"][place] or []
    for row in (row for row in ROWS if row.place == place):
        older = row.status == "old"
        assert (row.name in names) == (not older), row


@needs_oracle
def test_no_public_name_of_the_real_one_is_missing_on_the_page() -> None:
    listed = {(row.place, row.name) for row in ROWS}
    names = {row.name for row in ROWS}
    missing = [
        f"{place}.{name}"
        for place, own in real()["own"].items()
        for name in own
        if (place, name) not in listed and name not in names
    ]
    missing += [
        f"{place}.{name}"
        for place, methods in real()["methods"].items()
        for name in methods
        if (place, name) not in listed
    ]
    assert missing == []


@needs_oracle
def test_every_module_of_the_real_one_is_on_the_page_or_no_ones_business() -> None:
    listed = set(PLACES) | {place.rpartition(".")[0] for place in PLACES}

    assert set(real()["modules"]) - listed == UNLISTED


@needs_oracle
@pytest.mark.parametrize("place", STARRED)
def test_a_star_import_brings_what_the_real_one_brings(place: str) -> None:
    absent = {row.name for row in ROWS if row.status == "absent"}
    space: dict[str, Any] = {}
    exec(f"from {ours(place).__name__} import *", space)  # noqa: S102 - what scripts do

    assert set(real()["names"][place]) - absent <= set(space)
