"""A model as attribution methods see it: layouts of every kind, and memory that does not hold a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from percepta.core.errors import ModelMemoryError
from percepta.engine.explained import WeightedOutput
from percepta.engine.subject import ModelSubject
from percepta.models import Model, open_model
from tests.models.interface_cases import quiet
from tests.models.nets import export

STEPS, WIDTH, SAMPLES = 6, 4, 3
BATCH = {"x": np.random.default_rng(0).normal(size=(SAMPLES, STEPS, WIDTH)).astype(np.float32)}


class SequenceFirst(nn.Module):
    """Takes ``[B, T, C]`` and works on ``[T, B, C]`` inside, as many recurrent networks do."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.steps = nn.Linear(WIDTH, 5)
        self.head = nn.Linear(5, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(torch.tanh(self.steps(x.transpose(0, 1))).mean(0))


def opened(form: str, folder: Path) -> Model:
    net = SequenceFirst().eval()
    x = torch.from_numpy(BATCH["x"])
    if form == "pytorch":
        return open_model(net, example=BATCH, device="cpu")
    with quiet():
        if form == "onnx":
            return open_model(export(net, (x,), folder / "net.onnx", names=["x"]), example=BATCH)
        free = {"x": {0: torch.export.Dim.DYNAMIC}}
        program = torch.export.export(net, (), kwargs={"x": x}, dynamic_shapes=free)
    return open_model(program, example=BATCH, device="cpu")


@pytest.mark.parametrize("form", ["pytorch", "torch.export", "onnx"])
def test_a_sequence_first_response_has_its_samples_first(form: str, tmp_path: Path) -> None:
    model = opened(form, tmp_path)
    assert model.format == form
    layer = model.layers[0]
    assert (layer.batch_axis, layer.width) == (1, 5)
    output = model.outputs[0].name
    weights = np.float32([[1, 0], [0, 1], [1, 1]])
    subject = ModelSubject(model, SAMPLES, lambda rows: WeightedOutput(output, weights[rows]))
    found = subject.evidence(BATCH, of_layers=[layer.name])
    net = SequenceFirst()
    inside = net.steps(torch.from_numpy(BATCH["x"])).detach().movedim(-1, 1)
    assert found.responses[layer.name].shape == (SAMPLES, 5, STEPS)
    np.testing.assert_allclose(found.responses[layer.name], inside, atol=1e-5)
    by_hidden = (torch.from_numpy(weights) @ net.head.weight).detach()[:, :, None]
    expected = by_hidden * (1 - torch.tanh(inside) ** 2) / STEPS
    np.testing.assert_allclose(found.gradients[layer.name], expected, atol=1e-5)


class Tight(nn.Module):
    """Fits two samples into memory, and asks for a petabyte for more."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv1d(WIDTH, 5, 1)
        self.sizes: list[int] = []
        self.room = SAMPLES

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(x))
        if len(x) > self.room:
            torch.empty(2**50)
        return torch.tanh(self.conv(x.transpose(1, 2))).mean(2)


def test_where_memory_runs_out_the_batch_is_halved_and_nothing_else_changes() -> None:
    net = Tight().eval()
    model = open_model(net, example=BATCH, device="cpu")
    many = {"x": np.concatenate([BATCH["x"]] * 3)}
    weights = np.random.default_rng(1).normal(size=(9, 5)).astype(np.float32)
    output, layer = model.outputs[0].name, model.layers[0].name

    def subject() -> ModelSubject:
        return ModelSubject(model, 9, lambda rows: WeightedOutput(output, weights[rows]))

    net.room = 9
    whole, values = subject().evidence(many, ["x"], [layer]), subject().values(many)
    net.room, net.sizes = 2, []
    tight = subject()
    parts = tight.evidence(many, ["x"], [layer])
    assert net.sizes == [9, 4, 2, 2, 2, 2, 1]
    np.testing.assert_allclose(parts.value, whole.value, rtol=1e-6)
    np.testing.assert_allclose(parts.inputs["x"], whole.inputs["x"], atol=1e-7)
    np.testing.assert_allclose(parts.responses[layer], whole.responses[layer], atol=1e-6)
    np.testing.assert_allclose(parts.gradients[layer], whole.gradients[layer], atol=1e-7)
    net.sizes = []
    np.testing.assert_allclose(tight.values(many), values, rtol=1e-6)
    assert max(net.sizes) == 2  # what did not fit once is not tried again
    net.room = 0
    with pytest.raises(ModelMemoryError, match="not enough memory for x"):
        tight.values(many)
