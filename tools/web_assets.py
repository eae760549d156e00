"""Builds the page from ``web/`` into ``src/percepta/_web/``, when its sources have changed.

The hash of all sources is kept beside the built files, so that a second build, an install from a
source archive, and a wheel made from a built tree need neither Node.js nor npm.

Run as ``python tools/web_assets.py build``; ``needs-node`` exits with 0 when a build is due and no
Node.js is there for it; ``npm run lint`` (or any npm command) runs in ``web/`` after the packages
have been installed.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from tools.licences import write_licences
from tools.node import PYPI_PACKAGE, find_node

LICENCES = "THIRD_PARTY_LICENSES.txt"
_STAMP = ".inputs.sha256"
_NOT_INPUTS = {"node_modules", "dist", "coverage", "test-results", ".vite", ".vitest"}


class WebBuildError(Exception):
    """The page could not be built; the message says what to do."""


def assets_folder(root: Path) -> Path:
    """Return where the built page lies in a source tree."""
    return root / "src" / "percepta" / "_web"


def has_assets(root: Path) -> bool:
    """Say whether a built page is there, current or not."""
    return (assets_folder(root) / "index.html").exists()


def is_current(root: Path) -> bool:
    """Say whether the built page was made from exactly the sources in ``web/``."""
    stamp = assets_folder(root) / _STAMP
    if not has_assets(root) or not stamp.exists():
        return False
    return stamp.read_text("utf-8").strip() == inputs_hash(root / "web")


def inputs_hash(web: Path) -> str:
    """Return the SHA-256 over names and contents of everything the page is built from."""
    digest = hashlib.sha256()
    inputs = (path for path in web.rglob("*") if path.is_file() and _is_input(path, web))
    for path in sorted(inputs, key=lambda path: path.relative_to(web).as_posix()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(web).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _is_input(path: Path, web: Path) -> bool:
    if _NOT_INPUTS.intersection(path.relative_to(web).parts):
        return False
    return ".test." not in path.name and path.suffix not in (".md", ".tsbuildinfo")


def build(root: Path) -> None:
    """Build the page if it is not current.

    Raises:
        WebBuildError: there is no Node.js, or npm failed.
    """
    if is_current(root):
        return
    web, assets = root / "web", assets_folder(root)
    (assets / _STAMP).unlink(missing_ok=True)
    run_npm(root, "run", "build")
    write_licences(web, assets / LICENCES)
    (assets / _STAMP).write_text(inputs_hash(web) + "\n", "utf-8")


def run_npm(root: Path, *arguments: str) -> None:
    """Run an npm command in ``web/``, with the locked packages installed.

    Raises:
        WebBuildError: there is no Node.js, or npm failed.
    """
    node = find_node()
    if node is None:
        message = (
            "The page has not been built and there is no Node.js >= 20.19: install Node.js, "
            f"or `pip install '{PYPI_PACKAGE}'`, or install percepta from its wheel."
        )
        raise WebBuildError(message)
    web = root / "web"
    lock = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    installed = web / "node_modules" / ".lock.sha256"
    if not installed.exists() or installed.read_text("utf-8") != lock:
        install = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        if node.run_npm(*install, folder=web) != 0:
            raise WebBuildError("npm could not install the page's packages; its output says why.")
        installed.write_text(lock, "utf-8")
    if node.run_npm(*arguments, folder=web) != 0:
        raise WebBuildError(f"`npm {' '.join(arguments)}` failed in web/; its output says why.")


def main(arguments: list[str]) -> int:
    """Run one command; see the module's description."""
    root = Path(__file__).resolve().parents[1]
    match arguments:
        case ["needs-node"]:
            return int(find_node() is not None)
        case ["build"]:
            build(root)
            return 0
        case ["npm", *command]:
            run_npm(root, *command)
            return 0
    sys.stderr.write("usage: python -m tools.web_assets build | needs-node | npm <command>\n")
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except WebBuildError as error:
        sys.exit(str(error))
