from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from percepta.core.errors import ModelError
from percepta.models import open_model
from tests.models.nets import ConvNet, TokenNet, Toy, TwoInputs, export

RANDOM = np.random.default_rng(0)
IMAGE = np.array([[[[1.0, -1.0], [3.0, 0.0]]], [[[0.5, 0.5], [0.5, 0.5]]]], dtype=np.float32)


def names(model):
    return [layer.name for layer in model.layers]


def save(path, nodes, inputs, outputs, initializers=(), opset=17, ir=8, domains=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    imports = [helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=ir)
    path.write_bytes(model.SerializeToString())
    return path


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def constant(name, array):
    return numpy_helper.from_array(np.asarray(array), name)


@pytest.mark.parametrize(
    ("dynamo", "opset"), [(False, 9), (False, 13), (False, 17), (True, 18), (True, 20)]
)
def test_responses_agree_with_pytorch_for_both_exporters(tmp_path, dynamo, opset):
    net = ConvNet()
    batch = {"image": RANDOM.standard_normal((5, 3, 16, 16)).astype(np.float32)}
    tensor = torch.from_numpy(batch["image"])
    path = export(net, [tensor], tmp_path / "net.onnx", dynamo=dynamo, opset=opset)
    by_torch = open_model(net, example=batch, outputs=["class"], device="cpu")
    by_onnx = open_model(path, example=batch, outputs=["class"])
    assert by_onnx.max_batch is None
    assert by_onnx.inputs == by_torch.inputs
    assert by_onnx.outputs == by_torch.outputs
    assert [layer.feeds for layer in by_onnx.layers] == [layer.feeds for layer in by_torch.layers]
    one, two = by_torch.forward(batch, names(by_torch)), by_onnx.forward(batch, names(by_onnx))
    np.testing.assert_allclose(one.outputs["class"], two.outputs["class"], rtol=1e-4, atol=1e-5)
    for a, b in zip(by_torch.layers, by_onnx.layers, strict=True):
        assert (a.kind, a.width, a.depth, a.channel_axis) == (
            b.kind,
            b.width,
            b.depth,
            b.channel_axis,
        )
        np.testing.assert_allclose(one.mean[a.name], two.mean[b.name], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(one.max[a.name], two.max[b.name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dynamo", [False, True])
def test_integer_tokens_and_several_outputs(tmp_path, dynamo):
    net = TokenNet()
    batch = {"tokens": RANDOM.integers(0, 50, (4, 9))}
    tokens = torch.from_numpy(batch["tokens"])
    path = export(net, [tokens], tmp_path / "net.onnx", dynamo=dynamo, names=["tokens"])
    by_torch = open_model(net, example=batch, device="cpu")
    by_onnx = open_model(path, example=batch, outputs=["score", "length"])
    one, two = by_torch.forward(batch, names(by_torch)), by_onnx.forward(batch, names(by_onnx))
    for name in ("score", "length"):
        np.testing.assert_allclose(one.outputs[name], two.outputs[name], atol=1e-5)
    assert [layer.width for layer in by_onnx.layers] == [6, 7, 2, 1]
    for a, b in zip(by_torch.layers, by_onnx.layers, strict=True):
        np.testing.assert_allclose(one.mean[a.name], two.mean[b.name], atol=1e-5)
        np.testing.assert_allclose(one.max[a.name], two.max[b.name], atol=1e-5)
    as_floats = by_onnx.forward({"tokens": batch["tokens"].astype(np.float32)})
    assert np.array_equal(as_floats.outputs["score"], two.outputs["score"])
    with pytest.raises(ModelError, match="has fractions"):
        by_onnx.forward({"tokens": batch["tokens"] + 0.5})


def test_several_inputs_match_by_name_then_by_order(tmp_path):
    net = TwoInputs()
    image = RANDOM.random((3, 1, 5, 5), dtype=np.float32)
    table = RANDOM.random((3, 3), dtype=np.float32)
    arguments = [torch.from_numpy(image), torch.from_numpy(table)]
    path = export(net, arguments, tmp_path / "net.onnx", names=["image", "table"])
    expected = net(*arguments).detach().numpy()
    for example in ({"table": table, "image": image}, {"x": image, "y": table}):
        got = open_model(path, example=example, outputs=["p"]).forward(example).outputs["p"]
        np.testing.assert_allclose(got, expected, atol=1e-6)
    with pytest.raises(ModelError, match="inputs are image, table, the integration's are image"):
        open_model(path, example={"image": image})


@pytest.mark.parametrize("size", [1, 4])
def test_a_fixed_batch_size_is_obeyed_and_any_number_of_samples_taken(tmp_path, size):
    net = Toy()
    path = export(net, [torch.zeros(size, 1, 2, 2)], tmp_path / "net.onnx", dynamic=False)
    model = open_model(path, example={"image": IMAGE}, outputs=["sum"])
    assert model.max_batch == size
    assert model.inputs[0].shape == (size, 1, 2, 2)
    batch = np.concatenate([IMAGE] * 3)[:5]
    result = model.forward({"image": batch}, names(model))
    assert result.outputs["sum"][:, 0].tolist() == [8.5, 2.5, 8.5, 2.5, 8.5]
    conv = names(model)[0]
    assert result.mean[conv].tolist() == [[1.0, 1.0], [0.5, 0.0]] * 2 + [[1.0, 1.0]]
    assert result.max[conv].tolist() == [[3.0, 3.0], [0.5, 0.0]] * 2 + [[3.0, 3.0]]


def test_a_batch_frozen_inside_the_graph_is_found_by_running(tmp_path):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="layer"),
        helper.make_node("Reshape", ["h", "shape"], ["y"]),
    ]
    weights = [constant("w", np.eye(2, dtype=np.float32)), constant("shape", np.array([1, 2]))]
    path = save(tmp_path / "m.onnx", nodes, [value("x", ["n", 2])], [value("y", [1, 2])], weights)
    batch = {"x": np.array([[1, 2], [3, 4], [5, 6]], np.float32)}
    model = open_model(path, example=batch)
    assert model.max_batch == 1
    assert np.array_equal(model.forward(batch, ["layer"]).mean["layer"], batch["x"])


@pytest.mark.parametrize("opset", [9, 11, 13, 17, 18, 21])
def test_linear_layers_over_positions_at_every_opset(tmp_path, opset):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"], name="layer"),
        helper.make_node("Add", ["h", "b"], ["y"], name="bias"),
        helper.make_node("MatMul", ["y", "y"], ["z"], name="product of two responses"),
    ]
    weights = [
        constant("w", np.array([[1.0, 0.0], [0.0, 2.0]], np.float32)),
        constant("b", np.array([0.0, 1.0], np.float32)),
    ]
    path = save(
        tmp_path / "m.onnx",
        nodes,
        [value("x", ["n", 2, 2])],
        [value("z", ["n", 2, 2])],
        weights,
        opset=opset,
        ir=min(opset - 5 if opset < 17 else 8, 10),
    )
    batch = {"x": np.array([[[1, 2], [3, -4]]], np.float32)}
    model = open_model(path, example=batch)
    assert names(model) == ["layer"]
    result = model.forward(batch, ["layer"])
    # rows (1, 5) and (3, -7): the bias is part of the response
    assert result.mean["layer"].tolist() == [[2.0, -1.0]]
    assert result.max["layer"].tolist() == [[3.0, 5.0]]


def test_recurrent_layers_with_the_batch_on_a_later_axis(tmp_path):
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.memory = nn.GRU(3, 5, batch_first=True)
            self.head = nn.Linear(5, 2)

        def forward(self, x):
            return self.head(self.memory(x)[0][:, -1])

    torch.manual_seed(0)
    net = Recurrent()
    batch = {"x": RANDOM.standard_normal((3, 7, 3)).astype(np.float32)}
    path = export(net, [torch.from_numpy(batch["x"])], tmp_path / "net.onnx", names=["x"])
    by_torch, by_onnx = (
        open_model(net, example=batch, device="cpu"),
        open_model(path, example=batch),
    )
    one, two = by_torch.forward(batch, names(by_torch)), by_onnx.forward(batch, names(by_onnx))
    assert [layer.width for layer in by_onnx.layers] == [5, 2]
    memory = names(by_onnx)[0]
    np.testing.assert_allclose(one.mean["memory"], two.mean[memory], atol=1e-5)
    np.testing.assert_allclose(one.max["memory"], two.max[memory], atol=1e-5)


def test_without_learned_layers_the_outputs_stand_for_layers(tmp_path):
    path = save(
        tmp_path / "m.onnx",
        [helper.make_node("Tanh", ["x"], ["y"])],
        [value("x", ["n", 2])],
        [value("y", ["n", 2])],
    )
    batch = {"x": np.zeros((2, 2), np.float32)}
    model = open_model(path, example=batch, outputs=["p"])
    assert [(layer.name, layer.feeds) for layer in model.layers] == [("p", ("p",))]
    assert model.forward(batch, ["p"]).max["p"].tolist() == [[0, 0], [0, 0]]


def test_equal_batches_give_bit_identical_results_and_the_hash_is_of_the_bytes(tmp_path):
    path = export(ConvNet(), [torch.zeros(2, 3, 16, 16)], tmp_path / "net.onnx")
    batch = {"image": RANDOM.standard_normal((9, 3, 16, 16)).astype(np.float32)}
    runs = []
    for _ in range(2):
        model = open_model(path, example=batch)
        runs.append(model.forward(batch, names(model)))
        model.close()
        runs.append(model.forward(batch, names(model)))
    for run in runs[1:]:
        for name in run.mean:
            assert np.array_equal(run.mean[name], runs[0].mean[name])
            assert np.array_equal(run.max[name], runs[0].max[name])
        for name in run.outputs:
            assert np.array_equal(run.outputs[name], runs[0].outputs[name])
    other = export(Toy(), [torch.zeros(2, 1, 2, 2)], tmp_path / "toy.onnx")
    assert open_model(other, example={"image": IMAGE}).content_hash != model.content_hash


@pytest.mark.parametrize(
    ("operator", "kind", "given", "out"),
    [
        ("Conv", TensorProto.FLOAT16, np.float64, np.float32),
        ("MatMul", TensorProto.FLOAT16, np.float32, np.float32),
        ("MatMul", TensorProto.DOUBLE, np.float32, np.float64),
    ],
)
def test_half_and_double_precision_files(tmp_path, operator, kind, given, out):
    dtype = helper.tensor_dtype_to_np_dtype(kind)
    weight = np.eye(2, dtype=dtype) * 2 if operator == "MatMul" else np.full((1, 1, 1, 1), 2, dtype)
    path = save(
        tmp_path / "m.onnx",
        [helper.make_node(operator, ["x", "w"], ["y"], name="layer")],
        [value("x", ["n", 1, 2, 2], kind)],
        [value("y", ["n", 1, 2, 2], kind)],
        [constant("w", weight)],
    )
    model = open_model(path, example={"x": IMAGE.astype(given)}, outputs=["y"])
    assert model.inputs[0].dtype == np.dtype(dtype).name
    result = model.forward({"x": IMAGE.astype(given)}, ["layer"])
    doubled = IMAGE * 2
    axes = (1, 2) if operator == "MatMul" else (2, 3)
    assert np.array_equal(result.mean["layer"], doubled.mean(axes))
    assert np.array_equal(result.max["layer"], doubled.max(axes))
    assert result.max["layer"].dtype == np.float32
    assert result.outputs["y"].dtype == out


def test_shapes_that_do_not_fit_are_named_with_the_fix(tmp_path):
    path = export(ConvNet(), [torch.zeros(2, 3, 16, 16)], tmp_path / "net.onnx")
    with pytest.raises(
        ModelError, match=r"input image is \[16, 16, 3\], .* \[3, 16, 16\]"
    ) as caught:
        open_model(path, example={"image": np.zeros((2, 16, 16, 3), np.float32)})
    assert "another order" in caught.value.fix
    assert caught.value.where.file == str(path)
    with pytest.raises(ModelError, match=r"input image is \[1, 16, 16\]"):
        open_model(path, example={"image": np.zeros((2, 1, 16, 16), np.float32)})
    with pytest.raises(ModelError, match=r"input image is \[16\]"):
        open_model(path, example={"image": np.zeros((2, 16), np.float32)})
    model = open_model(path, example={"image": np.zeros((2, 3, 16, 16), np.float32)})
    with pytest.raises(ModelError, match="no layer nose"):
        model.forward({"image": np.zeros((2, 3, 16, 16), np.float32)}, ["nose"])
    with pytest.raises(ModelError, match="cannot run on 'tpu'"):
        open_model(path, example={"image": np.zeros((2, 3, 16, 16), np.float32)}, device="tpu")


def test_external_weights_beside_the_model_are_read_and_hashed(tmp_path):
    path = export(ConvNet(), [torch.zeros(2, 3, 16, 16)], tmp_path / "net.onnx")
    batch = {"image": RANDOM.standard_normal((3, 3, 16, 16)).astype(np.float32)}
    inline = open_model(path, example=batch, outputs=["p"])
    expected = inline.forward(batch, names(inline))
    (tmp_path / "split").mkdir()
    split = tmp_path / "split" / "net.onnx"
    onnx.save_model(
        onnx.load(path), str(split), save_as_external_data=True, location="w.bin", size_threshold=0
    )
    model = open_model(split, example=batch, outputs=["p"])
    result = model.forward(batch, names(model))
    assert np.array_equal(result.outputs["p"], expected.outputs["p"])
    assert model.parameters == inline.parameters
    before = model.content_hash
    weights = split.parent / "w.bin"
    content = bytearray(weights.read_bytes())
    content[0] ^= 1
    weights.write_bytes(content)
    assert open_model(split, example=batch).content_hash != before
