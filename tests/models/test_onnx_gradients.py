"""Gradients of ONNX files: the translation to torch agrees with onnxruntime, and with finite differences."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from percepta.core.errors import ModelError
from percepta.models import open_model
from percepta.models.onnx_torch import Translation
from tests.models.nets import ConvNet, TokenNet, Toy, TwoInputs, export

RANDOM = np.random.default_rng(0)

SHARED = {
    "mnist/mnist-8.onnx": (1, 28, 28),
    "mnist/mnist-12.onnx": (1, 28, 28),
    "cifar10/mlperftiny_resnet8.converted.onnx": (32, 32, 3),
    "audio/mlperftiny_kws.converted.onnx": (49, 10, 1),
    "segmentation/deeplabv3_257_mv_gpu.converted.onnx": (257, 257, 3),
    "text/text_classification.converted.onnx": (256,),
}


def example(name, samples=2):
    random = np.random.default_rng(1)
    if name.startswith("text"):
        return {"x": random.integers(0, 10_000, (samples, 256)).astype(np.float32)}
    scale = 255 if name.startswith(("mnist", "cifar")) else 1
    return {"x": scale * random.random((samples, *SHARED[name]), dtype=np.float32)}


def names(model):
    return [layer.name for layer in model.layers]


def weighted(outputs, responses):
    """Return one smooth number per sample, of all outputs."""
    value = 0
    for output in outputs.values():
        if output.is_floating_point():
            flat = output.flatten(1)
            value = value + flat @ torch.linspace(-1, 1, flat.shape[1], dtype=flat.dtype)
    return value


def in_double(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the graph with double in place of single precision."""
    double = onnx.ModelProto()
    double.CopyFrom(model)

    def widen(tensor):
        if tensor.data_type == TensorProto.FLOAT:
            array = numpy_helper.to_array(tensor).astype(np.float64)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))

    for tensor in double.graph.initializer:
        widen(tensor)
    for node in double.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                widen(attribute.t)
            if attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = TensorProto.DOUBLE
    return double


class InDouble:
    """A file's graph on torch in double precision, as a function of its inputs."""

    def __init__(self, path):
        model = in_double(onnx.load(path))
        outputs = {value.name: value.name for value in model.graph.output}
        weights = {tensor.name for tensor in model.graph.initializer}
        self.inputs = [v.name for v in model.graph.input if v.name not in weights]
        self.translation = Translation(model, "", outputs, {}, torch.device("cpu"))

    def value(self, tensors):
        fed = dict(zip(self.inputs, tensors, strict=True))
        return weighted(self.translation.run(fed, lambda layer, response: response), {})

    @torch.no_grad()
    def slope(self, tensor, way):
        step = 1e-7
        ahead, behind = (self.value([tensor + sign * step * way]) for sign in (1, -1))
        return ((ahead - behind) / (2 * step)).numpy()


@pytest.mark.parametrize("name", SHARED)
def test_outputs_and_responses_of_published_networks_are_those_of_onnxruntime(data, name):
    batch = example(name)
    model = open_model(data / "models" / name, example=batch)
    assert model.no_gradients is None
    forward = model.forward(batch, names(model))
    found = model.gradients(batch, weighted, of_layers=names(model))
    for output, expected in forward.outputs.items():
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found.outputs[output] / scale, expected / scale, atol=1e-4)
    for layer in model.layers:
        response = found.responses[layer.name]
        rows = np.moveaxis(response, layer.channel_axis, -1).reshape(2, -1, layer.width)
        expected = forward.mean[layer.name]
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(rows.mean(1) / scale, expected / scale, atol=1e-4)
        assert np.abs(found.layers[layer.name]).max() > 0


@pytest.mark.parametrize("name", [name for name in SHARED if not name.startswith(("text", "segm"))])
def test_input_gradients_of_published_networks_are_finite_differences(data, name):
    exact = InDouble(data / "models" / name)
    tensor = torch.from_numpy(example(name, 1)["x"].astype(np.float64))
    leaf = tensor.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(exact.value([leaf]).sum(), leaf)
    generator = torch.Generator().manual_seed(0)
    for _ in range(3):
        way = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
        slope = exact.slope(tensor, way)
        assert abs(slope).max() > 0
        np.testing.assert_allclose((gradient * way).sum().numpy(), slope[0], rtol=1e-4)


