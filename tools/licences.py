"""Collects the licences of the npm packages that end up in the built page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_HEADER = """\
The page of percepta is built from the packages below, under their own licences.
percepta itself is licensed under the Apache License 2.0.
"""
_RULE = "-" * 80


def write_licences(web: Path, target: Path) -> None:
    """Write name, version, licence and licence text of every production package.

    Args:
        web: folder with ``package-lock.json`` and ``node_modules``.
        target: text file to write.

    Raises:
        FileNotFoundError: a locked production package is not installed.
    """
    lock = json.loads((web / "package-lock.json").read_text("utf-8"))
    sections = [
        _section(web / path, entry)
        for path, entry in sorted(lock["packages"].items())
        if path and not _only_for_development(entry)
    ]
    target.write_text("\n".join([_HEADER, *sections]), "utf-8")


def _only_for_development(entry: dict[str, Any]) -> bool:
    return bool(entry.get("dev") or entry.get("devOptional"))


def _section(folder: Path, entry: dict[str, Any]) -> str:
    package = json.loads((folder / "package.json").read_text("utf-8"))
    title = f"{package['name']} {package['version']} ({entry.get('license', 'see below')})"
    texts = [path.read_text("utf-8", "replace").strip() for path in _licence_files(folder)]
    if not texts:
        texts = [f"The package names its licence only: {entry.get('license', 'none')}."]
    return "\n".join([_RULE, title, _RULE, "", *texts, ""])


def _licence_files(folder: Path) -> list[Path]:
    """Return the licence and notice files at the top of a package."""
    wanted = ("licen", "notice", "copying")
    files = (path for path in folder.iterdir() if path.is_file())
    return sorted(path for path in files if path.name.lower().startswith(wanted))
