"""A file's graph as percepta works on it: its functions inlined, class scores as plain tensors."""

from __future__ import annotations

import onnx
from onnx import helper, inliner

_OPSET_OF_IDENTITY = 13


def cleaned(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the model without functions of its own and without maps of scores.

    Functions are written out, so that the layers inside them are seen. Classifiers converted from
    scikit-learn end in ``ZipMap``, which packs the tensor of scores ``[B, C]`` into a list of
    dictionaries; the tensor itself is the output instead, under the same name.
    """
    if model.functions:
        model = inliner.inline_local_functions(model)
    maps = {node.output[0] for node in model.graph.node if _packs_scores(node)}
    if not maps:
        return model
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    for node in plain.graph.node:
        if _packs_scores(node):
            name, scores = node.output[0], node.input[0]
            node.CopyFrom(helper.make_node("Identity", [scores], [name], name=node.name))
    for value in plain.graph.output:
        if value.name in maps:
            value.ClearField("type")
    if not any(entry.domain in ("", "ai.onnx") for entry in plain.opset_import):
        plain.opset_import.append(helper.make_opsetid("", _OPSET_OF_IDENTITY))
    return plain


def _packs_scores(node: onnx.NodeProto) -> bool:
    return node.op_type == "ZipMap" and node.domain == "ai.onnx.ml"
