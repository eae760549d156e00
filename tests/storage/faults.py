"""Run a program that writes a run, and stop it at every step it takes on the disk.

    python -m tests.storage.faults FOLDER kill|torn|full

A step is a call that changes the disk. ``kill``: SIGKILL just before a fsync, rename, removal or new folder.
``torn``: SIGKILL in the middle of a write. ``full``: from this step on the disk is full, until the program
has noticed. After each, another process opens the workspace, checks what was committed before, goes on where
the first one stopped, and compares the run with one that was never stopped. Everything happens in forks of
one process, so that a step costs a tenth of a second.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 (imported once, before the forks)
import duckdb  # noqa: F401
import numpy as np
import PIL.Image  # noqa: F401

from percepta.core.errors import DiskFullError, NotFoundError
from percepta.storage import MapResult, RunStatus, Workspace
from tests.storage.builders import finish, new_run, small_plan, write_small_run

SHARD = 13
STEPS = {
    "kill": ("fsync", "replace", "rename", "unlink", "rmdir", "mkdir"),
    "torn": ("write",),
    "full": ("write", "fsync", "mkdir"),
}


def program(folder: Path) -> None:
    """What is stopped: an evaluation from beginning to end, then a map."""
    with Workspace.open(folder) as workspace:
        with workspace.new_run(new_run(workspace), small_plan(SHARD)) as writer:
            run = finish(writer)
        run.save_map(small_map(run.n))


def small_map(n: int) -> MapResult:
    """A map of known coordinates."""
    return MapResult("balanced", "pca", 0, np.arange(2 * n, dtype=np.float32).reshape(n, 2))


class Stop:
    """Counts the steps of this process and stops it at one of them."""

    def __init__(self, mode: str, at: int) -> None:
        self.mode, self.at, self.count, self.name = mode, at, 0, ""
        for name in STEPS[mode]:
            setattr(os, name, self._wrap(name, getattr(os, name)))

    def _wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            if self.mode == "full" and self.count >= self.at > 0:
                self.name = name
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self.count == self.at:
                if self.mode == "torn":
                    call(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return step


def in_fork(work: Callable[[], Any]) -> Any:
    """Do some work in a fork; returns what it returned, or None if it was killed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reader)
            plain_write, answer = os.write, work()
            plain_write(writer, json.dumps(answer).encode())
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None
    if os.WEXITSTATUS(status):
        raise SystemExit(f"a fork failed: {status}")
    return json.loads(answer)


def count_steps(folder: Path, mode: str) -> int:
    """Let the program run to its end and count."""
    stop = Stop(mode, -1)
    program(folder)
    return stop.count


def run_until(folder: Path, mode: str, at: int) -> str:
    """Let the program run until it is stopped; with a full disk, check that it says so."""
    write = os.write
    stop = Stop(mode, at)
    try:
        program(folder)
    except DiskFullError as error:
        assert "disk is full" in str(error), error
        stop.at = -1
        os.write = write
        left = [path for path in folder.rglob("*.tmp") if path.is_file()]
        assert not left, left
        return "full"
    return "finished"


def go_on(folder: Path) -> str:
    """What the next process finds and does; returns which case it met."""
    with Workspace.open(folder) as workspace:
        records = sorted(workspace.catalogue.runs(), key=lambda record: record.created)
        whole = workspace.run(records[0].id)
        whole.verify()
        if len(records) == 1:
            return "nothing begun"
        record = records[1]
        if record.status is RunStatus.COMPLETE:
            met, run = "complete", workspace.run(record.id)
        else:
            try:
                writer = workspace.resume_run(record.id)
                met = f"resumed with {len(writer.done_shards)}"
            except NotFoundError:
                writer = workspace.new_run(record.id, small_plan(SHARD))
                met = "begun again"
            with writer:
                run = finish(writer)
        run.verify()
        assert run.manifest["files"] == whole.manifest["files"]  # checksums: bit for bit
        assert workspace.catalogue.run(run.id).status is RunStatus.COMPLETE
        left = [path for path in run.folder.iterdir() if path.name != "maps"]
        assert not [path for path in left if path.name.endswith(".tmp")], left
        assert not (run.folder / "shards").exists()
        if not run.maps():
            run.save_map(small_map(run.n))
        else:
            met = "map saved"
        for info in run.maps():
            assert np.array_equal(run.map(info.id).coordinates, small_map(run.n).coordinates)
        return met


def main() -> None:
    """Stop the program at every step and print what the next process met."""
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    template = folder / "template"

    def prepare() -> None:
        with Workspace.open(template) as workspace:
            write_small_run(workspace, SHARD)

    in_fork(prepare)
    shutil.copytree(template, folder / "count")
    total = in_fork(lambda: count_steps(folder / "count", mode))
    stride = 1 if mode == "kill" else 7
    met = []
    for at in range(1, total + 1, stride):
        here = folder / f"step-{at}"
        shutil.copytree(template, here)
        outcome = in_fork(lambda here=here, at=at: run_until(here, mode, at))
        assert outcome == ("full" if mode == "full" else None), (at, outcome)
        met.append(in_fork(lambda here=here: go_on(here)))
        shutil.rmtree(here)
    print(json.dumps({"steps": total, "met": met}))


if __name__ == "__main__":
    main()
