"""An evaluation that stopped goes on where it stopped, and the run is the same as if it had not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from percepta.core.errors import ConflictError, CorruptRunError, NotFoundError, StorageError
from percepta.storage import RunStatus, Workspace
from tests.storage.builders import (
    FIELDS,
    content,
    finish,
    new_run,
    small_plan,
    small_shard,
    write_small_run,
)


def begin(workspace: Workspace, shards: list[int]) -> tuple[str, Path]:
    """Write some shards of the small run and stop; returns its id and its folder of shards."""
    run_id = new_run(workspace)
    with workspace.new_run(run_id, small_plan()) as writer:
        writer.save_state("calibration", b"calibrated")
        for index in shards:
            writer.write_shard(index, small_shard(writer.plan, index))
    workspace.catalogue.end_run(run_id, RunStatus.INTERRUPTED)
    return run_id, workspace.root / "runs" / run_id / "shards"


@pytest.mark.parametrize("shards", [[], [0, 1, 2], [6, 2], list(range(7))])
def test_a_resumed_run_equals_an_uninterrupted_one(workspace: Workspace, shards: list[int]) -> None:
    whole = write_small_run(workspace)
    run_id, _ = begin(workspace, shards)
    with workspace.resume_run(run_id) as writer:
        assert writer.done_shards == frozenset(shards)
        assert writer.plan == small_plan()
        assert writer.load_state("calibration") == b"calibrated"
        assert workspace.catalogue.run(run_id).status is RunStatus.RUNNING
        run = finish(writer)
    assert content(run) == content(whole)


def test_a_damaged_shard_is_made_again(workspace: Workspace) -> None:
    whole = write_small_run(workspace)
    for damage in (lambda data: data[:-1], lambda data: b"", lambda data: _flip(data, 100)):
        run_id, shards = begin(workspace, [0, 1])
        path = shards / "000001.shard"
        path.write_bytes(damage(path.read_bytes()))
        with workspace.resume_run(run_id) as writer:
            assert writer.done_shards == frozenset({0})
            assert content(finish(writer)) == content(whole)


def test_a_shard_that_breaks_before_the_commit_is_named(workspace: Workspace) -> None:
    run_id, shards = begin(workspace, list(range(7)))
    with workspace.resume_run(run_id) as writer:
        path = shards / "000003.shard"
        path.write_bytes(_flip(path.read_bytes(), 60))
        with pytest.raises(CorruptRunError, match=r"000003\.shard is damaged"):
            writer.commit(FIELDS, {})
    with workspace.resume_run(run_id) as writer:
        assert writer.done_shards == frozenset(range(7)) - {3}
        finish(writer).verify()


def test_a_damaged_plan_or_state_is_named(workspace: Workspace) -> None:
    run_id, shards = begin(workspace, [0])
    for name in ("plan.json", "ids-validation.arrow"):
        path = shards.parent / name
        good = path.read_bytes()
        path.write_bytes(_flip(good, len(good) // 2))
        with pytest.raises(CorruptRunError, match=name):
            workspace.resume_run(run_id)
        path.write_bytes(good)
    with workspace.resume_run(run_id) as writer:
        path = shards.parent / "state" / "calibration"
        path.write_bytes(_flip(path.read_bytes(), 35))
        with pytest.raises(CorruptRunError, match="state/calibration"):
            writer.load_state("calibration")


def test_one_process_writes_a_run(workspace: Workspace) -> None:
    run_id, _ = begin(workspace, [0])
    with workspace.resume_run(run_id):
        with pytest.raises(ConflictError, match="Another process is writing"):
            workspace.resume_run(run_id)
        other = f"""
from percepta.core.errors import ConflictError
from percepta.storage import Workspace
try:
    Workspace.open({str(workspace.root)!r}).resume_run({run_id!r})
except ConflictError:
    print("refused")
"""
        done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)
        assert done.stdout == "refused\n", done.stderr
    workspace.resume_run(run_id).close()


def test_what_cannot_be_resumed(workspace: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no such run"):
        workspace.resume_run("0123456789abcdef")
    run_id = new_run(workspace)
    with pytest.raises(NotFoundError, match="nothing to go on with"):
        workspace.resume_run(run_id)
    with pytest.raises(ConflictError, match="running, not complete"):
        workspace.run(run_id)
    with workspace.new_run(run_id, small_plan()):
        pass
    with pytest.raises(ConflictError, match="begun already"):
        workspace.new_run(run_id, small_plan())
    with workspace.resume_run(run_id) as writer, pytest.raises(StorageError, match="7 of 7"):
        writer.commit(FIELDS, {})
    with workspace.resume_run(run_id) as writer, pytest.raises(ValueError, match="not a name"):
        writer.save_state("../x", b"")


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
