"""The MNIST example, as it is written for the real package: evaluated, and called by hand."""

from __future__ import annotations

import gzip
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from percepta.core.progress import Silent
from percepta.core.subsets import Subset
from percepta.engine.evaluate import evaluate
from percepta.engine.options import EvaluateOptions
from percepta.integration import load_script
from percepta.storage import Run, Workspace

os.environ.setdefault("KERAS_BACKEND", "torch")

PROJECT = Path(__file__).parent / "mnist"
SPLIT = 48_000
EACH = 150


@pytest.fixture
def pictures(data: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Images uint8 [60000, 28, 28] and labels; scripts find the data by themselves."""
    monkeypatch.setenv("GENERIC_HOST_PATH", str(data))
    folder = data / "mnist"
    raw = gzip.decompress((folder / "train-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / "train-labels-idx1-ubyte.gz").read_bytes())
    images = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)
    return images, np.frombuffer(labels, np.uint8, offset=8)


def run(script: Path, workspace: Path, limit: int) -> Run:
    integration = load_script(script)
    return evaluate(
        Workspace.open(workspace),
        integration,
        integration.make_model(),
        project="mnist",
        options=EvaluateOptions(limit=limit, batch_size=32),
        progress=Silent(),
    )


def chosen(run: Run) -> np.ndarray[Any, Any]:
    """Positions among the 60,000 of the rows of a run."""
    offsets = {Subset.TRAINING: 0, Subset.VALIDATION: SPLIT}
    found = np.empty(run.n, np.int64)
    for subset, rows in run.subsets.items():
        ids = [int(value) for value in run.values("sample_id")[rows.start : rows.stop]]
        found[rows.start : rows.stop] = np.array(ids) + offsets[subset]
    return found


def test_the_onnx_example_gives_the_losses_of_its_own_runtime(
    pictures: Any, data: Path, workspace_path: Path
) -> None:
    import onnxruntime

    images, labels = pictures
    made = run(PROJECT / "onnx_integration.py", workspace_path, EACH)
    rows = chosen(made)
    session = onnxruntime.InferenceSession(str(data / "models" / "mnist" / "mnist-12.onnx"))
    name = session.get_inputs()[0].name
    logits = np.concatenate(
        [session.run(None, {name: images[row][None, None].astype(np.float32)})[0] for row in rows]
    ).astype(np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    expected = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(rows)), labels[rows]]

    assert made.n == 2 * EACH
    assert np.asarray(made.values("loss")) == pytest.approx(expected, abs=1e-3)
    assert np.asarray(made.values("metrics_index")).tolist() == logits.argmax(axis=1).tolist()
    assert np.asarray(made.values("digit_label")).tolist() == labels[rows].tolist()


def test_the_keras_example_gives_the_losses_of_the_model(
    pictures: Any, data: Path, workspace_path: Path
) -> None:
    keras = pytest.importorskip("keras")
    import torch

    images, labels = pictures
    made = run(PROJECT, workspace_path, 40)
    rows = chosen(made)
    model = keras.models.load_model(data / "models" / "mnist" / "tensorleap_mnist.h5")
    given = (images[rows] / 255).astype(np.float32)[:, None, :, :, None]
    with torch.no_grad():
        answers = [model(torch.from_numpy(one), training=False).numpy() for one in given]
    scores = np.concatenate(answers)
    expected = -np.log(np.clip(scores[np.arange(len(rows)), labels[rows]], 1e-7, 1))
    means = np.stack([images[:SPLIT][labels[:SPLIT] == d].mean(axis=0) / 255 for d in range(10)])
    distance = np.linalg.norm(images[rows] / 255 - means[labels[rows]], axis=(1, 2))

    losses = np.asarray(made.values("loss"))
    assert losses == pytest.approx(expected, abs=1e-3)
    assert np.asarray(made.values("distance_to_mean")) == pytest.approx(distance, rel=1e-4)


def test_the_sample_of_the_documents_is_as_far_from_its_mean_as_they_say(pictures: Any) -> None:
    made = load_script(PROJECT)
    validation = made.load_subsets()[1]
    [reading] = made.read(validation, [11701])
    assert reading.metadata["digit_label"] == 5
    assert reading.metadata["distance_to_mean"] == pytest.approx(7.711, abs=5e-4)


def test_the_integration_test_can_be_called_by_hand(
    pictures: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    integration = load_script(PROJECT / "onnx_integration.py")
    module = next(
        sys.modules[name]
        for name in reversed(sys.modules)
        if name.startswith("percepta_script_") and name.endswith("onnx_integration")
    )
    with pytest.warns(UserWarning, match="a batch axis is added"):
        module.integration_test(3, integration.load_subsets()[0].data)
    assert capsys.readouterr().out == "Successful!\n"
    model = module.load_model()
    pixels = np.zeros((2, 1, 28, 28))
    assert model.fixed_batch_size is None
    with pytest.raises(ValueError, match="the model has no input 'x'"):
        model.run(None, {"x": pixels})
    with pytest.raises(KeyError, match="Input3"):
        model.run(None, {})
    assert model.run(None, {"Input3": pixels[:1]})[0].shape == (1, 10)
