"""``percepta init`` in a terminal: options, questions, what it prints."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest


class Terminal(io.StringIO):
    """A standard input with a person at it."""

    def isatty(self) -> bool:
        return True


def test_it_says_what_it_found_and_what_comes_next(percepta: Any, tmp_path: Path) -> None:
    made = percepta("init", tmp_path / "a", "--task", "text", "--data", "csv")
    assert made.code == 0
    assert "64 made-up samples" in made.err
    assert f"percepta check {tmp_path / 'a'}" in made.err
    own = tmp_path / "a" / "data.csv"
    fitted = percepta("init", tmp_path / "b", "--task", "text", "--path", own, "--json").json
    assert fitted["data"] is None
    assert "2 classes: negative, positive." in fitted["found"]
    assert str(own) in Path(fitted["script"]).read_text()


def test_without_a_terminal_it_says_which_option_is_missing(
    percepta: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    told = percepta("init", tmp_path / "new")
    assert told.code == 1
    assert "--task with one of: image-classification" in told.err
    assert not (tmp_path / "new").exists()


def test_on_a_terminal_it_asks(
    percepta: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("6\n9\n3\n"))  # there is no ninth form of data
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda self: True)
    made = percepta("init", tmp_path)
    assert made.code == 0, made.err
    assert "What does your model do?" in made.err
    assert (tmp_path / "data.npz").is_file()
    assert "time series from numpy" in (tmp_path / "integration.py").read_text()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--task", "segmentation", "--data", "csv"), "datasets, folder, numpy"),
        (("--task", "juggling", "--data", "csv"), "no task 'juggling'"),
        (("--task", "text", "--data", "xml"), "no data 'xml'"),
        (("--task", "text", "--path", "nowhere.csv"), "no such data"),
        (("--task", "text", "--data", "csv", "--model", "no.onnx"), "no model file"),
        (("--task", "text", "--data", "datasets", "--path", "."), "made by your code"),
    ],
)
def test_what_cannot_be_is_told(
    percepta: Any, tmp_path: Path, options: tuple[str, ...], expected: str
) -> None:
    told = percepta("init", tmp_path / "new", *options)
    assert told.code == 1
    assert expected in told.err
    assert "do:" in told.err
    assert not (tmp_path / "new").exists()


def test_a_model_file_is_named_and_gives_the_size_of_the_pictures(
    percepta: Any, tmp_path: Path, data: Path
) -> None:
    model = data / "models" / "cifar10" / "mlperftiny_resnet8.converted.onnx"
    made = percepta(
        "init", tmp_path / "new", "--task", "image-classification", "--model", model, "--json"
    )
    code = Path(made.json["script"]).read_text()
    assert f'return Path("{model.resolve()}")' in code
    assert "SIZE = 32 " in code
    model = data / "models" / "segmentation" / "deeplabv3_257_mv_gpu.converted.onnx"
    made = percepta("init", tmp_path / "seg", "--task", "segmentation", "--model", model, "--json")
    assert "SIZE = 257 " in Path(made.json["script"]).read_text()
