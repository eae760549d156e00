"""``percepta model show``: a model file by itself, real ones and odd ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

SHOWN = {
    "mnist/mnist-12.onnx": ("onnx", 5_994, [[1, 1, 28, 28]], [[1, 10]], 1),
    "mnist/moonflower_mnist.keras": ("keras", 34_826, [[None, 28, 28, 1]], [[None, 10]], None),
    "cifar10/mlperftiny_resnet8.h5": ("keras", 78_666, [[None, 32, 32, 3]], [[None, 10]], None),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_real_file_is_shown_without_an_integration(percepta: Any, data: Path, name: str) -> None:
    file = data / "models" / name
    told = percepta("model", "show", file, "--json").json
    kind, parameters, inputs, outputs, batch = SHOWN[name]
    assert told["format"] == kind
    assert told["parameters"] == parameters
    assert [spec["shape"] for spec in told["inputs"]] == inputs
    assert [spec["shape"] for spec in told["outputs"]] == outputs
    assert told["layers"]
    assert all(layer["parameters"] for layer in told["layers"])
    fixed = [remark for remark in told["remarks"] if "fixes the batch at 1" in remark]
    assert bool(fixed) == (batch == 1)
    for_people = percepta("model", "show", file)
    assert for_people.code == 0
    assert f"{parameters:,} learned values" in for_people.out
    assert told["layers"][0]["name"] in for_people.out


def sentiment(path: Path) -> Path:
    """Token numbers of any length -> probabilities of two classes."""
    chance = np.random.default_rng(0)
    weights = {
        "table": chance.normal(size=(20, 4)).astype(np.float32),
        "dense": chance.normal(size=(4, 2)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["vectors"], "embedding"),
        helper.make_node("ReduceMean", ["vectors"], ["mean"], "mean", axes=[1], keepdims=0),
        helper.make_node("MatMul", ["mean", "dense"], ["logits"], "head"),
        helper.make_node("Softmax", ["logits"], ["odds"], "odds_of"),
    ]
    graph = helper.make_graph(
        nodes,
        "sentiment",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "length"])],
        [helper.make_tensor_value_info("odds", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(made, path)
    return path


def test_a_size_left_open_has_to_be_said(percepta: Any, tmp_path: Path) -> None:
    file = sentiment(tmp_path / "sentiment.onnx")
    asked = percepta("model", "show", file)
    assert asked.code == 1
    assert "axis 1 of input 'ids' is not fixed" in asked.err
    assert "--input ids=2x?:int64" in asked.err

    told = percepta("model", "show", file, "--input", "ids=2x7:int64", "--json").json
    remarks = " ".join(told["remarks"])
    assert "Axis 1 of input ids may vary" in remarks
    assert "ids takes int64: no gradient reaches it" in remarks
    assert "ends in a softmax" in remarks
    assert {"embedding", "head"} <= {layer["name"] for layer in told["layers"]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("ids", "cannot be read"),
        ("ids=axb", "cannot be read"),
        ("ids=1x2:nonsense", "no element type 'nonsense'"),
        ("words=1x2:int64", "no input 'words'"),
    ],
)
def test_a_wrong_input_option_is_told(
    percepta: Any, tmp_path: Path, given: str, expected: str
) -> None:
    told = percepta("model", "show", sentiment(tmp_path / "sentiment.onnx"), "--input", given)
    assert told.code == 1
    assert expected in told.err
    assert "do:" in told.err


def test_a_network_that_says_nothing_of_its_inputs_is_asked_for(
    percepta: Any, tmp_path: Path
) -> None:
    import torch

    file = tmp_path / "net.pt"
    net = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
    torch.save(net, file)
    refused = percepta("model", "show", file)
    assert refused.code == 1
    assert "trust" in refused.err
    asked = percepta("model", "show", file, "--trust")
    assert "does not say what it takes" in asked.err
    told = percepta("model", "show", file, "--trust", "--input", "x=4x3", "--json").json
    assert [layer["parameters"] for layer in told["layers"]] == [20, 12]
    assert told["remarks"] == []


@pytest.mark.parametrize("name", ["none.onnx", ".", "broken.onnx", "text.txt"])
def test_what_is_no_model_file_is_told(percepta: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.onnx").write_bytes(b"\x08\x07garbage" * 50)
    (tmp_path / "text.txt").write_text("hello")
    told = percepta("model", "show", tmp_path / name)
    assert told.code == 1
    assert told.err.count("do:") == 1
