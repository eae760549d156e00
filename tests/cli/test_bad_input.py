"""Bad input is normal: one clear sentence, what to do, exit code 1, and nothing half written."""

from __future__ import annotations

import errno
import os
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from percepta.storage import Workspace

WRONG_SCRIPTS = {
    "raises": (("IRIS = load_iris()", "raise RuntimeError('no data here')"), "no data here"),
    "no samples": (("range(0, 150, 2)", "[]"), "no samples"),
    "subset twice": (('"validation"', '"training"'), "twice|more than once"),
    "ids repeat": (("range(0, 150, 2)", "[1, 2, 2]"), "id 2 appears more than once"),
    "unknown subset": (('"validation"', '"holdout"'), "no subset 'holdout'"),
    "all samples raise": (("return IRIS.data[sample_id]", "return IRIS.dat[sample_id]"), "dat"),
    "labels do not fit": (('"setosa", ', ""), "2 labels"),
    "shapes do not fit": (("Linear(4, 16)", "Linear(5, 16)"), "5|shape"),
}


@pytest.mark.parametrize("case", WRONG_SCRIPTS)
def test_a_wrong_script_is_told_in_one_sentence(percepta: Any, script: Any, case: str) -> None:
    change, expected = WRONG_SCRIPTS[case]
    assert_told(percepta("evaluate", script(change)), expected)


def assert_told(ended: Any, expected: str) -> None:
    import re

    assert ended.code == 1
    assert "Traceback" not in ended.err
    lines = [line for line in ended.err.splitlines() if line.startswith(("error:", "do:"))]
    assert lines[0].startswith("error:")
    assert re.search(expected, lines[0]), lines[0]
    assert lines[1].startswith("do:")


def test_a_missing_script_and_a_script_without_a_model(percepta: Any, script: Any) -> None:
    assert_told(percepta("evaluate", "nowhere.py"), "nowhere.py")
    path = script()
    text = path.read_text()
    path.write_text(text[: text.index("@pc.model")])
    assert_told(percepta("evaluate", path), "gives no model")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("missing.onnx", None, "no model file"),
        ("broken.onnx", b"\x08\x07garbage" * 50, "broken.onnx|not|corrupt"),
        ("empty.onnx", b"", "empty|not|corrupt"),
        ("model.h5", b"\x89HDF\r\n", "neither a .keras archive nor an HDF5 file"),
        ("model.pt", b"PK\x03\x04 pickle inside", "cut off"),
    ],
)
def test_a_missing_or_corrupt_or_foreign_model(
    percepta: Any, script: Any, tmp_path: Path, name: str, content: bytes | None, expected: str
) -> None:
    model = tmp_path / name
    if content is not None:
        model.write_bytes(content)
    assert_told(percepta("evaluate", script(), "--model", model), expected)


def test_nan_losses_cost_their_samples_and_too_many_stop_the_run(
    percepta: Any, script: Any
) -> None:
    some = script(
        (
            "return IRIS.data[sample_id]",
            "return np.full(4, np.nan, np.float32) if sample_id == 8 else IRIS.data[sample_id]",
        )
    )
    done = percepta("evaluate", some, "--json").json
    assert done["failures"] == 1
    assert done["samples"] == 149
    every = script(
        ("torch.nn.Linear(16, 3))", "torch.nn.Linear(16, 3), torch.nn.LogSigmoid(), Nan())")
    )
    text = every.read_text().replace(
        "@pc.model",
        "import torch\nclass Nan(torch.nn.Module):\n    def forward(self, x):\n"
        "        return x * float('nan')\n\n@pc.model",
    )
    every.write_text(text)
    assert_told(percepta("evaluate", every), "samples failed|NaN|finite")


def test_a_port_in_use(percepta: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_told(percepta("serve", "--no-browser", "--port", port), f"Port {port} is in use")


def test_another_address_than_this_machine(percepta: Any) -> None:
    assert_told(percepta("serve", "--no-browser", "--host", "0.0.0.0"), "0.0.0.0")  # noqa: S104


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere; the file below covers it")
def test_a_workspace_that_cannot_be_written(percepta: Any, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    assert_told(percepta("runs", "--workspace", locked / "ws"), "locked")


def test_a_workspace_that_is_a_file(percepta: Any, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("I am not a folder")
    assert_told(percepta("runs", "--workspace", file), "file")
    assert file.read_text() == "I am not a folder"


def test_a_workspace_of_a_newer_percepta(percepta: Any, workspace_path: Path) -> None:
    percepta("runs")
    (database,) = workspace_path.glob("*.sqlite")
    with sqlite3.connect(database) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()
    assert_told(percepta("runs"), "newer")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc to know the file")
def test_a_full_disk_ends_the_run_in_one_sentence_and_it_resumes(
    percepta: Any, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    flowers = script()
    real, shards = os.fsync, []

    def full(descriptor: int) -> None:
        if ".shard" in os.readlink(f"/proc/self/fd/{descriptor}"):  # noqa: PTH115 - not a file's link
            shards.append(descriptor)
            if len(shards) > 2:
                raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert_told(percepta("evaluate", flowers, "--shard-size", 32), "full|space")
    (run,) = percepta("runs", "--json").json
    assert run["status"] == "failed"
    done = percepta("evaluate", flowers, "--shard-size", 32, "--resume", "--json").json
    assert done["run_id"] == run["id"]
    assert done["samples"] == 150


def test_a_flipped_byte_is_found_and_named(
    percepta: Any, script: Any, workspace_path: Path
) -> None:
    run = percepta("evaluate", script(), "--json").json["run_id"]
    Workspace.open(workspace_path).close()
    (columns,) = (workspace_path / "runs" / run).glob("columns*")
    content = bytearray(columns.read_bytes())
    content[len(content) // 2] ^= 1
    columns.chmod(0o600)
    columns.write_bytes(content)
    assert_told(percepta("verify", run), columns.name)
