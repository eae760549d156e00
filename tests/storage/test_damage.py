"""A flipped byte, a cut or a missing file is detected, and the error names the file (promise T9)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from percepta.core.errors import CorruptRunError, NotFoundError, WorkspaceError
from percepta.storage import MapResult, Run, Workspace
from tests.storage.builders import write_small_run


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    run = write_small_run(workspace)
    run.save_map(MapResult("balanced", "pca", 0, np.zeros((run.n, 2), np.float32)))
    return run.folder


def files_of(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "writer.lock")


def read_everything(folder: Path) -> None:
    run = Run(folder)
    run.verify()
    for info in run.maps():
        run.map(info.id)


def test_every_file_is_covered(folder: Path) -> None:
    names = {str(p.relative_to(folder)) for p in files_of(folder)}
    listed = set(Run(folder).manifest["files"])
    maps = {name for name in names if name.startswith("maps/")}
    assert names - maps - listed == {"manifest.json"}
    assert len(maps) == 5
    read_everything(folder)


@pytest.mark.parametrize("where", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_a_flipped_byte_is_named(folder: Path, where: float) -> None:
    for path in files_of(folder):
        good = path.read_bytes()
        at = min(int(len(good) * where), len(good) - 1)
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        if path.name.endswith(".json") and where == 1.0:
            path.write_bytes(good[:-2] + b"]\n")  # the very last byte is a line break
        with pytest.raises((CorruptRunError, WorkspaceError), match=path.name):
            read_everything(folder)
        path.write_bytes(good)
    read_everything(folder)


@pytest.mark.parametrize("damage", [lambda p: p.write_bytes(p.read_bytes()[:-1]), Path.unlink])
def test_a_cut_or_missing_file_is_named(folder: Path, damage: Callable[[Path], object]) -> None:
    for path in files_of(folder):
        copy = path.with_name("copy")
        shutil.copy(path, copy)
        damage(path)
        with pytest.raises((CorruptRunError, NotFoundError), match=path.name):
            read_everything(folder)
        copy.replace(path)
    read_everything(folder)


def test_a_damaged_picture_is_named_when_it_is_read(workspace: Workspace, folder: Path) -> None:
    run = Run(folder)
    for name, read in (
        ("thumbnails.pack", lambda: run.thumbnail(3)),
        ("visuals/0.pack", lambda: run.visual_image(3, "picture", 0)),
        ("visuals/1.pack", lambda: run.visuals(3)),
    ):
        path = folder / name
        good = path.read_bytes()
        path.write_bytes(bytes(byte ^ 0xFF for byte in good))
        with pytest.raises(CorruptRunError, match=f"{path.name} is damaged at byte"):
            read()
        path.write_bytes(good)
        read()


def test_large_files_are_checked_when_they_are_first_used(workspace: Workspace) -> None:
    from tests.storage.builders import write_columns

    run = write_columns(
        workspace, {"x": np.random.default_rng(0).random(300_000)}, shard_size=10**6
    )
    path = run.folder / "columns.arrow"
    assert path.stat().st_size > 1 << 20
    data = bytearray(path.read_bytes())
    data[1_000_000] ^= 1
    path.write_bytes(data)
    damaged = Run(run.folder)
    with pytest.raises(CorruptRunError, match=r"columns\.arrow is damaged"):
        damaged.column("x")


def test_a_run_of_a_newer_percepta(folder: Path) -> None:
    for path in (folder / "manifest.json", next(folder.glob("maps/*/map.json"))):
        good = path.read_text()
        document = json.loads(good)
        path.write_text(json.dumps(document | {"format": 2}))
        with pytest.raises(WorkspaceError, match="newer percepta") as caught:
            read_everything(folder)
        assert caught.value.fix == "Update percepta."
        path.write_text(good)


def test_files_of_a_complete_run_that_are_gone(workspace: Workspace, folder: Path) -> None:
    from percepta.core.errors import StorageError

    shutil.rmtree(folder)
    with Workspace.open(workspace.root) as fresh, pytest.raises(StorageError, match="are gone"):
        fresh.run(folder.name)
