"""What every test of percepta gets: no network, no one's own workspace, one compiled cache."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.network_guard import network

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure(config: pytest.Config) -> None:
    """Set what has to hold before the first import of percepta, here and in child processes."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".cache" / "numba"))
    # Idle OpenMP threads sleep, as in percepta's own processes: spinning costs a busy machine dearly.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # How long an example takes depends on who else is on the machine.
    settings.register_profile("busy machine", deadline=None)
    settings.load_profile("busy machine")
    guard = str(ROOT / "tests" / "network_guard")
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([guard, path]) if path else guard


@pytest.fixture(scope="session", autouse=True)
def _kept_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the suite out of the developer's workspace and off the network (promise T14)."""
    folder = tmp_path_factory.mktemp("suite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERCEPTA_WORKSPACE", str(folder / "workspace"))
        patch.setenv(network.LOG, str(folder / "network.log"))
        network.install()
        yield


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Fail a test that reached for the network, in this process or in a child.

    A test that is *about* a missing network looks at `network.refused()` and calls
    `network.forget()`.
    """
    network.forget()
    yield
    refused = network.refused()
    network.forget()
    assert not refused, f"tried to reach {', '.join(refused)}"


@pytest.fixture
def workspace_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a workspace of this test's own; child processes use it too."""
    path = tmp_path / "workspace"
    monkeypatch.setenv("PERCEPTA_WORKSPACE", str(path))
    return path


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of real data sets: ``$PERCEPTA_DATA``, else ``../shared/data``."""
    named = os.environ.get("PERCEPTA_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no data sets: {folder} is not a folder; set PERCEPTA_DATA to one")
    return folder
