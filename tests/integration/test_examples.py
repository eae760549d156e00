"""The scripts under examples/, on the real data."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from percepta.core.subsets import SampleKey
from percepta.integration import (
    Batch,
    Reading,
    check,
    complete,
    from_datasets,
    load_script,
    measure,
    read_spread,
)

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class OnnxFile:
    """A model file, run as plainly as can be."""

    max_batch = 1

    def __init__(self, path: Path) -> None:
        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def forward(self, inputs: Mapping[str, Any], capture: Sequence[str] = ()) -> Any:
        [array] = inputs.values()
        [scores] = self.session.run(None, {self.session.get_inputs()[0].name: array})
        return type("Forward", (), {"outputs": {"digit": scores}})


@pytest.fixture
def mnist(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PERCEPTA_DATA", str(data))
    if not (data / "mnist").is_dir():
        pytest.skip("MNIST is not there")
    return data


def test_the_mnist_script_knows_the_sample_of_the_guide(mnist: Path) -> None:
    """Validation sample 11701: a 5 that is nearer to the mean 6 (6.83) than to the mean 5 (7.71)."""
    integration = load_script(EXAMPLES / "mnist_script.py")
    training, validation, test = integration.load_subsets()
    assert (len(training), len(validation), len(test)) == (48_000, 12_000, 10_000)
    [reading] = integration.read(validation, [11701])
    assert isinstance(reading, Reading)
    assert reading.ground_truths["digit"] == 5
    assert reading.metadata["distance_to_own_mean"] == pytest.approx(7.711, abs=5e-4)
    assert reading.metadata["distance_to_other_mean"] == pytest.approx(6.830, abs=5e-4)
    assert reading.metadata["nearest_mean_is_own"] is False


def test_holes_are_counted_as_a_person_would(mnist: Path) -> None:
    integration = load_script(EXAMPLES / "mnist_script.py")
    training = integration.load_subsets()[0]
    readings = integration.read(training, range(500))
    holes: dict[object, list[object]] = {}
    for reading in readings:
        assert isinstance(reading, Reading)
        holes.setdefault(reading.metadata["label"], []).append(reading.metadata["has_hole"])
        assert 0 < reading.metadata["stroke_width"] < 8  # type: ignore[operator]
    share = {label: np.mean(found) for label, found in holes.items()}  # type: ignore[arg-type]
    assert min(share[0], share[8]) > 0.85
    assert max(share[1], share[7]) < 0.1


def test_the_mnist_script_checks_with_a_model_file(mnist: Path) -> None:
    integration = load_script(EXAMPLES / "mnist_script.py")
    model = OnnxFile(mnist / "models" / "mnist" / "mnist-12.onnx")
    report = check(integration, lambda example: model, samples_per_subset=20)
    assert report.passed, report.to_json()
    accuracy = next(part for part in report.parts if part.name == "accuracy")
    assert accuracy.range is not None
    loss = next(part for part in report.parts if part.kind == "loss")
    assert loss.range is not None and loss.range[0] < 0.01


def module(name: str) -> ModuleType:
    """Import an example that is no script."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_cifar_datasets_and_network_agree(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERCEPTA_DATA", str(data))
    if not (data / "cifar10").is_dir():
        pytest.skip("CIFAR-10 is not there")
    example = module("cifar10_datasets")
    integration = from_datasets(
        {"training": example.training(), "validation": example.Validation()},
        loss=torch.nn.CrossEntropyLoss(),
        labels=example.NAMES,
    )
    network = example.network()
    accuracy = {}
    for samples in integration.load_subsets():
        ids = samples.ids[:1000]
        readings = integration.read(samples, ids)
        assert all(isinstance(reading, Reading) for reading in readings)
        pixels = np.stack([r.inputs["input"] for r in readings if isinstance(r, Reading)])
        truth = np.stack([r.ground_truths["target"] for r in readings if isinstance(r, Reading)])
        with torch.inference_mode():
            scores = network(torch.from_numpy(pixels)).numpy()
        finished = complete(integration, read_spread(integration), {"prediction": scores})
        keys = [SampleKey(samples.subset, sample_id) for sample_id in ids]
        batch = Batch(keys, {"input": pixels}, {"target": truth}, {"prediction": scores}, samples)
        measured = measure(finished, batch)
        assert measured.failures == {}
        accuracy[samples.subset.value] = measured.columns["accuracy"].mean()
    assert accuracy["training"] == pytest.approx(0.78, abs=0.04)
    assert accuracy["validation"] == pytest.approx(0.60, abs=0.04)


def test_the_script_of_the_how_to_grows_as_told(tmp_path: Path) -> None:
    page = (EXAMPLES.parent / "docs" / "how-to" / "integrate.md").read_text("utf-8")
    first, more = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1:3]
    assert sum(bool(line.strip()) for line in first.splitlines()) < 15
    for text, fields in ((first, 0), (first + more, 1)):
        (tmp_path / "script.py").write_text(text)
        integration = load_script(tmp_path / "script.py")
        assert len(integration.metadata) == fields
        network = integration.make_model()

        class Run:
            max_batch = None

            def forward(self, inputs: Any, capture: Any = (), network: Any = network) -> Any:
                with torch.inference_mode():
                    scores = network(torch.from_numpy(inputs["image"])).numpy()
                return type("Forward", (), {"outputs": {"scores": scores}})

        report = check(integration, lambda example, run=Run: run())
        assert report.passed, report.to_json()
        assert not report.warnings
