"""Scripts of all kinds are parsed and wired exactly as the real package does it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.code_loader.oracle import OURS, REAL, ask, differences, needs_oracle, plain
from tests.integration.code_loader.parsing import parsed

HERE = Path(__file__).parent
SCRIPTS = sorted(path.name for path in (HERE / "scripts").glob("*.py"))
UNSUPPORTED = "autoregressive.py"
OLD = "old_names.py"


def both(script: str) -> tuple[Any, Any]:
    """Parse a script with the real package, in a process of its own, and with ours."""
    folder = HERE / "scripts"
    source = (
        f"import sys; sys.path.append({str(HERE)!r})\n"
        "from parsing import parsed; answer = parsed(package, place, script)"
    )
    theirs = ask(source, package=REAL, place=str(folder), script=script)
    return theirs, json.loads(json.dumps(plain(parsed(OURS, str(folder), script))))


@needs_oracle
@pytest.mark.parametrize("script", [name for name in SCRIPTS if name not in (UNSUPPORTED, OLD)])
def test_a_script_is_parsed_and_wired_as_by_the_real_package(script: str) -> None:
    theirs, ours = both(script)

    assert theirs["items"][0] == ["valid", True]
    assert differences(theirs, ours) == []


@needs_oracle
def test_a_model_run_on_what_it_gave_is_parsed_as_far_as_the_rest_goes() -> None:
    theirs, ours = (dict(answer["items"]) for answer in both(UNSUPPORTED))

    for part in ("valid", "subsets", "ground truths", "predictions", "spaces"):
        assert differences(theirs[part], ours[part]) == []
