"""Opening a workspace: where it is, what is refused, what another process left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from percepta.core.errors import NotFoundError, WorkspaceError
from percepta.storage import Workspace
from tests.storage.builders import write_small_run

ODD = [
    "..",
    "../runs",
    "%2e%2e%2f",
    "a\\b",
    "\x00",
    "C:\\",
    "/etc/passwd",
    "0123456789abcdef/../x",
    "0123456789abcdeg",
    "\uff10123456789abcdef",  # a digit of another script
    "a" * 4096,
    "",
]


def test_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERCEPTA_WORKSPACE", str(tmp_path / "named"))
    with Workspace.open() as workspace:
        assert workspace.root == tmp_path / "named"
    with Workspace.open(tmp_path / "given" / "deep") as workspace:
        assert workspace.root == tmp_path / "given" / "deep"
    monkeypatch.delenv("PERCEPTA_WORKSPACE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with Workspace.open() as workspace:
        assert workspace.root.is_relative_to(tmp_path)
        assert workspace.root.name == "percepta"
    monkeypatch.chdir(tmp_path)
    with Workspace.open("beside") as workspace:
        assert workspace.root == tmp_path / "beside"


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(WorkspaceError, match="cannot be written") as caught:
            Workspace.open(path)
        assert caught.value.fix is not None
        assert "PERCEPTA_WORKSPACE" in caught.value.fix
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
@pytest.mark.parametrize("existing", [True, False])
def test_a_folder_that_may_not_be_written(tmp_path: Path, existing: bool) -> None:
    folder = tmp_path / "locked"
    if existing:
        Workspace.open(folder).close()
    else:
        folder.mkdir()
    program = f"""
import os
import percepta.storage.workspace
from percepta.core.errors import WorkspaceError
from percepta.storage import Workspace
if os.getuid() == 0:
    os.setuid(65534)  # root may write anywhere
try:
    Workspace.open({str(folder)!r})
except WorkspaceError as error:
    print(error)
"""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    folder.chmod(0o755)
    assert done.stdout.startswith(
        f"The workspace {folder} cannot be written: Permission denied."
    ), done.stderr


@pytest.mark.parametrize("text", ODD)
def test_no_text_from_outside_becomes_a_path(workspace: Workspace, text: str) -> None:
    run = write_small_run(workspace)
    for ask in (workspace.run, workspace.resume_run, run.map):
        with pytest.raises(NotFoundError):
            ask(text)


def test_what_a_kill_after_the_manifest_left_is_put_right(workspace: Workspace) -> None:
    run = write_small_run(workspace)
    engine = workspace.catalogue._engine
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET status = 'running', samples = 0")
    (run.folder / "shards").mkdir()
    (run.folder / "shards" / "000000.shard").write_bytes(b"left")
    with Workspace.open(workspace.root) as fresh:
        record = fresh.catalogue.run(run.id)
        assert (record.status.value, record.samples) == ("complete", 25)
        fresh.run(run.id).verify()
    assert not (run.folder / "shards").exists()


def test_nothing_heavy_is_imported_with_the_package() -> None:
    program = "import sys, percepta.storage; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "pyarrow", "duckdb", "sqlalchemy", "alembic", "PIL"}
