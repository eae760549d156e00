"""Kill -9 or a full disk at any step: what was committed is readable, the rest resumes (promise T9)."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from percepta.core.errors import DiskFullError, StorageError, WorkspaceError
from percepta.storage.files import AtomicFile, os_errors, write_file

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")  # noqa: S108 (a kill loses nothing there, and fsync costs nothing)


@pytest.mark.timeout(600)  # 20 s in all on a quiet machine
@pytest.mark.parametrize("mode", ["kill", "torn", "full"])
def test_stopped_at_every_step(tmp_path: Path, mode: str) -> None:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        done = stop_at_every_step(folder, mode)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    met = set(report["met"])
    assert report["steps"] > 50
    # every phase was met: before the first shard, between shards, before and after the manifest
    assert {"resumed with 0", "resumed with 1", "resumed with 3"} <= met, met
    assert "complete" in met, met


def stop_at_every_step(folder: str, mode: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.storage.faults", folder, mode],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")
    with pytest.raises(RuntimeError), AtomicFile(path) as file:
        file.write(b"new")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    with AtomicFile(path) as file:
        file.write(b"ne")
        file.write(memoryview(b"w"))
        file.write(b"")
    assert path.read_bytes() == b"new"
    assert file.size == 3


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOSPC, DiskFullError, "disk is full"),
        (errno.EDQUOT, DiskFullError, "disk is full"),
        (errno.EACCES, WorkspaceError, "cannot be written"),
        (errno.EROFS, WorkspaceError, "cannot be written"),
        (errno.EIO, StorageError, "Input/output error"),
    ],
)
def test_what_the_system_says_becomes_a_sentence(
    code: int, kind: type[StorageError], words: str
) -> None:
    with pytest.raises(kind, match=words), os_errors(Path("x")):
        raise OSError(code, os.strerror(code))


def test_a_limit_that_the_kernel_enforces(tmp_path: Path) -> None:
    program = f"""
import resource, signal
import numpy as np
from percepta.core.errors import DiskFullError
from percepta.core.subsets import Subset
from percepta.storage import RunPlan, ShardData, Workspace
from tests.storage.builders import new_run

workspace = Workspace.open({str(tmp_path / "workspace")!r})
plan = RunPlan({{Subset.TRAINING: range(20)}}, 10)
with workspace.new_run(new_run(workspace), plan) as writer:
    writer.write_shard(0, ShardData(latents={{"s": np.ones((10, 4), np.float32)}}))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
    try:
        writer.write_shard(1, ShardData(latents={{"s": np.ones((10, 100_000), np.float32)}}))
    except DiskFullError as error:
        print(error)
    print(sorted(writer.done_shards), [path.name for path in workspace.root.rglob("*.tmp")])
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    writer.write_shard(1, ShardData(latents={{"s": np.ones((10, 4), np.float32)}}))
    print(writer.commit((), {{}}).latent("s").shape)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "The disk is full: 000001.shard could not be written. "
        "Free some space and resume; what was committed is untouched.",
        "[0] []",
        "(20, 4)",
    ], done.stderr