def test_input_gradients_of_a_published_segmentation_are_finite_differences(data):
    """The gradient of the file as it is used, in single precision; the differences in double."""
    path = data / "models/segmentation/deeplabv3_257_mv_gpu.converted.onnx"
    batch = {"x": np.random.default_rng(1).uniform(-1, 1, (1, 257, 257, 3)).astype(np.float32)}
    gradient = open_model(path, example=batch).gradients(batch, weighted, of_inputs=["x"])
    way = gradient.inputs["x"] / np.linalg.norm(gradient.inputs["x"])
    slope = InDouble(path).slope(
        *(torch.from_numpy(a.astype(np.float64)) for a in (batch["x"], way))
    )
    np.testing.assert_allclose((gradient.inputs["x"] * way).sum(), slope[0], rtol=1e-3)


def test_token_ids_have_no_gradient_though_the_file_calls_them_floats(data):
    name = "text/text_classification.converted.onnx"
    batch = example(name)
    model = open_model(data / "models" / name, example=batch)
    with pytest.raises(ModelError, match="as whole numbers") as caught:
        model.gradients(batch, weighted, of_inputs=["x"])
    assert "layer" in caught.value.fix
    embedding = names(model)[0]
    found = model.gradients(batch, weighted, of_layers=[embedding])
    # the mean over 256 tokens: every token's gradient is the same
    assert found.layers[embedding].shape == (2, 256, 16)
    np.testing.assert_allclose(
        found.layers[embedding], found.layers[embedding][:, :1].repeat(256, 1), atol=1e-7
    )


@pytest.mark.parametrize(
    ("dynamo", "opset"),
    [
        (False, 9),
        (False, 11),
        (False, 13),
        (False, 17),
        (False, 18),
        (True, 18),
        (True, 20),
        (True, 21),
    ],
)
def test_both_exporters_at_every_opset_have_the_gradients_of_the_module(tmp_path, dynamo, opset):
    net = ConvNet()
    batch = {"image": RANDOM.standard_normal((4, 3, 16, 16)).astype(np.float32)}
    tensor = torch.from_numpy(batch["image"])
    path = export(net, [tensor], tmp_path / "net.onnx", dynamo=dynamo, opset=opset)
    by_torch = open_model(net, example=batch, outputs=["class"], device="cpu")
    by_onnx = open_model(path, example=batch, outputs=["class"])
    one = by_torch.gradients(batch, weighted, of_inputs=["image"], of_layers=names(by_torch))
    two = by_onnx.gradients(batch, weighted, of_inputs=["image"], of_layers=names(by_onnx))
    np.testing.assert_allclose(two.inputs["image"], one.inputs["image"], atol=1e-5)
    for a, b in zip(names(by_torch), names(by_onnx), strict=True):
        np.testing.assert_allclose(two.responses[b], one.responses[a], atol=1e-5)
        np.testing.assert_allclose(two.layers[b], one.layers[a], atol=1e-5)


