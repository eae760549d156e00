from __future__ import annotations

import numpy as np
import pytest

from tests.examples.conftest import Examples, mean

ONNX = "models/cifar10/mlperftiny_resnet8.converted.onnx"


def test_jpeg_costs_accuracy_and_so_does_what_people_disagree_on(examples: Examples) -> None:
    """The same network as .onnx, which is fastest; that the .h5 agrees is tested with the models."""
    examples.needs("cifar10", ONNX)
    run = examples.evaluate("cifar10", examples.data / ONNX, visuals=False)
    assert run.n == 13_000
    lossless = run.values("source") == "lossless"
    assert lossless.sum() == 4_000
    assert mean(run, "accuracy", where=lossless) == pytest.approx(0.930, abs=5e-4)
    assert mean(run, "accuracy", "test") == pytest.approx(0.765, abs=5e-4)
    doubted = np.array([value is True for value in run.values("label_doubted").tolist()])
    assert doubted.sum() == 32
    agree = np.asarray(run.values("people_agree"), np.float64)
    assert agree[:8_000].min() == 0
    test = np.arange(run.n) >= 8_000
    accuracy = [
        mean(run, "accuracy", where=test & (low <= agree) & (agree < high))
        for low, high in [(0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 0.999), (0.999, 2)]
    ]
    assert accuracy == sorted(accuracy)
    assert accuracy[0] < 0.45 < 0.8 < accuracy[-1]
