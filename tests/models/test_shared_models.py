"""Every real model file: opened, compared with its own runtime, scored, differentiated, timed.

The measured table is docs/reference/models.md. With ``PERCEPTA_WRITE_DOCS=1`` these tests write it; otherwise
every column but the times must agree with it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from percepta.core.errors import ModelError
from percepta.models import Model, open_model
from tests.models import shared_models_page as page
from tests.models.shared_models import (
    CASES,
    UNREAD,
    Array,
    Case,
    Run,
    Samples,
    module_with_weights,
    own_runtime,
)

WRITE = os.environ.get("PERCEPTA_WRITE_DOCS") == "1"
BATCH = 50
FEW = 8


@pytest.fixture(scope="module")
def models(data: Path) -> Path:
    folder = data / "models"
    if not folder.is_dir():
        pytest.skip(f"no models in {data}")
    return folder


def test_every_file_is_looked_at(models: Path) -> None:
    suffixes = (".onnx", ".h5", ".keras", ".pth", ".pt", ".pt2", ".tflite")
    found = {path.relative_to(models).as_posix() for path in models.rglob("*.*")}
    known = {case.file for case in CASES} | set(UNREAD)
    assert {name for name in found if name.endswith(suffixes)} <= known


@pytest.mark.timeout(120)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file)
def test_a_file_is_read_agrees_and_is_as_good_as_published(case: Case, models: Path) -> None:
    path = models / case.file
    if not path.exists():
        pytest.skip(f"{case.file} is not there")
    samples = case.samples(models.parent)
    source: Any = path if case.module is None else module_with_weights(case, path)
    model = open_model(source, example={"x": samples.inputs[:4]}, outputs=["y"], device="cpu")
    own = own_runtime(case, path)
    try:
        row = page.Row(
            file=case.file,
            read="yes" if case.module is None else "yes, with its module",
            parity=parity(model, own, few(samples)),
            score=score(case, model, samples),
            published=case.published,
            scored_as=case.scored_as,
            layers=captured(model, few(samples)),
            gradients=gradients(model, samples),
            milliseconds=times(model, own, few(samples, 200)) if WRITE else None,
        )
    finally:
        model.close()
    assert row.parity <= 1e-4
    assert row.score == pytest.approx(case.published, abs=5.5e-4)
    if isinstance(row.gradients, float):
        assert row.gradients <= page.SLOPE
    page.agree(row, write=WRITE)


@pytest.mark.parametrize("file", UNREAD)
def test_a_file_that_is_not_read_says_what_to_do(file: str, models: Path) -> None:
    if not (models / file).exists():
        pytest.skip(f"{file} is not there")
    with pytest.raises(ModelError) as caught:
        open_model(models / file, example={"x": np.zeros((1, 1), np.float32)})
    assert caught.value.fix is not None
    page.agree(page.Unread(file, caught.value.fix), write=WRITE)


def few(samples: Samples, most: int = FEW) -> Array:
    """The first samples: as many as asked for, or fewer where they are large."""
    return samples.inputs[: min(most, max(2, 2_000_000 // samples.inputs[0].size))]


def run(model: Model, batch: Array) -> Array:
    """Run a batch; ``[B, ...]`` out."""
    return model.forward({"x": batch}).outputs["y"]


def parity(model: Model, own: Run, batch: Array) -> float:
    """Greatest difference from the file's own runtime, as a share of the largest output."""
    mine, theirs = run(model, batch), own(batch)
    assert mine.shape == theirs.shape
    return float(np.abs(mine - theirs).max() / np.abs(theirs).max())


def score(case: Case, model: Model, samples: Samples) -> float:
    """The score over all samples, batch by batch (what is scored needs no more than the classes)."""
    count = len(samples.inputs)
    parts = []
    for start in range(0, count, BATCH):
        outputs = run(model, samples.inputs[start : start + BATCH])
        parts.append(np.eye(outputs.shape[-1], dtype=bool)[outputs.argmax(axis=-1)])
    return case.score(np.concatenate(parts), samples.truth)


def captured(model: Model, batch: Array) -> int:
    """Number of layers whose pooled responses come, each as wide as it says and finite."""
    result = model.forward({"x": batch}, [layer.name for layer in model.layers])
    for layer in model.layers:
        for pooled in (result.mean[layer.name], result.max[layer.name]):
            assert pooled.shape == (len(batch), layer.width)
            assert np.isfinite(pooled).all()
    return len(model.layers)