class Sequences(nn.Module):
    """Embedding, LSTM both ways, attention, layer norm: what text models are made of."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed = nn.Embedding(30, 8)
        self.position = nn.Parameter(torch.randn(12, 8))
        self.memory = nn.LSTM(8, 4, batch_first=True, bidirectional=True)
        self.attend = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens) + self.position[: tokens.shape[1]]
        x = self.memory(x)[0]
        return self.head(self.attend(x).mean(1))


class Pictures(nn.Module):
    """What vision models use besides convolutions."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.down = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1),
            nn.BatchNorm2d(8),
            nn.Hardswish(),
            nn.MaxPool2d(2),
        )
        self.group = nn.GroupNorm(2, 8)
        self.up = nn.ConvTranspose2d(8, 6, 2, stride=2)
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(6, 6, 1), nn.Hardsigmoid())
        self.head = nn.Conv2d(6, 4, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.group(self.down(image))
        x = nn.functional.gelu(self.up(x))
        x = x * self.squeeze(x)
        x = nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = nn.functional.pad(x, (1, 1, 1, 1), mode="reflect")
        return self.head(torch.cat([x[:, :3], x[:, 3:].clamp(-1, 1)], 1)).flatten(2).softmax(1)


@pytest.mark.parametrize("dynamo", [False, True])
@pytest.mark.parametrize("kind", [Sequences, Pictures, TwoInputs, TokenNet])
def test_networks_of_many_kinds_have_the_gradients_of_the_module(tmp_path, dynamo, kind):
    random = np.random.default_rng(2)
    inputs = {
        Sequences: {"tokens": random.integers(0, 30, (3, 9))},
        TokenNet: {"tokens": random.integers(0, 30, (3, 9))},
        Pictures: {"image": random.standard_normal((3, 3, 16, 16)).astype(np.float32)},
        TwoInputs: {
            "image": random.random((3, 1, 5, 5), dtype=np.float32),
            "table": random.random((3, 3), dtype=np.float32),
        },
    }[kind]
    net = kind().eval()
    tensors = [torch.from_numpy(array) for array in inputs.values()]
    path = export(net, tensors, tmp_path / "net.onnx", dynamo=dynamo, names=list(inputs), opset=18)
    model = open_model(path, example=inputs)
    assert model.no_gradients is None
    floats = [name for name, array in inputs.items() if array.dtype == np.float32]
    leaves = [tensor.requires_grad_() for tensor in tensors if tensor.is_floating_point()]
    given = net(*tensors)
    given = given if isinstance(given, dict) else {"y": given}
    value = weighted(given, {})
    last = names(model)[-1]
    found = model.gradients(inputs, weighted, of_inputs=floats, of_layers=[last])
    np.testing.assert_allclose(found.value, value.detach().numpy(), atol=1e-4)
    assert np.abs(found.layers[last]).max() > 0
    if leaves:
        for name, gradient in zip(floats, torch.autograd.grad(value.sum(), leaves), strict=True):
            np.testing.assert_allclose(found.inputs[name], gradient.numpy(), atol=1e-5)


def unsupported_file(path, domain=""):
    """Write x → Relu → RoiAlign-like operator nobody differentiates → y, and a second output that is fine."""
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="layer"),
        helper.make_node("Bernoulli", ["p"], ["noise"], name="noise"),
        helper.make_node("Add", ["h", "noise"], ["y"]),
        helper.make_node("Sigmoid", ["h"], ["p"]),
    ]
    nodes = [nodes[0], nodes[3], nodes[1], nodes[2]]

    def value(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2])

    weight = numpy_helper.from_array(np.eye(2, dtype=np.float32), "w")
    graph = helper.make_graph(nodes, "g", [value("x")], [value("y"), value("p")], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def test_an_unsupported_operator_is_named_and_only_gradients_are_lost(tmp_path):
    path = unsupported_file(tmp_path / "m.onnx")
    batch = {"x": np.array([[0.2, -0.4], [1.0, 2.0]], np.float32)}
    model = open_model(path, example=batch)
    assert re.fullmatch(r"[^.]*\bBernoulli\b[^.]*\.", model.no_gradients)
    assert np.array_equal(model.forward(batch, ["layer"]).mean["layer"], batch["x"])
    with pytest.raises(ModelError, match="Bernoulli") as caught:
        model.gradients(batch, weighted, of_inputs=["x"])
    assert caught.value.where.file == str(path)


def test_an_operator_beside_the_way_to_the_outputs_does_not_matter(tmp_path):
    batch = {"x": np.array([[0.2, -0.4], [1.0, 2.0]], np.float32)}
    model = open_model(unsupported_file(tmp_path / "m.onnx"), example=batch, outputs=["p"])
    assert model.no_gradients is None
    found = model.gradients(batch, weighted, of_inputs=["x"])
    p = 1 / (1 + np.exp(-batch["x"]))
    np.testing.assert_allclose(found.inputs["x"], p * (1 - p) * [-1, 1], atol=1e-6)


@pytest.mark.parametrize("size", [1, 2])
def test_files_of_a_fixed_batch_size_are_cut_and_filled(tmp_path, size):
    path = export(Toy(), [torch.zeros(size, 1, 2, 2)], tmp_path / "net.onnx", dynamic=False)
    images = RANDOM.standard_normal((3, 1, 2, 2)).astype(np.float32)
    model = open_model(path, example={"image": images}, outputs=["sum"])
    layer = names(model)[0]
    found = model.gradients({"image": images}, weighted_sum, of_inputs=["image"], of_layers=[layer])
    # relu(x) + relu(1 - 2x), summed, times the row's number
    slope = (images > 0).astype(np.float32) - 2 * (images < 0.5)
    rows = np.array([1, 2, 3], np.float32).reshape(3, 1, 1, 1)
    np.testing.assert_allclose(found.inputs["image"], rows * slope, atol=1e-6)
    assert found.responses[layer].shape == (3, 2, 2, 2)


def weighted_sum(outputs, responses):
    return outputs["sum"][:, 0] * torch.tensor([1.0, 2.0, 3.0])


def test_half_precision_is_differentiated_in_single(tmp_path):
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Tanh", ["h"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT16, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT16, ["n", 2])],
        [numpy_helper.from_array(np.eye(2, dtype=np.float16), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    batch = {"x": np.array([[0.25, -0.5]], np.float32)}
    found = open_model(path, example=batch).gradients(batch, weighted, of_inputs=["x"])
    assert found.inputs["x"].dtype == np.float32
    expected = (1 - np.tanh(batch["x"]) ** 2) * [-1, 1]
    np.testing.assert_allclose(found.inputs["x"], expected, atol=1e-6)


def test_gradients_pass_straight_through_quantisation(tmp_path):
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["h"]),
        helper.make_node("DequantizeLinear", ["w", "s", "z"], ["v"]),
        helper.make_node("MatMul", ["h", "v"], ["y"], name="layer"),
    ]
    weights = [
        numpy_helper.from_array(np.float32(0.1), "s"),
        numpy_helper.from_array(np.int8(0), "z"),
        numpy_helper.from_array(np.array([[10], [20]], np.int8), "w"),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    batch = {"x": np.array([[0.31, 0.72], [99.0, 0.0]], np.float32)}
    opened = open_model(path, example=batch)
    found = opened.gradients(batch, lambda outputs, _: outputs["y"][:, 0], of_inputs=["x"])
    np.testing.assert_allclose(found.value, opened.forward(batch).outputs["y"][:, 0], atol=1e-5)
    # 99 was cut off at 12.7: no gradient there
    np.testing.assert_allclose(found.inputs["x"], [[1, 2], [0, 2]], atol=1e-6)


def test_weights_in_an_external_file_are_differentiated_through(tmp_path):
    path = export(ConvNet(), [torch.zeros(2, 3, 16, 16)], tmp_path / "net.onnx")
    batch = {"image": RANDOM.standard_normal((3, 3, 16, 16)).astype(np.float32)}
    expected = open_model(path, example=batch).gradients(batch, weighted, of_inputs=["image"])
    split = tmp_path / "split" / "net.onnx"
    split.parent.mkdir()
    onnx.save_model(
        onnx.load(path), str(split), save_as_external_data=True, location="w.bin", size_threshold=0
    )
    found = open_model(split, example=batch).gradients(batch, weighted, of_inputs=["image"])
    assert np.array_equal(found.inputs["image"], expected.inputs["image"])


def test_a_failing_step_is_named(tmp_path):
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["y"], name="to rows")]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.array([-1, 3]), "shape")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    translation = Translation(model, "", {"y": "y"}, {}, torch.device("cpu"))
    with pytest.raises(ModelError, match="failed at Reshape 'to rows'"):
        translation.run({"x": torch.zeros(1, 4)}, lambda layer, response: response)


def test_evaluating_an_onnx_file_imports_no_torch(tmp_path):
    path = export(Toy(), [torch.zeros(1, 1, 2, 2)], tmp_path / "net.onnx")
    script = f"""
        import json, sys
        import numpy as np
        from percepta.models import open_model
        batch = {{"image": np.zeros((2, 1, 2, 2), np.float32)}}
        model = open_model({str(path)!r}, example=batch)
        model.forward(batch, [layer.name for layer in model.layers])
        model.network, model.describe()
        before = "torch" in sys.modules
        print(json.dumps([before, model.no_gradients, "torch" in sys.modules]))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [False, None, True]
