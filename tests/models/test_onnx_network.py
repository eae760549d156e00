"""The network of an ONNX file, as people read it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from percepta.models import open_model
from tests.models.nets import ConvNet, TokenNet, export


def nodes_of(network):
    return {node.name: node for node in network.nodes}


def by_kind(network, operator):
    return [node for node in network.nodes if node.operator == operator]


@pytest.mark.parametrize("dynamo", [False, True])
def test_convolutions_with_their_weights_shapes_and_settings(tmp_path, dynamo):
    batch = {"image": np.zeros((2, 3, 16, 16), np.float32)}
    tensor = torch.zeros(2, 3, 16, 16)
    path = export(ConvNet(), [tensor], tmp_path / "net.onnx", dynamo=dynamo, opset=18)
    model = open_model(path, example=batch, outputs=["class"])
    network = model.network
    first, second, depthwise, point = by_kind(network, "Conv")
    assert first.shape == (None, 8, 16, 16)
    assert first.parameters == 8 * 3 * 9 + 8
    assert dict(first.settings) == {
        "in_channels": "3",
        "out_channels": "8",
        "kernel_size": "3×3",
        "padding": "1×1",
    }
    assert dict(second.settings)["stride"] == "2×2"
    assert dict(depthwise.settings)["groups"] == "12"
    captured = [node.name for node in network.nodes if node.captured]
    assert captured == [layer.name for layer in model.layers]
    assert point.captured and not depthwise.captured
    assert {node.kind for node in (first, second, depthwise, point)} == {"layer"}
    assert sum(node.parameters for node in network.nodes) == model.parameters
    assert network.nodes[0].shape == (None, 3, 16, 16)
    assert network.nodes[-1].shape == (None, 5)
    (head,) = by_kind(network, "Gemm")
    assert dict(head.settings) == {"in_features": "20", "out_features": "5"}


@pytest.mark.parametrize("dynamo", [False, True])
def test_what_only_computes_sizes_is_hidden_and_bridged(tmp_path, dynamo):
    class Folded(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(4, 6)
            self.second = nn.Linear(3, 2)

        def forward(self, x):
            x = torch.relu(self.first(x))
            return self.second(x.view(x.shape[0], x.shape[1] * 2, -1)).mean(1)

    batch = {"x": np.zeros((2, 5, 4), np.float32)}
    path = export(
        Folded(),
        [torch.zeros(2, 5, 4)],
        tmp_path / "net.onnx",
        dynamo=dynamo,
        names=["x"],
        opset=18,
    )
    network = open_model(path, example=batch, outputs=["y"]).network
    kinds = [node.operator for node in network.nodes]
    assert kinds == ["Input", "MatMul", "Relu", "Reshape", "MatMul", "ReduceMean", "Output"]
    chain = [node.name for node in network.nodes]
    assert list(network.edges) == list(pairwise(chain))
    first = network.nodes[1]
    assert first.parameters == 4 * 6 + 6  # the bias is part of the node
    assert first.shape == (None, 5, 6)
    assert network.nodes[3].shape == (None, 10, 3)


def test_tokens_and_two_outputs(tmp_path):
    batch = {"tokens": np.zeros((3, 9), np.int64)}
    path = export(
        TokenNet(), [torch.zeros(3, 9, dtype=torch.int64)], tmp_path / "net.onnx", names=["tokens"]
    )
    network = open_model(path, example=batch, outputs=["score", "length"]).network
    (embedding,) = by_kind(network, "Gather")
    assert dict(embedding.settings)["num_embeddings"] == "50"
    assert embedding.shape == (None, 9, 6)
    ends = [node.name for node in network.nodes if node.kind == "output"]
    assert ends == ["score", "length"]
    assert {end for _, end in network.edges} >= set(ends)


def test_a_layer_named_like_an_output_is_told_apart(tmp_path):
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(np.eye(2, dtype=np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    network = open_model(path, example={"x": np.zeros((2, 2), np.float32)}).network
    assert [(node.name, node.captured) for node in network.nodes] == [
        ("x", False),
        ("y (MatMul)", False),
        ("y", True),
    ]


def test_published_networks(data):
    folder = data / "models"
    path = folder / "audio/mlperftiny_kws.converted.onnx"
    network = open_model(path, example={"x": np.zeros((2, 49, 10, 1), np.float32)}).network
    # dequantised weights belong to the convolution that uses them
    assert [node.parameters for node in by_kind(network, "Conv")][:3] == [2624, 640, 4160]
    assert not by_kind(network, "DequantizeLinear")
    path = folder / "mnist/mnist-8.onnx"
    network = open_model(path, example={"x": np.zeros((2, 1, 28, 28), np.float32)}).network
    assert [node.operator for node in network.nodes] == [
        "Input", "Conv", "Relu", "MaxPool", "Conv", "Relu", "MaxPool", "Reshape", "MatMul", "Output",
    ]  # fmt: skip
    assert network.nodes[1].shape == (1, 8, 28, 28)
    assert dict(network.nodes[1].settings)["padding"] == "same_upper"
    path = folder / "segmentation/deeplabv3_257_mv_gpu.converted.onnx"
    network = open_model(path, example={"x": np.zeros((1, 257, 257, 3), np.float32)}).network
    assert all(node.shape is not None for node in network.nodes)
