"""The built archives, and percepta installed from its wheel into an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools import web_assets

ROOT = Path(__file__).resolve().parents[2]


def environment_without_node(empty: Path) -> dict[str, str]:
    """Return an environment whose PATH holds nothing, and that knows nothing of this checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PATH": str(empty)}


@dataclass(frozen=True)
class Installed:
    """percepta in an environment of its own, run from an empty folder without Node.js.

    Attributes:
        python: the interpreter of that environment.
        folder: working directory of its commands.
        environment: variables of its commands.
    """

    python: Path
    folder: Path
    environment: dict[str, str]

    @property
    def percepta(self) -> str:
        """The console script."""
        return str(self.python.with_name("percepta"))

    def run(self, command: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and return it, whatever its exit code."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=seconds,
        )


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with wheel and sdist, built without Node.js from a tree with a page."""
    if not web_assets.is_current(ROOT):
        pytest.fail("the page is not built from the sources in web/: run `make web`")
    folder = tmp_path_factory.mktemp("archives")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    environment = environment_without_node(tmp_path_factory.mktemp("empty"))
    built = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(archives: Path) -> Path:
    """Return the wheel; `build` makes it from the sdist, so that both are shown to work."""
    (path,) = archives.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def sdist(archives: Path) -> Path:
    """Return the source archive."""
    (path,) = archives.glob("*.tar.gz")
    return path


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel into an empty environment, with the versions that are tested."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True, symlinks=True)
    (folder / "empty").mkdir()
    (folder / "cwd").mkdir()
    environment = environment_without_node(folder / "empty")
    environment["PERCEPTA_WORKSPACE"] = str(folder / "workspace")
    environment["PYTHONWARNINGS"] = "ignore"
    place = Installed(folder / "venv" / "bin" / "python", folder / "cwd", environment)
    command = [str(place.python), "-m", "pip", "install", "--quiet", "--no-compile"]
    answer = place.run([*command, "-c", str(ROOT / "constraints.txt"), str(wheel)], seconds=600)
    assert answer.returncode == 0, answer.stderr
    return place
