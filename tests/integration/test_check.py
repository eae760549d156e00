"""Checking a script: every part in the report, every kind of failure and warning."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from percepta.core.errors import ModelError
from percepta.integration import CheckReport, check, load_script
from tests.integration.scripts import GOOD, changed, write


@dataclass
class Forward:
    outputs: dict[str, Any]


class Toy:
    """A model: scores are sums over two thirds of the picture."""

    def __init__(self, function: Callable[[Any], Any] | None = None, max_batch: int | None = None):
        self.function = function or (lambda image: image.reshape(len(image), 3, 2).sum(2))
        self.max_batch = max_batch
        self.batches: list[int] = []

    def forward(self, inputs: Mapping[str, Any], capture: Sequence[str] = ()) -> Forward:
        self.batches.append(len(inputs["image"]))
        return Forward({"scores": self.function(inputs["image"])})


def report_of(folder: Path, text: str = GOOD, model: Any = None) -> CheckReport:
    """Check a script with a model."""
    toy = model or Toy()
    return check(load_script(write(folder, text)), lambda example: toy)


def test_a_good_script_passes_with_every_part(tmp_path: Path) -> None:
    report = report_of(tmp_path)
    assert report.passed
    assert report.warnings == ()
    assert [(part.kind, part.name) for part in report.parts] == [
        ("subsets", "subsets"),
        ("input", "image"),
        ("ground_truth", "digit"),
        ("metadata", "style"),
        ("model", "model"),
        ("prediction", "scores"),
        ("loss", "cost"),
        ("metric", "closeness"),
        ("visualizer", "picture"),
    ]
    by_kind = {part.kind: part for part in report.parts}
    assert by_kind["subsets"].detail == "training 30, validation 10"
    assert (by_kind["input"].shape, by_kind["input"].dtype) == ((1, 2, 3), "float32")
    assert by_kind["input"].range == (0, 1)
    assert by_kind["ground_truth"].range == (0, 2)
    assert by_kind["metadata"].detail == "style_mean, style_even"
    assert by_kind["prediction"].shape == (3,)
    assert by_kind["visualizer"].detail == "Image"
    for part in report.parts:
        assert (part.ms_per_sample is None) == (part.kind in ("subsets", "prediction"))


def test_the_report_is_json(tmp_path: Path) -> None:
    document = json.loads(json.dumps(report_of(tmp_path).to_json(), allow_nan=False))
    assert document["passed"] is True
    assert document["parts"][1]["shape"] == [1, 2, 3]


def test_a_spread_is_tried_not_just_the_first(tmp_path: Path) -> None:
    line = "    return samples.data[sample_id]\n\n@pc.ground"
    text = changed(
        line, f"    if sample_id == 29:\n        raise ValueError('the last one')\n{line}"
    )
    report = report_of(tmp_path, text)
    assert not report.passed
    [finding] = report.parts[1].findings
    assert finding.sample == "training/29"
    assert finding.function == "image"
    assert finding.file is not None and finding.file.endswith("script.py")


def test_batch_1_models_are_fed_one_by_one(tmp_path: Path) -> None:
    toy = Toy(max_batch=1)
    assert report_of(tmp_path, model=toy).passed
    assert set(toy.batches) == {1}


def test_without_a_model_the_rest_is_checked(tmp_path: Path) -> None:
    report = check(load_script(write(tmp_path)))
    assert report.passed
    assert [part.kind for part in report.parts] == ["subsets", "input", "ground_truth", "metadata"]


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        (
            "    data = np.linspace",
            "    return []\n    data = np.linspace",
            "subsets",
            "no samples",
        ),
        ("    return sample_id % 3", "    return None", "ground_truth", "digit() returned None"),
        (
            "    return sample_id % 3",
            "    return [0] * (1 + (sample_id == 0))",
            "ground_truth",
            "returned shape (2,), but for",
        ),
        (
            '"even": sample_id % 2 == 0',
            '"even": [1]',
            "metadata",
            "returned a list for the key 'even'",
        ),
        (
            "np.abs(scores.argmax(axis=1) - digit)",
            "np.float32(1) * digit.mean()",
            "loss",
            "returned one number for a batch of 8",
        ),
        ("np.abs(scores.argmax(axis=1) - digit)", "np.log(-1.0 - digit)", "loss", "'cost' is NaN"),
        (
            '"low": prediction.min(axis=1)',
            '"low": prediction',
            "metric",
            "shape (8, 3) for the key 'low'",
        ),
        (
            "pc.Image(image[0] * 255)",
            "pc.Image(image)*1",
            "visualizer",
            "picture() raised TypeError",
        ),
        ("pc.Image(image[0] * 255)", "pc.Image(image[0] * 1000)", "visualizer", "outside 0..255"),
        (
            'labels=["a", "b", "c"]',
            'labels=["a", "b"]',
            "prediction",
            "has 2 labels, but the model gives 3",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_failing_part_is_named(tmp_path: Path, old: str, new: str, kind: str, said: str) -> None:
    report = report_of(tmp_path, changed(old, new))
    assert not report.passed
    failed = [part for part in report.parts if not part.passed]
    assert failed[0].kind == kind
    finding = failed[0].findings[0]
    assert said in finding.message
    assert finding.fix
    if kind != "prediction":
        assert finding.file is not None and finding.line is not None


def test_many_failures_are_summed_up(tmp_path: Path) -> None:
    report = report_of(tmp_path, changed("    return sample_id % 3", "    return None"))
    truth = next(part for part in report.parts if part.kind == "ground_truth")
    assert len(truth.findings) == 3
    assert truth.detail == "13 more samples failed"


def test_a_model_that_cannot_be_opened_or_run(tmp_path: Path) -> None:
    def refuse(example: Any) -> Any:
        raise ModelError("The file is no model.", fix="Export it again.")

    integration = load_script(write(tmp_path))
    report = check(integration, refuse)
    assert report.parts[-1].kind == "model"
    assert report.parts[-1].findings[0].message == "The file is no model."

    def crash(image: Any) -> Any:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    report = report_of(tmp_path, model=Toy(crash))
    assert not report.passed
    assert "mat1 and mat2" in report.parts[-1].findings[0].message


@pytest.mark.parametrize(
    ("text", "function", "said"),
    [
        (GOOD, lambda image: np.zeros((len(image), 3)), "'scores' is the same for all 16 samples"),
        (
            GOOD,
            lambda image: np.full((len(image), 3), np.nan),
            "'scores' has values that are not finite",
        ),
        (
            changed('{"mean"', "{**({'odd': 1} if sample_id > 20 else {}), \"mean\""),
            None,
            "'style_odd' is given for",
        ),
        (
            changed('"even": sample_id % 2 == 0', '"even": "x" if sample_id < 9 else 1'),
            None,
            "of several types: int, str",
        ),
        (changed('"even": sample_id % 2 == 0', '"even": None'), None, "'style_even' has no value"),
        (changed('"validation", ids', '"additional", ids'), None, "no validation samples"),
        (
            changed("np.abs(scores.argmax(axis=1) - digit)", "np.ones(len(digit))"),
            None,
            "'cost' is 1 for all",
        ),
    ],
)
def test_what_looks_wrong_is_a_warning(tmp_path: Path, text: str, function: Any, said: str) -> None:
    report = report_of(tmp_path, text, Toy(function))
    assert any(said in warning.message for warning in report.warnings), report.warnings
    assert all(part.passed for part in report.parts if part.kind != "loss")


def test_a_script_without_loss_gets_the_defaults(tmp_path: Path) -> None:
    start, end = GOOD.index("@pc.loss"), GOOD.index("@pc.model")
    report = report_of(tmp_path, GOOD[:start] + GOOD[end:])
    assert report.passed
    assert [part.name for part in report.parts if part.kind in ("loss", "metric")] == [
        "cross_entropy",
        "accuracy",
    ]
