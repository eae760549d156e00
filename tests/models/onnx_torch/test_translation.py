"""What a graph needs that has no translation is named, wherever in the graph it is."""

from __future__ import annotations

import pytest
import torch
from onnx import TensorProto, helper

from percepta.core.errors import ModelError
from percepta.models.onnx_torch import Translation, unsupported_operators


def model_of(nodes, opset=17):
    def value(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 2])

    graph = helper.make_graph(nodes, "g", [value("x")], [value("y")])
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def branch(operator):
    node = helper.make_node(operator, ["x"], ["z"])
    value = helper.make_tensor_value_info("z", TensorProto.FLOAT, None)
    return helper.make_graph([node], "branch", [], [value])


@pytest.mark.parametrize(
    ("nodes", "opset", "missing"),
    [
        ([helper.make_node("Relu", ["x"], ["y"])], 17, []),
        ([helper.make_node("Bernoulli", ["x"], ["y"])], 17, ["Bernoulli"]),
        ([helper.make_node("Gelu", ["x"], ["y"])], 17, ["Gelu"]),  # of the standard since 20
        ([helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft")], 17, []),
        ([helper.make_node("Add", ["x", "x"], ["y"], axis=1)], 17, ["Add with axis"]),
        ([helper.make_node("Relu", ["x", "x"], ["y"])], 17, ["Relu with 2 inputs"]),
        (
            [
                helper.make_node(
                    "If", ["c"], ["y"], then_branch=branch("Relu"), else_branch=branch("Bernoulli")
                )
            ],
            17,
            ["Bernoulli"],
        ),
        (
            [
                helper.make_node("Multinomial", ["x"], ["aside"]),
                helper.make_node("Relu", ["x"], ["y"]),
            ],
            17,
            [],  # nothing that is wanted needs it
        ),
    ],
)
def test_what_is_missing_is_named(nodes, opset, missing):
    model = model_of(nodes, opset)
    assert unsupported_operators(model, ["y"]) == missing
    if missing:
        with pytest.raises(ModelError, match=missing[0]):
            Translation(model, "", {"y": "y"}, {}, torch.device("cpu"))


def test_responses_are_tapped_and_what_the_tap_returns_is_used():
    model = model_of(
        [helper.make_node("Relu", ["x"], ["h"]), helper.make_node("Neg", ["h"], ["y"])]
    )
    translation = Translation(model, "", {"out": "y"}, {"layer": "h"}, torch.device("cpu"))
    seen = {}

    def tap(layer, response):
        seen[layer] = response
        return response + 1

    outputs = translation.run({"x": torch.tensor([[1.0, -2.0]])}, tap)
    assert seen["layer"].tolist() == [[1.0, 0.0]]
    assert outputs["out"].tolist() == [[-2.0, -1.0]]
