"""Which node owns which learned values of an ONNX graph."""

from __future__ import annotations

import math
from collections.abc import Iterator

import onnx
from onnx import AttributeProto, TensorProto

_LEARNABLE = {
    TensorProto.FLOAT,
    TensorProto.FLOAT16,
    TensorProto.BFLOAT16,
    TensorProto.DOUBLE,
    TensorProto.INT8,
    TensorProto.UINT8,
    TensorProto.INT4,
    TensorProto.UINT4,
}
_UNLEARNED_SLOTS = {
    "BatchNormalization": (3, 4),
    "Clip": (1, 2),
    "DequantizeLinear": (1, 2),
    "Pad": (1, 2),
    "QLinearConv": (1, 2, 4, 5, 6, 7),
    "QLinearMatMul": (1, 2, 4, 5, 6, 7),
    "QuantizeLinear": (1, 2),
    "Resize": (1, 2, 3),
    "Upsample": (1,),
}
"""Inputs that are settings or statistics; a single number (rank 0) is a setting everywhere."""


def constant_tensors(graph: onnx.GraphProto) -> set[str]:
    """Return the tensors that do not depend on the graph's inputs."""
    found = {tensor.name for tensor in graph.initializer}
    found.update(sparse.values.name for sparse in graph.sparse_initializer)
    for node in graph.node:
        random = node.op_type.startswith("Random") or any(a.HasField("g") for a in node.attribute)
        if not random and all(name in found for name in node.input if name):
            found.update(name for name in node.output if name)
    return found


def owned_weights(graph: onnx.GraphProto) -> dict[int, int]:
    """Return the number of learned values of each node, by its index.

    Values shared by several nodes belong to the first; those that are computed with before (turned,
    dequantised) to the node that gets the result. Batch norm's statistics are not learned.
    """
    constants = constant_tensors(graph)
    weights = dict(_tensors_of(graph))
    makers = {name: node for node in graph.node for name in node.output if name in constants}
    taken: set[str] = set()

    def count(name: str) -> int:
        if name in taken or name not in constants:
            return 0
        taken.add(name)
        if name in weights:
            tensor = weights[name]
            learned = tensor.data_type in _LEARNABLE and len(tensor.dims) > 0
            return math.prod(tensor.dims) if learned else 0
        return sum(count(each) for each in _learned_inputs(makers[name])) if name in makers else 0

    owned = {}
    for index, node in enumerate(graph.node):
        if not node.output or node.output[0] in constants:
            continue
        inside = sum(sum(owned_weights(body).values()) for body in _bodies(node))
        total = inside + sum(count(name) for name in _learned_inputs(node))
        if total:
            owned[index] = total
    return owned


def _learned_inputs(node: onnx.NodeProto) -> list[str]:
    skipped = _UNLEARNED_SLOTS.get(node.op_type, ())
    return [name for slot, name in enumerate(node.input) if name and slot not in skipped]


def _tensors_of(graph: onnx.GraphProto) -> Iterator[tuple[str, onnx.TensorProto]]:
    """Yield the values written in a file, as initial values or as Constant nodes."""
    for tensor in graph.initializer:
        yield tensor.name, tensor
    for node in graph.node:
        if node.op_type == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    yield node.output[0], attribute.t


def _bodies(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    return [a.g for a in node.attribute if a.type == AttributeProto.GRAPH]
