"""What percepta imports is what it declares, pinned, and under a licence it may use."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
EXTRAS = [
    Requirement(text)
    for extra in PROJECT["project"]["optional-dependencies"].values()
    for text in extra
]
GROUPS = PROJECT["dependency-groups"]
DEVELOPMENT = [
    Requirement(text) for group in GROUPS.values() for text in group if isinstance(text, str)
]


OWN = {"percepta", "tests", "tools", "code_loader"}
"""``code_loader``: what users' scripts import; in a process that runs one it is percepta's own."""
BROUGHT_BY_THE_USER = {"matplotlib", "code_loader_helpers", "tf_keras"}
"""Imported where a script asks for it, and told in one sentence where it is not there."""


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


def imports_of(folder: str) -> Iterator[tuple[Path, str]]:
    """Yield every top-level module that the files of a folder import."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield path, alias.name.partition(".")[0]
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                yield path, node.module.partition(".")[0]


def undeclared(folder: str, declared: set[str]) -> set[str]:
    owners = packages_distributions()
    found = set()
    for path, module in imports_of(folder):
        if module in sys.stdlib_module_names or module in OWN:
            continue
        near = (*path.parent.glob(f"**/{module}.py"), *path.parent.glob(f"**/{module}/*.py"))
        if near:  # users' scripts import beside them
            continue
        packages = {canonicalize_name(name) for name in owners.get(module, ["not installed"])}
        if not packages & declared and module not in BROUGHT_BY_THE_USER:
            found.add(f"{path.relative_to(ROOT)} imports {module} ({', '.join(packages)})")
    return found


def closure(requirements: list[Requirement]) -> set[str]:
    """Return the installed packages that requirements bring, and what those bring."""
    found: set[str] = set()
    left = list(requirements)
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        left += [Requirement(text) for text in needs]
    return found


def test_percepta_declares_what_it_imports() -> None:
    assert undeclared("src", names(RUNTIME + EXTRAS)) == set()


def test_the_tests_declare_what_they_import() -> None:
    assert undeclared("tests", names(RUNTIME + EXTRAS + DEVELOPMENT)) == set()


def test_percepta_imports_what_it_declares() -> None:
    owners = packages_distributions()
    imported = {
        canonicalize_name(owner)
        for _, module in imports_of("src")
        for owner in owners.get(module, [])
    }
    assert names(RUNTIME) - imported == set()


def test_everything_installed_for_percepta_is_pinned_to_what_is_installed() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    versions = {canonicalize_name(name): version for name, version in pinned.items()}
    for name in closure(RUNTIME + DEVELOPMENT):
        assert versions.get(name) == distribution(name).version.partition("+")[0], name


def test_no_dependency_is_under_the_gpl() -> None:
    for name in closure(RUNTIME):
        about = distribution(name).metadata
        stated = [about.get("License-Expression", ""), about.get("License", "")[:200]]
        stated += [line for line in about.get_all("Classifier", []) if "License" in line]
        text = " ".join(stated)
        assert not re.search(r"\b(A?GPL|GNU (Affero )?General)", text), f"{name}: {text}"
