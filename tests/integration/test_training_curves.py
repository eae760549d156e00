"""Training curves: every form of log that trainings leave, and what is said of those that cannot be read."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from percepta.core.errors import IntegrationError
from percepta.core.training import MAX_POINTS, TrainingCurves, TrainingSeries
from percepta.integration import check, load_script, read_training_curves

Told = dict[tuple[str, str, str], list[tuple[float, float | None]]]


def told(curves: TrainingCurves) -> Told:
    return {
        (one.metric, one.subset, one.by): list(zip(one.at, one.values, strict=True))
        for one in curves.series
    }


def read(folder: Path, name: str, text: str) -> Told:
    (folder / name).write_text(text)
    return told(read_training_curves(folder / name))


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        {"metric": "loss", "subset": "training", "step": 2, "value": 1.0},
        {"metric": "loss", "subset": "training", "step": 1, "value": 2.0},
        {"metric": "loss", "subset": "validation", "epoch": 1, "value": None},
        {"metric": "loss", "subset": "validation", "epoch": 2, "value": 0.5},
        {"metric": "accuracy", "epoch": 1, "value": 0.25},
    ]
    text = "\n\n".join(map(json.dumps, lines))
    expected = {
        ("loss", "training", "step"): [(1, 2.0), (2, 1.0)],
        ("loss", "validation", "epoch"): [(1, None), (2, 0.5)],
        ("accuracy", "training", "epoch"): [(1, 0.25)],
    }
    assert read(tmp_path, "log.jsonl", text) == expected
    assert told(read_training_curves(lines)) == expected


def test_the_csv_of_keras(tmp_path: Path) -> None:
    text = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1.25,0.25,NA\n1,0.75,nan,0.5,1.5\n"
    assert read(tmp_path, "log.csv", text) == {
        ("accuracy", "training", "epoch"): [(0, 0.5), (1, 0.75)],
        ("loss", "training", "epoch"): [(0, 1.25), (1, None)],
        ("accuracy", "validation", "epoch"): [(0, 0.25), (1, 0.5)],
        ("loss", "validation", "epoch"): [(1, 1.5)],
    }


def test_the_csv_of_lightning(tmp_path: Path) -> None:
    text = (
        "epoch,lr,step,train_loss_epoch,train_loss_step,val/acc\n"
        "0,0.1,49,,1.0,\n0,0.1,99,,0.5,\n0,,99,0.75,,0.5\n1,0.01,149,,0.25,\n1,,199,0.25,,0.75\n"
    )
    assert read(tmp_path, "metrics.csv", text) == {
        ("lr", "training", "step"): [(49, 0.1), (99, 0.1), (149, 0.01)],
        ("loss", "training", "epoch"): [(0, 0.75), (1, 0.25)],
        ("loss", "training", "step"): [(49, 1.0), (99, 0.5), (149, 0.25)],
        ("acc", "validation", "epoch"): [(0, 0.5), (1, 0.75)],
    }


def test_a_history(tmp_path: Path) -> None:
    history = {"loss": [3, 2.5], "val_loss": [4, math.inf], "test_f1": np.array([0.5])}
    expected = {
        ("loss", "training", "epoch"): [(1, 3), (2, 2.5)],
        ("loss", "validation", "epoch"): [(1, 4), (2, None)],
        ("f1", "test", "epoch"): [(1, 0.5)],
    }

    class Fitted:
        """What `fit` of Keras returns."""

        def __init__(self) -> None:
            self.history = history

    assert told(read_training_curves(history)) == expected
    assert told(read_training_curves(Fitted())) == expected
    saved = json.dumps({"history": {**history, "test_f1": [0.5]}})
    assert read(tmp_path, "history.json", saved) == expected


def test_the_state_of_a_trainer(tmp_path: Path) -> None:
    log = [
        {"loss": 0.5, "epoch": 0.5, "step": 10},
        {"loss": 0.25, "epoch": 1.0, "step": 20},
        {"eval_loss": 0.375, "epoch": 1.0, "step": 20},
    ]
    assert read(tmp_path, "trainer_state.json", json.dumps({"log_history": log})) == {
        ("loss", "training", "epoch"): [(0.5, 0.5), (1, 0.25)],
        ("loss", "validation", "epoch"): [(1, 0.375)],
    }


def test_rows_without_a_place_are_epochs(tmp_path: Path) -> None:
    text = "phase,loss\nwarm,2\nhot,1\n"
    assert read(tmp_path, "plain.csv", text) == {("loss", "training", "epoch"): [(1, 2), (2, 1)]}


def test_what_was_logged_twice_counts_once() -> None:
    again = {"epoch": [1, 2, 1, 2], "loss": [4.0, 3.0, 2.0, 1.0]}
    curves = read_training_curves(again)
    assert curves.series[0].at == (1, 2)
    assert curves.series[0].values == (2.0, 1.0), "a training that was begun again"


def test_a_long_curve_is_thinned_evenly() -> None:
    points = [(float(step), step / 10) for step in range(5 * MAX_POINTS)]
    made = TrainingSeries.of("loss", "training", "step", points)
    assert len(made.at) == MAX_POINTS
    assert (made.at[0], made.at[-1]) == (points[0][0], points[-1][0])
    assert np.diff(made.at).max() <= 6


@pytest.mark.parametrize("nothing", [None, {}, [], {"loss": []}, {"loss": [math.nan]}, [{}]])
def test_nothing_is_no_curve(nothing: Any) -> None:
    assert not read_training_curves(nothing)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("log.txt", "loss 3", r"'log.txt'.*ends in .jsonl, .ndjson, .csv, .json"),
        ("log.jsonl", '{"metric": "loss", "step": 1, "value": 1}\nnonsense', "line 2 is no JSON"),
        ("log.jsonl", "[1]", "record 1 is .1., not a mapping"),
        (
            "log.jsonl",
            '{"metric": "loss", "value": 1}',
            "record 1: .* neither a 'step' nor an 'epoch'",
        ),
        (
            "log.jsonl",
            '{"metric": 3, "step": 1, "value": 1}',
            "'metric' and 'subset' must be texts",
        ),
        ("log.jsonl", '{"metric": "a", "step": 1, "value": "x"}', "record 1: is 'x', not a number"),
        ("log.csv", "epoch,loss\n0,1\n1,bad\n", "'loss' of row 2 is 'bad', not a number"),
        ("log.json", "{", "it is no JSON"),
        ("log.json", "3", "neither lists by metric nor a list of records"),
        ("log.json", '{"loss": 3}', "'loss' is 3, not a list of numbers"),
        ("log.csv", b"\xff\xfe\x00", "it is no text"),
    ],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(data)
    with pytest.raises(IntegrationError, match=message) as caught:
        read_training_curves(tmp_path / name)
    assert name in str(caught.value)


def test_what_is_no_log_is_said(tmp_path: Path) -> None:
    with pytest.raises(IntegrationError, match="No such file"):
        read_training_curves(tmp_path / "missing.csv")
    with pytest.raises(IntegrationError, match="of type int"):
        read_training_curves(3)
    with pytest.raises(IntegrationError, match="1,001 curves"):
        read_training_curves({f"m{at}": [1.0] for at in range(1001)})


SCRIPT = """
import numpy as np
import percepta as pc

