"""What heat maps must show on models that people use (promise T17): MNIST by Keras and by ONNX."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from percepta.analysis.attribution import METHODS, Method
from percepta.analysis.attribution.faithfulness import faithfulness
from percepta.analysis.attribution.fusing import enlarge
from percepta.analysis.attribution.gradients import IntegratedGradients
from percepta.core.progress import Silent
from percepta.core.targets import ClassTarget, LossTarget
from percepta.engine.evaluate import evaluate
from percepta.engine.explain import Explainer
from percepta.engine.explanation import FUSED, Wish
from percepta.integration import Prediction, from_datasets
from percepta.models import Model, open_model
from percepta.models.keras_backend import import_keras
from percepta.storage import Workspace

FIRST_OF_VALIDATION = 48_000
SEED_SAMPLE = 11_701
IDS = [*range(8), SEED_SAMPLE]
LABELS = [str(digit) for digit in range(10)]
BY_GRADIENTS = [method for method in METHODS if method.needs_gradients]

by_gradients = pytest.mark.parametrize("method", BY_GRADIENTS, ids=lambda method: method.name)


@dataclass
class Mnist:
    explainer: Explainer
    source: Path
    labels: np.ndarray

    def wish(self, row: int, method: Method, **more: Any) -> Wish:
        target = ClassTarget("scores", int(self.labels[row]))
        return Wish((row,), (target,), method=method.name, **more)

    def map(self, row: int, method: Method) -> np.ndarray:
        return self.explainer.explain(self.wish(row, method)).maps[-1].values

    def randomised(self) -> Model:
        """Open the same network with its weights shuffled, each array within itself."""
        random = np.random.default_rng(0)
        example = self.explainer.ask([0, 1]).inputs
        if self.source.suffix == ".onnx":
            network = onnx.load(self.source)
            for weights in network.graph.initializer:
                values = numpy_helper.to_array(weights)
                if values.dtype == np.float32:
                    shuffled = random.permutation(values.ravel()).reshape(values.shape)
                    weights.CopyFrom(numpy_helper.from_array(shuffled, weights.name))
            path = self.explainer.run.folder.parent / "randomised.onnx"
            onnx.save(network, path)
            return open_model(path, example=example, outputs=["scores"], device="cpu")
        live = import_keras().models.load_model(self.source, compile=False)
        for variable in live.variables:
            values = variable.value.detach().cpu().numpy()
            variable.assign(random.permutation(values.ravel()).reshape(values.shape))
        return open_model(live, example=example, outputs=["scores"], device="cpu")


@pytest.fixture(scope="module", params=["tensorleap_mnist.h5", "mnist-12.onnx"])
def mnist(
    request: pytest.FixtureRequest, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mnist]:
    source = data / "models" / "mnist" / request.param
    if not source.exists() or not (data / "mnist").exists():
        pytest.skip(f"no MNIST or no {request.param} among the data")
    pixels = read(data / "mnist" / "train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    labels = read(data / "mnist" / "train-labels-idx1-ubyte.gz", 8)
    keras = source.suffix == ".h5"  # takes ink from 0 to 1, channels last, and gives probabilities
    items = [
        (picture[..., None] / np.float32(255) if keras else picture[None].astype(np.float32), label)
        for picture, label in zip(
            pixels[FIRST_OF_VALIDATION:][IDS],
            labels[FIRST_OF_VALIDATION:][IDS].tolist(),
            strict=True,
        )
    ]
    integration = from_datasets(
        {"validation": items},
        ids={"validation": IDS},
        predictions=[Prediction("scores", LABELS, activation="none" if keras else "softmax")],
    )
    workspace = Workspace.open(tmp_path_factory.mktemp("mnist"))
    run = evaluate(workspace, integration, source, project="mnist", progress=Silent())
    explainer = Explainer.open(run, integration, source, device="cpu")
    yield Mnist(explainer, source, labels[FIRST_OF_VALIDATION:][IDS])
    explainer.close()


def read(path: Path, header: int) -> np.ndarray:
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


@by_gradients
def test_deletion_beats_random_for_every_gradient_method(mnist: Mnist, method: Method) -> None:
    """At the last layer with positions, where one weight a channel means something, or at the input."""
    gains = []
    for row in range(8):
        wish = mnist.wish(row, method)
        heat = [one for one in mnist.explainer.explain(wish).maps if one.layer != FUSED][-1]
        question = mnist.explainer.question(mnist.explainer.ask([row]), wish.targets)
        fine = enlarge(heat.values[None], (28, 28))
        curves = faithfulness(question, heat.over, fine, steps=8, random_orders=2)
        gains.append(curves.deletion_gain)
    assert np.mean(gains) > 0
    assert np.mean(np.asarray(gains) > 0) >= 0.75


def test_integrated_gradients_are_complete(mnist: Mnist) -> None:
    for row in range(2):
        question = mnist.explainer.question(
            mnist.explainer.ask([row]),
            [ClassTarget("scores", int(mnist.labels[row]))],
            signed=True,
        )
        empty = {name: np.zeros_like(array) for name, array in question.inputs.items()}
        gained = question.subject.values(question.inputs) - question.subject.values(empty)
        [heat] = IntegratedGradients(steps=64).attribute(question).inputs.values()
        assert heat.sum() == pytest.approx(gained[0], rel=0.03)


@by_gradients
def test_other_weights_give_another_map(mnist: Mnist, method: Method) -> None:
    other = Explainer(mnist.explainer.run, mnist.explainer.integration, mnist.randomised())
    try:
        random = replace(mnist, explainer=other)
        agreement = [
            np.corrcoef(mnist.map(row, method).ravel(), random.map(row, method).ravel())[0, 1]
            for row in range(3)
        ]
    finally:
        other.close()
    assert np.nanmean(agreement) < 0.7


@pytest.mark.parametrize("method", METHODS[:7], ids=lambda method: method.name)
def test_many_samples_at_once_are_each_alone(mnist: Mnist, method: Method) -> None:
    targets = (ClassTarget("scores", 3), ClassTarget("scores", 8))
    together = mnist.explainer.explain(Wish((0, 1, 2), targets, method=method.name))
    scale = max(np.abs(heat.values).max() for heat in together.maps)
    for heat in together.maps:
        alone = mnist.explainer.explain(
            Wish((heat.row,), (targets[heat.target],), method=method.name)
        )
        same = next(one for one in alone.maps if one.layer == heat.layer)
        np.testing.assert_allclose(heat.values, same.values, rtol=2e-3, atol=1e-4 * scale)


def test_the_maps_of_two_classes_of_the_seeds_sample(mnist: Mnist) -> None:
    row = IDS.index(SEED_SAMPLE)
    targets = (ClassTarget("scores", 6), ClassTarget("scores", 0), LossTarget("cross_entropy"))
    answer = mnist.explainer.explain(Wish((row,), targets))
    maps = {heat.target: heat.values for heat in answer.maps if heat.layer == FUSED}
    assert all(np.isfinite(heat).all() and np.abs(heat).max() > 0 for heat in maps.values())
    assert np.corrcoef(maps[0].ravel(), maps[1].ravel())[0, 1] < 0.9
    assert np.isfinite(answer.values).all()
    loss = mnist.explainer.run.values("loss")[row]
    assert answer.values[0, 2] == pytest.approx(loss, rel=1e-3)
