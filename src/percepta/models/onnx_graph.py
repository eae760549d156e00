"""Layers of an ONNX graph, and pooled outputs added to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import onnx
from onnx import TensorProto, helper

from percepta.models.feeds import last_layers
from percepta.models.layout import ResponseLayout
from percepta.models.model import LayerKind
from percepta.models.onnx_weights import constant_tensors

_FEATURES: dict[str, tuple[LayerKind, int]] = {
    "Conv": ("conv", 1),
    "ConvTranspose": ("conv", 1),
    "DeformConv": ("conv", 1),
    "FusedConv": ("conv", 1),
    "Gemm": ("linear", -1),
    "FusedGemm": ("linear", -1),
    "FusedMatMul": ("linear", -1),
    "MatMul": ("linear", -1),
    "MatMulNBits": ("linear", -1),
    "Attention": ("attention", -1),
    "GroupQueryAttention": ("attention", -1),
    "MultiHeadAttention": ("attention", -1),
    "Gather": ("other", -1),
    "GRU": ("other", -1),
    "LSTM": ("other", -1),
    "RNN": ("other", -1),
}
_NORMS = {
    "BatchNormalization": 1,
    "GroupNormalization": 1,
    "InstanceNormalization": 1,
    "LayerNormalization": -1,
    "SimplifiedLayerNormalization": -1,
    "RMSNormalization": -1,
}
_ACTIVATIONS = {"Clip", "Elu", "Gelu", "LeakyRelu", "PRelu", "Relu"}
_NEEDS_WEIGHT = {"MatMul": (0, 1), "FusedMatMul": (0, 1), "Gather": (0,)}


@dataclass(frozen=True, slots=True)
class Tap:
    """A tensor of the graph that is a layer's response.

    Attributes:
        layer: name of the layer.
        kind: what it computes.
        channel_axis: of the response, possibly negative.
        tensor: the response: the layer's output after its bias, batch norm and activation.
        node: index of the node that gives it.
        origin: index of the node that computes the features.
    """

    layer: str
    kind: LayerKind
    channel_axis: int
    tensor: str
    node: int
    origin: int


def find_taps(graph: onnx.GraphProto) -> list[Tap]:
    """Return the layers worth capturing in execution order.

    Norms and depthwise convolutions, which only rescale or filter each feature alone, are for want
    of other layers.

    Nodes inside control flow are passed over.
    """
    constants = constant_tensors(graph)
    users: dict[str, list[int]] = {}
    for index, node in enumerate(graph.node):
        for name in node.input:
            users.setdefault(name, []).append(index)
    outputs = {value.name for value in graph.output}
    features: list[Tap] = []
    alone: list[Tap] = []
    weights = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    seen: set[str] = set()
    for index, node in enumerate(graph.node):
        if not node.output or node.output[0] in constants:
            continue
        name = node.name if node.name and node.name not in seen else node.output[0]
        if node.op_type in _NORMS:
            axis = _NORMS[node.op_type]
            alone.append(Tap(name, "norm", axis, node.output[0], index, index))
        elif node.op_type in _FEATURES and _has_weight(node, constants):
            kind, axis = _FEATURES[node.op_type]
            end = _response_node(graph, index, users, constants, outputs)
            tap = Tap(name, kind, axis, graph.node[end].output[0], end, index)
            (alone if _is_depthwise(node, weights) else features).append(tap)
        seen.add(name)
    return features or alone


def feeds_of(
    graph: onnx.GraphProto, taps: Sequence[Tap], outputs: Iterable[str]
) -> dict[str, set[str]]:
    """Return by graph output the names of the layers that feed it as one of its last two."""
    producer = {name: i for i, node in enumerate(graph.node) for name in node.output if name}
    layers = {tap.node: tap.layer for tap in taps}
    order = {tap.layer: index for index, tap in enumerate(taps)}

    def predecessors(index: int) -> list[int]:
        return [producer[name] for name in graph.node[index].input if name in producer]

    feeds = {}
    for output in outputs:
        start = [producer[output]] if output in producer else []
        found = last_layers(start, predecessors, layers.get, order)
        feeds[output] = found or set(list(order)[-1:])
    return feeds


def order_outputs(graph: onnx.GraphProto, floats: Mapping[str, bool]) -> list[str]:
    """Return the outputs in the order in which the integration's names are given to them.

    Classifiers converted from scikit-learn give the chosen label before the scores; the scores say more.

    Args:
        graph: of the file.
        floats: by output, whether it holds floating numbers; outputs that are no numbers are missing.
    """
    names = [value.name for value in graph.output if value.name in floats]
    if any(node.domain == "ai.onnx.ml" for node in graph.node):
        names.sort(key=lambda name: not floats[name])
    return names


def is_only_cast_to_whole(graph: onnx.GraphProto, tensor: str) -> bool:
    """Whether a graph reads a tensor only as whole numbers: no gradient reaches it."""
    users = [node for node in graph.node if tensor in node.input]
    return bool(users) and all(_casts_to_whole(node) for node in users)


def _casts_to_whole(node: onnx.NodeProto) -> bool:
    target = next((a.i for a in node.attribute if a.name == "to"), TensorProto.FLOAT)
    return node.op_type == "Cast" and target in (TensorProto.INT32, TensorProto.INT64)


@dataclass(frozen=True, slots=True)
class PooledNames:
    """Names of the graph outputs that hold a layer's pooled response."""

    mean: str
    max: str