@pc.subsets
def subsets():
    return [pc.Samples("training", range(3))]

@pc.input("x")
def x(sample_id, samples):
    return np.zeros(2, np.float32)

@pc.training_curves
def curves():
    {body}
"""


def script(folder: Path, body: str) -> Path:
    path = folder / "script.py"
    path.write_text(SCRIPT.format(body=body))
    return path


def test_a_script_tells_its_curves(tmp_path: Path) -> None:
    loaded = load_script(script(tmp_path, "return {'loss': [2, 1]}"))
    assert told(loaded.load_training()) == {("loss", "training", "epoch"): [(1, 2), (2, 1)]}
    part = next(part for part in check(loaded).parts if part.kind == "training_curves")
    assert (part.passed, part.detail) == (True, "loss (training)")


@pytest.mark.parametrize("body", ["raise ValueError('no log here')", "return 3"])
def test_a_check_points_at_the_function(tmp_path: Path, body: str) -> None:
    loaded = load_script(script(tmp_path, body))
    part = next(part for part in check(loaded).parts if part.kind == "training_curves")
    assert not part.passed
    assert part.findings[0].file == str(tmp_path / "script.py")
    with pytest.raises(IntegrationError) as caught:
        loaded.load_training()
    assert caught.value.where.function == "curves"


def test_a_script_tells_them_once(tmp_path: Path) -> None:
    twice = script(tmp_path, "return None")
    twice.write_text(twice.read_text() + "\n@pc.training_curves()\ndef more():\n    return None\n")
    with pytest.raises(IntegrationError, match=r"two functions under @percepta\.training_curves"):
        load_script(twice)
