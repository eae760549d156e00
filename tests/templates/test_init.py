"""``percepta init``: every script it can write passes the check and evaluates as written."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from percepta.core.errors import ConflictError, IntegrationError
from percepta.core.progress import Silent
from percepta.engine.check import check_script
from percepta.engine.options import EvaluateOptions
from percepta.engine.workflow import Subject, evaluate_and_explore
from percepta.storage import Workspace
from percepta.templates import DATA, FITTING, TASKS, Choice, write_script

ALLOWED = [(task, data) for task, fitting in FITTING.items() for data in fitting]
REFUSED = [(task, data) for task in TASKS for data in DATA if (task, data) not in ALLOWED]
MEASURED = {
    "image-classification": {"cross_entropy", "accuracy", "lead"},
    "segmentation": {"cross_entropy", "mean_iou", "pixel_accuracy"},
    "detection": {"missed", "boxes_precision", "boxes_recall"},
    "text": {"cross_entropy", "accuracy"},
    "tabular": {"cross_entropy", "accuracy"},
    "time-series": {"cross_entropy", "accuracy"},
}
SHOWN = {
    "image-classification": {"Image", "HorizontalBar"},
    "segmentation": {"ImageMask"},
    "detection": {"ImageWithBoxes"},
    "text": {"Text", "HorizontalBar"},
    "tabular": {"HorizontalBar"},
    "time-series": {"Graph", "HorizontalBar"},
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("init") / "workspace")


def checked(script: Path) -> dict[str, set[str]]:
    """Check a script; return the details of its parts by kind."""
    report = check_script(script, samples_per_subset=4, progress=Silent())
    wrong = [f.message for part in report.parts for f in part.findings] + [
        warning.message for warning in report.warnings
    ]
    assert wrong == []
    found: dict[str, set[str]] = {}
    for part in report.parts:
        found.setdefault(part.kind, set()).add(part.detail or part.name)
    return found


@pytest.mark.parametrize(("task", "data"), ALLOWED)
def test_a_first_script_passes_the_check_and_evaluates_as_written(
    task: str, data: str, tmp_path: Path, workspace: Workspace
) -> None:
    written = write_script(tmp_path, Choice(task, data))
    code = written.script.read_text("utf-8")
    assert "REPLACE" in code
    assert max(map(len, code.splitlines())) <= 105
    assert "$" not in code

    parts = checked(written.script)
    assert parts["visualizer"] == SHOWN[task]

    run, _ = evaluate_and_explore(
        workspace,
        Subject.from_script(written.script),
        project=f"{task} {data}",
        options=EvaluateOptions(shard_size=32),
        algorithm=None,
        progress=Silent(),
    )
    record = workspace.catalogue.run(run.id)
    assert record.failures == 0
    assert record.samples == 64
    assert set(record.subsets) == {"training", "validation"}
    fields = {field.name for field in run.fields}
    assert MEASURED[task] - {"cross_entropy", "missed"} <= fields
    assert "loss" in fields


@pytest.mark.parametrize(("task", "data"), REFUSED)
def test_what_does_not_go_together_is_refused_with_what_does(task: str, data: str) -> None:
    with pytest.raises(IntegrationError) as caught:
        Choice(task, data)
    assert task in caught.value.message
    assert all(name in str(caught.value.fix) for name in FITTING[task])


def test_nothing_is_overwritten_unless_forced(tmp_path: Path) -> None:
    write_script(tmp_path, Choice("tabular", "csv"))
    (tmp_path / "integration.py").write_text("mine")
    before = (tmp_path / "data.csv").read_bytes()
    with pytest.raises(ConflictError, match=r"integration\.py is already"):
        write_script(tmp_path, Choice("tabular", "csv"))
    assert (tmp_path / "integration.py").read_text() == "mine"
    (tmp_path / "integration.py").unlink()
    (tmp_path / "data.csv").write_text("mine too")
    with pytest.raises(ConflictError, match=r"data\.csv"):
        write_script(tmp_path, Choice("tabular", "csv"))
    assert not (tmp_path / "integration.py").exists()
    write_script(tmp_path, Choice("tabular", "csv"), force=True)
    assert (tmp_path / "data.csv").read_bytes() == before


# ---- the user's own data -----------------------------------------------------------------------


def pictures(folder: Path, names: list[str], size: tuple[int, int] = (20, 12)) -> None:
    from PIL import Image

    for index, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        chance = np.random.default_rng(index)
        pixels = chance.integers(0, 255, (size[1] + index % 3, size[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)


def table(path: Path, rows: list[dict[str, object]], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_own_pictures_in_folders_by_subset(tmp_path: Path) -> None:
    own = tmp_path / "pets"
    for part, count in (("train", 6), ("val", 3)):
        pictures(own, [f"{part}/{pet}/{i}.jpg" for pet in ("dog", "cat") for i in range(count)])
    (own / ".thumbs").mkdir()
    written = write_script(tmp_path, Choice("image-classification", "folder", own))
    assert written.data is None
    assert written.found == (
        "18 pictures in 2 classes: cat, dog, split into training, validation.",
    )
    code = written.script.read_text()
    assert 'HERE / "pets"' in code
    assert 'CLASSES = ["cat", "dog"]' in code
    assert checked(written.script)["subsets"] == {"training 12, validation 6"}


def test_a_table_of_mixed_columns_separators_and_missing_values(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": i,
            "Größe": "" if i == 3 else f"{1.5 + i / 10:.2f}",
            "rooms": i % 4,
            "kind": ("flat", "house")[i % 2],
            "note": f"a long remark number {i} that is no category",
            "price": round(100 + 7.3 * i, 1),
        }
        for i in range(30)
    ]
    own = table(tmp_path / "elsewhere" / "homes.csv", rows, delimiter=";")
    folder = tmp_path / "new"
    written = write_script(folder, Choice("tabular", "csv", own))
    code = written.script.read_text()
    assert 'TARGET = "kind"' in code  # the last column with classes
    assert '"Größe"' in code
    assert '"note"' not in code
    assert '"id"' not in code
    checked(written.script)


def test_a_number_to_predict_makes_a_regression(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    rows: list[dict[str, object]] = [
        {"x": x, "y": 2 * x + chance.normal()} for x in chance.normal(size=40)
    ]
    own = table(tmp_path / "line.csv", rows)
    written = write_script(tmp_path / "new", Choice("tabular", "csv", own))
    parts = checked(written.script)
    assert parts["loss"] == {"mse"}
    assert parts["metric"] == {"mae"}


def test_the_label_can_be_named(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"a": i % 2, "b": i % 3, "name": f"row {i}", "label": i % 4} for i in range(24)
    ]
    own = table(tmp_path / "own.csv", rows)
    named = write_script(tmp_path / "new", Choice("tabular", "csv", own, label="b"))
    assert 'TARGET = "b"' in named.script.read_text()
    checked(named.script)
    for wrong, expected in (("c", "is not there"), ("name", "too many different values")):
        with pytest.raises(IntegrationError, match=expected) as caught:
            write_script(tmp_path / "other", Choice("tabular", "csv", own, label=wrong))
        assert "a, b, label" in str(caught.value.fix)


def test_arrays_split_by_subset_channels_first_and_scaled(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    own = tmp_path / "digits.npz"
    arrays = {}
    for part, count in (("train", 20), ("test", 10)):
        arrays[f"x_{part}"] = chance.random((count, 1, 9, 9), dtype=np.float32)
        arrays[f"y_{part}"] = np.arange(count) % 3
    np.savez(own, **arrays)
    written = write_script(tmp_path, Choice("image-classification", "numpy", own))
    code = written.script.read_text()
    assert 'CLASSES = ["0", "1", "2"]' in code
    report = check_script(written.script, samples_per_subset=3, progress=Silent())
    assert report.passed
    by_kind = {part.kind: part for part in report.parts}
    assert by_kind["subsets"].detail == "training 20, test 10"
    assert by_kind["input"].range is not None
    assert by_kind["input"].range[1] > 0.8  # neither 0..255 nor crushed to 0


def test_masks_of_0_and_255_are_two_classes(tmp_path: Path) -> None:
    from PIL import Image

    own = tmp_path / "cells"
    pictures(own, [f"images/{i}.png" for i in range(8)], size=(16, 16))
    (own / "masks").mkdir()
    for i in range(8):
        shape = (16 + i % 3, 16)
        mask = np.zeros(shape, np.uint8)
        mask[: 4 + i] = 255
        Image.fromarray(mask).save(own / "masks" / f"{i}.png")
    written = write_script(tmp_path, Choice("segmentation", "folder", own))
    assert 'CLASSES = ["background", "class 1"]' in written.script.read_text()
    checked(written.script)


WRONG_DATA = {
    "an empty folder": ("image-classification", "folder", lambda p: p.mkdir(), "0 pictures"),
    "a file for a folder": ("text", "folder", lambda p: p.write_text("a"), "no folder"),
    "a folder for a table": ("text", "csv", lambda p: p.mkdir(), "a folder"),
    "an empty table": ("text", "csv", lambda p: p.write_text(""), "does not name"),
    "a table without labels": (
        "time-series",
        "csv",
        lambda p: p.write_text("a,b\n" + "".join(f"{i}.5,{i}.25\n" for i in range(9))),
        "can be the label",
    ),
    "a binary table": ("tabular", "csv", lambda p: p.write_bytes(b"\xff\xfe\0\1" * 9), "be read"),
    "a table of pictures that are not there": (
        "image-classification",
        "csv",
        lambda p: p.write_text("file,label\n" + "no.png,a\nno.png,b\n" * 4),
        "not there",
    ),
    "arrays that are none": ("tabular", "numpy", lambda p: p.write_text("no"), "no .npz file"),
}


@pytest.mark.parametrize("case", WRONG_DATA)
def test_data_that_is_not_what_was_said_is_told_before_anything_is_written(
    case: str, tmp_path: Path
) -> None:
    task, data, make, expected = WRONG_DATA[case]
    own = tmp_path / "own"
    make(own)
    with pytest.raises(IntegrationError, match=re.escape(expected)) as caught:
        write_script(tmp_path / "new", Choice(task, data, own))
    assert caught.value.fix
    assert not (tmp_path / "new" / "integration.py").exists()


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    own = tmp_path / "evil.npz"
    np.savez(own, inputs=np.array([{"a": 1}] * 6, object), labels=np.arange(6))
    with pytest.raises(IntegrationError, match="plain arrays"):
        write_script(tmp_path / "new", Choice("tabular", "numpy", own))
