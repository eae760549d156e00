"""The documents are true: links resolve, commands and their options exist."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.documents import PAGES, ROOT, commands_in, name_of

COMMANDS = [
    pytest.param(words, id=f"{name_of(page)}:{line}")
    for page in PAGES
    for line, words in commands_in(page.read_text("utf-8"))
]
TARGETS = [
    pytest.param(target, id=f"{name_of(page)}: make {target}")
    for page in PAGES
    for target in sorted(set(re.findall(r"\bmake ([a-z-]+)`", page.read_text("utf-8"))))
]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_resolves(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)[^)]*\)|(?:src|href)=\"([^\"]+)\"", text)
    targets = [(first or second).partition("#")[0] for first, second in links]
    relative = [target for target in targets if target and "://" not in target]
    missing = [target for target in relative if not (page.parent / target).exists()]
    assert missing == []


@functools.cache
def help_of(*command: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-m", "percepta", *command, "--help"],
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, f"`percepta {' '.join(command)}` does not exist"
    return answer.stdout


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_and_its_options_exist(words: list[str]) -> None:
    command = []
    for word in words:
        if not re.fullmatch(r"[a-z][a-z-]*", word) or not _is_command(command, word):
            break
        command.append(word)
    known = set(re.findall(r"--[a-z][a-z-]*", help_of(*command)))
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options <= known | {"--help"}


def _is_command(before: list[str], word: str) -> bool:
    return bool(re.search(rf"^[│|\s]*{word}\s", help_of(*before), re.MULTILINE))


@pytest.mark.parametrize("target", TARGETS)
def test_every_make_target_named_in_a_page_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_nothing_tracked_names_this_machine() -> None:
    """No absolute path of this machine, nobody's home folder, no package index of one's own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    places = {str(ROOT), sys.prefix, sys.base_prefix, f"{Path.home()}/"}
    if ROOT.parent not in (Path("/"), Path(tempfile.gettempdir())):
        places.add(f"{ROOT.parent}/")
    own = "|".join(re.escape(place) for place in sorted(places) if place.count("/") > 1)
    homes = r"/(?:home|Users)/[a-z]\w*/"
    hosts = r"https?://[^\s\"']*(?:/simple\b|registry\.npmjs|/-/[^\s\"']+\.tgz)"
    pattern = re.compile(rf"(?<![\w.$}}-])(?:{own}|{homes})|{hosts}")
    found = []
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path.suffix in (".png", ".npy", ".onnx", ".pt"):
            continue
        text = path.read_text("utf-8", "replace")
        found += [f"{name}: {match[0]}" for match in pattern.finditer(text)]
    assert found == []
