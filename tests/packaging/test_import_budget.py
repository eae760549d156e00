"""Starting percepta is quick: heavy libraries are imported where they are used, not before."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence

import pytest

HEAVY = (
    "alembic",
    "duckdb",
    "faiss",
    "fastapi",
    "numba",
    "onnx",
    "onnxruntime",
    "openTSNE",
    "pyarrow",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "torch",
)
FLOORS = ("core", "integration", "models", "analysis", "storage", "engine", "jobs", "cli")
SERVER_NEVER = ("faiss", "numba", "onnx", "onnxruntime", "openTSNE", "sklearn", "torch")


def imported_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after running some code."""
    report = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=True
    )
    modules: list[str] = json.loads(answer.stdout.splitlines()[-1])
    return {name.partition(".")[0] for name in modules}


def cpu_seconds(command: Sequence[str], times: int = 5) -> float:
    """Return the least CPU time that a command took; a busy machine barely changes it."""
    taken = []
    for _ in range(times):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return min(taken)


def test_importing_percepta_imports_nothing_heavy() -> None:
    assert imported_after("import percepta").isdisjoint(HEAVY)


@pytest.mark.parametrize("floor", FLOORS)
def test_importing_a_floor_does_not_import_torch(floor: str) -> None:
    assert "torch" not in imported_after(f"import percepta.{floor}")


def test_the_server_imports_no_model_library() -> None:
    modules = imported_after("import percepta.server.app")
    assert "fastapi" in modules
    assert modules.isdisjoint(SERVER_NEVER)


def test_importing_percepta_takes_at_most_three_tenths_of_a_second() -> None:
    assert cpu_seconds([sys.executable, "-c", "import percepta"]) <= 0.3


def test_the_help_of_no_command_imports_anything_heavy() -> None:
    asked = """
import typer
from typer.testing import CliRunner
from percepta.cli.main import app

def ask(group, words):
    answer = CliRunner().invoke(app, [*words, "--help"])
    assert answer.exit_code == 0, (words, answer.output)
    for name, command in getattr(group, "commands", {}).items():
        ask(command, [*words, name])

ask(typer.main.get_command(app), [])
"""
    assert imported_after(asked).isdisjoint(HEAVY)


def test_help_takes_at_most_half_a_second() -> None:
    assert cpu_seconds([sys.executable, "-m", "percepta", "--help"]) <= 0.5
