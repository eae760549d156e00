"""Which script a command means: the one named, or the only one of a folder."""

from __future__ import annotations

import re
from pathlib import Path

from percepta.core.errors import IntegrationError, Where

CONFIGURATION = "leap.yaml"
"""Names the script of a folder, where scripts are written for ``code_loader``."""

_DECORATED = re.compile(r"^@(?:\w+\.)?subsets\b", re.MULTILINE)
_CODE_LOADER = re.compile(r"^\s*(?:from|import)\s+code_loader\b", re.MULTILINE)
_REGISTERS = re.compile(r"\b(?:leap_binder\.set_|tensorleap_preprocess)")
_PLAIN_NAMES = frozenset({"integration", "leap_integration", "leap_binder", "script", "leap"})
_LARGEST = 1 << 20


def find_script(given: Path | None) -> Path:
    """Return the script that a command is about.

    Args:
        given: a script, a ``leap.yaml``, or a folder that holds one; None: the current folder.

    Raises:
        IntegrationError: there is none, or it cannot be told which of several.
    """
    folder = Path() if given is None else given.expanduser()
    if given is not None and not folder.is_dir():
        if not folder.exists():
            raise IntegrationError(
                "There is no such script.",
                where=Where(file=str(given)),
                fix="Check the path; `percepta init` writes a first one.",
            )
        return given
    configuration = folder / CONFIGURATION
    if configuration.is_file():
        return configuration
    found = sorted(path for path in folder.glob("*.py") if _is_integration(path))
    if len(found) == 1:
        return found[0]
    where = Where(file=str(folder) if given is not None else None)
    if not found:
        raise IntegrationError(
            "There is no integration script in this folder.",
            where=where,
            fix="Name the script, or let `percepta init` write a first one.",
        )
    names = ", ".join(path.name for path in found)
    raise IntegrationError(
        f"There are {len(found)} integration scripts in this folder: {names}.",
        where=where,
        fix="Name the one you mean.",
    )


def project_of(script: Path, name: str) -> str:
    """Return a script's project: its name, or its folder's where every script has that name."""
    plain = name in _PLAIN_NAMES or script.name == CONFIGURATION
    return script.resolve().parent.name or name if plain else name


def _is_integration(path: Path) -> bool:
    """Whether a Python file registers an integration, by a look at its text."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return False
    decorated = "percepta" in text and _DECORATED.search(text)
    return bool(decorated or (_CODE_LOADER.search(text) and _REGISTERS.search(text)))
