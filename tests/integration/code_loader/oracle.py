"""The real `code_loader` package as an oracle: asked in a process of its own, never imported here.

Its analytics are off and its home is a folder that is thrown away. Where the package is not
installed, tests that need it are skipped with `needs_oracle`.

    answer = ask("from code_loader.contract.enums import MetricEnum; answer = len(MetricEnum)")

A file of cases is run against either package and the outcomes compared:

    def cases(package: str) -> dict[str, Callable[[], object]]: ...

    assert differing(real_outcomes(path), our_outcomes(path)) == []
"""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import io
import json
import math
import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

REAL = "code_loader"
OURS = "percepta.integration.code_loader.module"

CRASHES = {
    "AttributeError",
    "AxisError",
    "Exception",
    "IndexError",
    "KeyError",
    "TypeError",
    "ZeroDivisionError",
}
"""Exceptions that tell of no check: ours may say better what is wrong."""

needs_oracle = pytest.mark.skipif(
    find_spec(REAL) is None, reason="code-loader, the oracle, is not installed"
)

_ASK = """
import json, sys
given, target, here = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3]
sys.path.append(here)
from oracle import plain
del sys.path[-1]
space = {"__name__": "asked", **given}
exec(compile(sys.stdin.read(), "asked.py", "exec"), space)
with open(target, "w", encoding="utf-8") as file:
    json.dump(plain(space["answer"]), file)
"""
_CASES = "import json; from oracle import outcomes; answer = json.dumps(outcomes(path, package))"


def ask(
    source: str,
    *,
    folder: Path | None = None,
    environment: dict[str, str] | None = None,
    **given: object,
) -> Any:
    """Run Python source where `code_loader` is the real package.

    Args:
        source: leaves its result in a variable `answer`.
        folder: the working directory.
        environment: more environment variables.
        given: JSON-able values that the source finds as variables.

    Returns:
        The answer as `plain` writes it.
    """
    with tempfile.TemporaryDirectory() as home:
        target = Path(home) / "answer.json"
        arguments = [json.dumps(given), str(target), str(Path(__file__).parent)]
        # -P: nothing beside the script or in the working directory can shadow the package.
        ran = subprocess.run(
            [sys.executable, "-P", "-c", _ASK, *arguments],
            input=source,
            cwd=folder or home,
            env={
                **os.environ,
                "HOME": home,
                "TL_DISABLE_ANALYTICS": "1",
                **(environment or {}),
            },
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        if not target.exists():
            raise AssertionError(f"the oracle did not answer:\n{ran.stdout}\n{ran.stderr}")
        return json.loads(target.read_text("utf-8"))


def real_outcomes(cases: Path) -> dict[str, Any]:
    """Run a file of cases against the real package."""
    source = f"import sys; sys.path.append({str(Path(__file__).parent)!r})\n{_CASES}"
    answer: dict[str, Any] = json.loads(ask(source, path=str(cases.resolve()), package=REAL))
    return answer


def our_outcomes(cases: Path) -> dict[str, Any]:
    """Run a file of cases against ours, in this process."""
    answer: dict[str, Any] = json.loads(json.dumps(outcomes(str(cases), OURS)))
    return answer


def outcomes(path: str, package: str) -> dict[str, Any]:
    """Return what each case gives: its value, or the class of its exception, and its warnings."""
    cases: dict[str, Callable[[], object]] = runpy.run_path(path)["cases"](package)
    return {name: _outcome(case) for name, case in cases.items()}


def _outcome(case: Callable[[], object]) -> dict[str, Any]:
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("always")
        try:
            found: dict[str, Any] = {"value": plain(case())}
        except Exception as error:
            found = {"raised": type(error).__name__}
    return found | {"warned": sorted({warning.category.__name__ for warning in caught})}


def plain(value: Any) -> Any:
    """Write a value so that JSON can carry it and both packages write it alike."""
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        return {
            "dtype": str(value.dtype),
            "shape": list(value.shape),
            "values": plain(value.tolist()),
        }
    if isinstance(value, np.generic):
        return {"dtype": str(value.dtype), "value": plain(value.item())}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f.name for f in dataclasses.fields(value) if not f.name.startswith("_")]
        return {
            "class": type(value).__name__,
            "fields": {name: plain(getattr(value, name)) for name in fields},
        }
    if isinstance(value, dict):
        return {"items": [[plain(key), plain(item)] for key, item in value.items()]}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [plain(item) for item in value]}
    if isinstance(value, set | frozenset):
        return {"set": sorted(map(str, value))}
    return f"<{getattr(value, '__qualname__', type(value).__qualname__)}>"


def differing(real: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Return where the outcomes of cases differ; any exception is as good as a crash."""
    crashed = {name for name, outcome in real.items() if outcome.get("raised") in CRASHES}
    return [
        *(f"{name}: the oracle raised" for name in crashed if "raised" not in ours[name]),
        *differences(
            {name: outcome for name, outcome in real.items() if name not in crashed},
            {name: outcome for name, outcome in ours.items() if name not in crashed},
        ),
    ]


def differences(real: Any, ours: Any, at: str = "") -> list[str]:
    """Return where two plain values differ; numbers may differ in the sixth digit."""
    if isinstance(real, dict) and isinstance(ours, dict):
        return [
            line
            for key in [*real, *(key for key in ours if key not in real)]
            for line in differences(real.get(key, "absent"), ours.get(key, "absent"), f"{at}/{key}")
        ]
    if isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        return [
            line
            for index, (one, other) in enumerate(zip(real, ours, strict=True))
            for line in differences(one, other, f"{at}/{index}")
        ]
    if _number(real) and _number(ours):
        close = math.isclose(real, ours, rel_tol=1e-6, abs_tol=1e-7)
        same = close or (math.isnan(real) and math.isnan(ours))
    else:
        same = type(real) is type(ours) and real == ours
    return [] if same else [f"{at}: the oracle has {real!r}, ours {ours!r}"]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
