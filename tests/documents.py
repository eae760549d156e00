"""Reading the documents: their pages, their fenced blocks, their percepta commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "examples/*.md")
    for path in ROOT.glob(pattern)
    if path.is_file()
)
_SHELLS = ("console", "sh", "bash", "shell")


def name_of(path: Path) -> str:
    """Return a page's path in the repository."""
    return path.relative_to(ROOT).as_posix()


def blocks(text: str) -> list[tuple[int, str, str]]:
    """Return line, language and text of the fenced blocks, in order."""
    found = re.finditer(r"^```(\w+)[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [(text.count("\n", 0, match.start()) + 1, match[1], match[2]) for match in found]


def commands_in(text: str) -> list[tuple[int, list[str]]]:
    """Return line and words of every percepta command in the shell blocks."""
    commands = []
    for line, language, block in blocks(text):
        if language not in _SHELLS:
            continue
        for offset, command in enumerate(block.replace("\\\n", " ").splitlines(), start=1):
            if not re.match(r"(\$ )?percepta\s", command):
                continue
            words = shlex.split(command.removeprefix("$ "), comments=True)
            commands.append((line + offset, words[1:]))
    return commands