def with_responses(model: onnx.ModelProto, tensors: Iterable[str]) -> onnx.ModelProto:
    """Return a copy whose outputs include the given tensors as they are."""
    copy = _copy(model)
    present = {value.name for value in copy.graph.output}
    for name in tensors:
        if name not in present:
            copy.graph.output.append(onnx.ValueInfoProto(name=name))
    return copy


def with_pooled_outputs(
    model: onnx.ModelProto, taps: Iterable[Tap], layouts: Mapping[str, ResponseLayout]
) -> tuple[onnx.ModelProto, dict[str, PooledNames]]:
    """Return a copy that also gives mean and maximum of each tap over its positions.

    Image responses use global pooling, which onnxruntime runs in its own blocked layout (1.2 times
    faster over a whole MobileNetV2 than ReduceMean and ReduceMax).
    """
    copy = _copy(model)
    graph = copy.graph
    opset = max((o.version for o in copy.opset_import if o.domain in ("", "ai.onnx")), default=1)
    present = {value.name for value in graph.output}
    names: dict[str, PooledNames] = {}

    def add_output(name: str) -> None:
        if name not in present:
            present.add(name)
            graph.output.append(onnx.ValueInfoProto(name=name))

    for tap in taps:
        layout = layouts[tap.layer]
        if not layout.position_axes:
            names[tap.layer] = PooledNames(tap.tensor, tap.tensor)
            add_output(tap.tensor)
            continue
        pooled = PooledNames(f"{tap.tensor}/percepta_mean", f"{tap.tensor}/percepta_max")
        names[tap.layer] = pooled
        if f"{pooled.mean}" in present:
            continue
        planes = layout.rank >= 3 and (layout.batch_axis, layout.channel_axis) == (0, 1)
        for output, whole, along in (
            (pooled.mean, "GlobalAveragePool", "ReduceMean"),
            (pooled.max, "GlobalMaxPool", "ReduceMax"),
        ):
            if planes:
                graph.node.append(helper.make_node(whole, [tap.tensor], [output]))
            else:
                _append_reduction(graph, along, tap.tensor, output, layout.position_axes, opset)
            add_output(output)
    return copy, names


def _append_reduction(
    graph: onnx.GraphProto,
    operator: str,
    tensor: str,
    output: str,
    axes: tuple[int, ...],
    opset: int,
) -> None:
    if opset < 18:
        node = helper.make_node(operator, [tensor], [output], axes=list(axes), keepdims=0)
    else:
        name = f"{output}/axes"
        graph.initializer.append(helper.make_tensor(name, TensorProto.INT64, [len(axes)], axes))
        node = helper.make_node(operator, [tensor, name], [output], keepdims=0)
    graph.node.append(node)


def _copy(model: onnx.ModelProto) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def _has_weight(node: onnx.NodeProto, constants: set[str]) -> bool:
    """Tell a layer with learned weights from a product or look-up of two responses."""
    slots = _NEEDS_WEIGHT.get(node.op_type)
    return slots is None or any(node.input[i] in constants for i in slots)


def _is_depthwise(node: onnx.NodeProto, weights: Mapping[str, tuple[int, ...]]) -> bool:
    groups = next((a.i for a in node.attribute if a.name == "group"), 1)
    return node.op_type == "Conv" and groups > 1 and weights.get(node.input[1], ())[1:2] == (1,)


def _response_node(
    graph: onnx.GraphProto,
    index: int,
    users: Mapping[str, list[int]],
    constants: set[str],
    outputs: set[str],
) -> int:
    """Return the node that gives a layer's response: after its bias, batch norm and activation.

    onnxruntime fuses those into the layer; a tap between them would undo that (and cost MobileNetV2
    on the CPU half its speed).
    """
    while True:
        tensor = graph.node[index].output[0]
        using = users.get(tensor, [])
        if len(using) != 1 or tensor in outputs:
            return index
        after = graph.node[using[0]]
        bias = after.op_type == "Add" and any(name in constants for name in after.input)
        norm = after.op_type == "BatchNormalization" and after.input[0] == tensor
        if after.op_type in _ACTIVATIONS and after.input[0] == tensor:
            return using[0]
        if not (bias or norm):
            return index
        index = using[0]
