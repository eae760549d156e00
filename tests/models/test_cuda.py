"""What holds on the CPU holds on CUDA."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from percepta.models import open_model
from tests.models.interface_cases import quiet
from tests.models.nets import ConvNet, TokenNet, Toy

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
RANDOM = np.random.default_rng(0)


def names(model):
    return [layer.name for layer in model.layers]


def test_cuda_is_taken_by_itself_and_the_module_goes_home_after():
    net = ConvNet()
    batch = {"image": RANDOM.standard_normal((5, 3, 16, 16)).astype(np.float32)}
    model = open_model(net, example=batch)
    assert model.device.startswith("cuda:0 (")
    assert next(net.parameters()).is_cuda
    model.close()
    assert not next(net.parameters()).is_cuda


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_responses_agree_with_the_cpu(dtype):
    net = ConvNet().to(dtype)
    batch = {"image": RANDOM.standard_normal((33, 3, 16, 16)).astype(np.float32)}
    cpu = open_model(net, example=batch, device="cpu")
    expected = cpu.forward(batch, names(cpu))
    gpu = open_model(net, example=batch, device="cuda")
    got = gpu.forward(batch, names(gpu))
    tolerance = 1e-3 if dtype is torch.float32 else 5e-2
    assert cpu.layers == gpu.layers
    assert cpu.content_hash == gpu.content_hash
    np.testing.assert_allclose(
        got.outputs["output"], expected.outputs["output"], rtol=tolerance, atol=tolerance
    )
    for name in names(gpu):
        assert got.mean[name].dtype == got.max[name].dtype == np.float32
        assert got.mean[name].shape == expected.mean[name].shape
        np.testing.assert_allclose(
            got.mean[name], expected.mean[name], rtol=tolerance, atol=tolerance
        )
        np.testing.assert_allclose(
            got.max[name], expected.max[name], rtol=tolerance, atol=tolerance
        )
    gpu.close()


def test_equal_batches_give_bit_identical_results():
    batch = {"image": RANDOM.standard_normal((64, 3, 32, 32)).astype(np.float32)}
    model = open_model(ConvNet(), example=batch)
    one, two = model.forward(batch, names(model)), model.forward(batch, names(model))
    assert np.array_equal(one.outputs["output"], two.outputs["output"])
    for name in names(model):
        assert np.array_equal(one.mean[name], two.mean[name])
        assert np.array_equal(one.max[name], two.max[name])


def test_integer_tokens_and_a_branch_not_taken():
    batch = {"tokens": RANDOM.integers(0, 50, (4, 9))}
    net = TokenNet()
    cpu = open_model(net, example=batch, device="cpu").forward(batch, ["hidden"])
    got = open_model(net, example=batch).forward(batch, ["hidden"])
    np.testing.assert_allclose(got.mean["hidden"], cpu.mean["hidden"], atol=1e-4)

    class Branch(nn.Module):
        def __init__(self):
            super().__init__()
            self.positive, self.head = nn.Linear(2, 3), nn.Linear(2, 2)

        def forward(self, x):
            return self.head(x) + (self.positive(x).sum() * 0 if bool(x.sum() > 0) else 0)

    model = open_model(Branch(), example={"x": np.ones((2, 2), np.float32)})
    result = model.forward({"x": -np.ones((4, 2), np.float32)}, ["positive"])
    assert result.mean["positive"].tolist() == [[0, 0, 0]] * 4


def scores(outputs, responses):
    return outputs["output"].sum(1)


def test_gradients_and_masks_agree_with_the_cpu():
    batch = {"image": RANDOM.standard_normal((5, 3, 16, 16)).astype(np.float32)}
    masks = RANDOM.random((5, 9, 9)) > 0.5
    net = ConvNet()
    with quiet():
        tensor = torch.from_numpy(batch["image"][:2])
        program = torch.export.export(net.eval(), (tensor,))
    for source in (net, program):
        found, pooled = [], []
        for device in ("cpu", "cuda"):
            model = open_model(source, example=batch, device=device)
            asked = {"of_inputs": ["image"], "of_layers": names(model)}
            found.append(model.gradients(batch, scores, **asked))
            pooled.append(model.forward(batch, names(model), masks))
            model.close()
        for kind in ("inputs", "layers", "responses"):
            for key, array in getattr(found[0], kind).items():
                np.testing.assert_allclose(getattr(found[1], kind)[key], array, atol=1e-3)
        for key, array in pooled[0].mean.items():
            np.testing.assert_allclose(pooled[1].mean[key], array, atol=1e-3)


def test_recurrent_layers_can_be_differentiated_in_evaluation_mode():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.memory = nn.GRU(3, 4, batch_first=True)

        def forward(self, x):
            return self.memory(x)[0][:, -1]

    batch = {"x": RANDOM.standard_normal((2, 5, 3)).astype(np.float32)}
    model = open_model(Recurrent(), example=batch)
    assert np.abs(model.gradients(batch, scores, of_inputs=["x"]).inputs["x"]).sum() > 0


def test_running_out_of_memory_is_named():
    class Greedy(Toy):
        def forward(self, x):
            if len(x) > 3:
                torch.empty(2**50, device=x.device)
            return super().forward(x)

    model = open_model(Greedy(), example={"image": np.ones((2, 1, 2, 2), np.float32)})
    with pytest.raises(Exception, match="out of memory") as caught:
        model.forward({"image": np.ones((4, 1, 2, 2), np.float32)})
    assert "smaller batch" in str(caught.value)
