"""The shapes of all tensors of a graph, inferred without running it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import onnx
from onnx import TensorProto, helper, shape_inference

_SMALL = 64
_WHOLE = (TensorProto.INT64, TensorProto.INT32)


def infer_shapes(
    model: onnx.ModelProto, given: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int | None, ...]]:
    """Return the shape of every tensor that can be told, for inputs of given shapes.

    Args:
        model: its weights are not looked at, only small whole numbers, which may be sizes.
        given: shape of each input, by the graph's name.
    """
    try:
        inferred = shape_inference.infer_shapes(_light(model, given), data_prop=True)
    except Exception:  # what onnx cannot infer, nobody is told
        return {}
    values = [*inferred.graph.value_info, *inferred.graph.output]
    return {
        value.name: tuple(
            size.dim_value if size.HasField("dim_value") else None
            for size in value.type.tensor_type.shape.dim
        )
        for value in values
        if value.type.tensor_type.HasField("shape")
    }


def _light(model: onnx.ModelProto, given: Mapping[str, tuple[int, ...]]) -> onnx.ModelProto:
    """Return the graph with inputs of given shapes, its large weights reduced to their shapes."""
    light = onnx.ModelProto(ir_version=max(model.ir_version, 4), opset_import=model.opset_import)
    light.graph.name = model.graph.name or "graph"
    light.graph.node.extend(model.graph.node)
    light.graph.output.extend(onnx.ValueInfoProto(name=v.name) for v in model.graph.output)
    for value in model.graph.input:
        if value.name in given:
            kind = value.type.tensor_type.elem_type
            sizes = given[value.name]
            light.graph.input.append(helper.make_tensor_value_info(value.name, kind, sizes))
    for tensor in model.graph.initializer:
        if math.prod(tensor.dims) <= _SMALL and tensor.data_type in _WHOLE:
            light.graph.initializer.append(tensor)
        else:
            light.graph.input.append(
                helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
            )
    return light