def gradients(model: Model, samples: Samples) -> float | str:
    """How far input gradients are from finite differences of the forward pass, as a share; or why not."""
    if model.no_gradients is not None:
        return f"no: {model.no_gradients}"
    random = np.random.default_rng(0)
    batch = few(samples)
    if samples.weighted:  # a flat background has no derivative: maxima tie there
        noise = random.standard_normal(batch.shape).astype(np.float32)
        batch = batch + np.float32(0.1) * batch.std() * noise
    outputs = run(model, batch)
    weights = random.standard_normal(outputs.shape[-1]).astype(np.float32)
    mixed = Mixed(weights, logarithm=bool(outputs.min() >= 0))

    def target(outputs: Any, responses: Any) -> torch.Tensor:
        return mixed.of_tensor(outputs["y"])

    names = [layer.name for layer in model.layers]
    if not samples.weighted:
        found = model.gradients({"x": batch}, target, of_layers=names)
        assert all(np.abs(found.layers[name]).max() > 0 for name in names)
        return "of layers: token numbers have none"
    found = model.gradients({"x": batch}, target, of_inputs=["x"], of_layers=names)
    assert all(np.isfinite(found.layers[name]).all() for name in names)
    return max(difference(model, batch, found.inputs["x"], part, mixed) for part in (0, 1, 2))


@dataclass(frozen=True)
class Mixed:
    """What is differentiated: a random mixture of the classes, averaged over positions.

    Attributes:
        weights: ``[C]``.
        logarithm: mix the logarithms, for probabilities: a certain softmax hardly moves, its logarithm does.
    """

    weights: Array
    logarithm: bool

    def of_tensor(self, outputs: torch.Tensor) -> torch.Tensor:
        """``[B, ..., C] -> [B]``, differentiable."""
        scores = outputs.clamp_min(1e-30).log() if self.logarithm else outputs
        mixed = (scores * torch.from_numpy(self.weights)).sum(dim=-1)
        return mixed.reshape(len(mixed), -1).mean(dim=1)

    def of_array(self, outputs: Array) -> Array:
        """The same in float64."""
        scores = np.log(np.maximum(outputs, 1e-30)) if self.logarithm else outputs
        mixed = (scores.astype(np.float64) * self.weights).sum(axis=-1)
        return mixed.reshape(len(mixed), -1).mean(axis=1)


def difference(model: Model, batch: Array, gradient: Array, part: int, mixed: Mixed) -> float:
    """Compare along the gradient: along all of it (0), or half of its entries (1, 2).

    A step too large meets a bend, a step too small drowns in rounding: the best of six counts.
    """
    halves = np.random.default_rng(1).random(gradient.shape) < 0.5
    kept = gradient * (1.0 if part == 0 else halves if part == 1 else ~halves)
    axes = tuple(range(1, batch.ndim))
    length = np.sqrt(np.square(kept, dtype=np.float64).sum(axis=axes))
    direction = (kept / length.reshape((-1,) + (1,) * (batch.ndim - 1))).astype(np.float32)
    reach = np.sqrt(np.square(batch, dtype=np.float64).sum(axis=axes)).mean()
    best = np.full(len(batch), np.inf)
    for step in reach * np.array([3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4]):
        ahead = (batch + step * direction).astype(np.float32)
        back = (batch - step * direction).astype(np.float32)
        moved = ((ahead - back) * direction).sum(axis=axes)
        rise = mixed.of_array(run(model, ahead)) - mixed.of_array(run(model, back))
        best = np.minimum(best, np.abs(rise / moved / length - 1))
    return float(np.median(best))


def times(model: Model, own: Run, batch: Array) -> tuple[float, float]:
    """Milliseconds of CPU a sample: the own runtime's forward, and percepta's with every layer captured."""
    names = [layer.name for layer in model.layers]

    def took(go: Any) -> float:
        go()
        rounds = []
        for _ in range(3):
            started = time.process_time()
            go()
            rounds.append(time.process_time() - started)
        return min(rounds) / len(batch) * 1000

    def pieces() -> list[Array]:
        return [batch[start : start + BATCH] for start in range(0, len(batch), BATCH)]

    return (
        took(lambda: [own(piece) for piece in pieces()]),
        took(lambda: [model.forward({"x": piece}, names) for piece in pieces()]),
    )
