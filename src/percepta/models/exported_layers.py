"""Which nodes of an exported program give layers' responses, under the names of its modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from torch import fx

from percepta.models.exported_graph import ProgramGraph, module_of, operator_of
from percepta.models.model import LayerKind

_CONVOLUTIONS = {
    "conv1d", "conv2d", "conv3d", "convolution", "_convolution",
    "conv_transpose1d", "conv_transpose2d", "conv_transpose3d",
}  # fmt: skip
_PRODUCTS = {"linear", "addmm", "mm", "matmul", "bmm", "baddbmm", "einsum", "bilinear"}
_RECURRENT = {"lstm", "gru", "rnn_tanh", "rnn_relu"}
_NORMS = {
    "batch_norm", "_native_batch_norm_legit_no_training", "layer_norm", "native_layer_norm",
    "group_norm", "native_group_norm", "instance_norm", "rms_norm",
}  # fmt: skip
_CHANNELS_SECOND = _CONVOLUTIONS | {
    "batch_norm", "_native_batch_norm_legit_no_training", "group_norm", "native_group_norm",
    "instance_norm",
}  # fmt: skip
_FOLLOWING_MODULES = ("torch.nn.modules.activation.", "torch.nn.modules.batchnorm.")
_FOLLOWING_OPERATORS = {
    "batch_norm", "_native_batch_norm_legit_no_training", "relu", "relu6", "hardtanh", "leaky_relu",
    "prelu", "elu", "celu", "selu", "gelu", "silu", "mish", "hardswish", "softplus",
}  # fmt: skip
_RESHAPING = {
    "view", "reshape", "_unsafe_view", "transpose", "permute", "contiguous", "clone", "unflatten",
    "flatten", "squeeze", "unsqueeze", "dropout", "t",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tapped:
    """A layer of a program, before it is known whether its response has channels.

    Attributes:
        name: the path of its module, else of its weights.
        kind: what it computes.
        channel_axis: of its response; negative counts from the end.
        nodes: whose values are its responses, one for each time it runs.
    """

    name: str
    kind: LayerKind
    channel_axis: int
    nodes: tuple[fx.Node, ...]


def find_tapped(graph: ProgramGraph) -> list[list[Tapped]]:
    """Return the layers in execution order, in tiers: a later tier is for want of the earlier.

    They are those that eager PyTorch would give: what computes new features from learned values, then
    norms and depthwise convolutions. The response is taken after the batch norm and the activation
    modules that directly follow.
    """
    features: dict[tuple[str, str], list[fx.Node]] = {}
    alone: dict[tuple[str, str], list[fx.Node]] = {}
    for node in graph.nodes:
        weight = _weight(node, graph)
        if weight is None:
            continue
        _, path, kind = module_of(node)
        attention = kind.endswith("MultiheadAttention")
        key = (path, "" if attention else weight)
        tier = alone if operator_of(node) in _NORMS or _is_depthwise(node) else features
        tier.setdefault(key, []).append(node)
    return [_named(tier) for tier in (features, alone) if tier]


def _named(found: Mapping[tuple[str, str], list[fx.Node]]) -> list[Tapped]:
    layers: dict[str, Tapped] = {}
    for (path, weight), nodes in found.items():
        owner = weight.rpartition(".")[0] or weight
        name = path or owner
        name = name if name not in layers else weight
        if module_of(nodes[0])[2].endswith("MultiheadAttention"):
            ends = _attention_outputs(nodes)
        else:
            ends = [_followed(node) for node in nodes]
        axis = 1 if operator_of(nodes[0]) in _CHANNELS_SECOND else -1
        layers[name] = Tapped(name, _kind(nodes[0], path), axis, tuple(ends))
    return list(layers.values())


def _weight(node: fx.Node, graph: ProgramGraph) -> str | None:
    """Return the name of the learned tensor by which a node computes features; None if it does not."""
    operator = operator_of(node)
    known = _CONVOLUTIONS | _PRODUCTS | _RECURRENT | _NORMS | {"embedding", "embedding_bag"}
    if operator not in known:
        return None
    for given in node.all_input_nodes:
        source = _through_reshaping(given)
        if source in graph.parameters:
            return graph.parameters[source]
    return None


def _through_reshaping(node: fx.Node) -> fx.Node:
    while operator_of(node) in _RESHAPING and node.all_input_nodes:
        node = node.all_input_nodes[0]
    return node


def _followed(node: fx.Node) -> fx.Node:
    """Return the last of the batch norms and activations that directly follow a node."""
    for user in node.users:
        if not user.args or user.args[0] is not node:
            continue
        kind = module_of(user)[2]
        if operator_of(user).rstrip("_") in _FOLLOWING_OPERATORS and (
            not kind or kind.startswith(_FOLLOWING_MODULES)
        ):
            return _followed(user)
    return node


def _attention_outputs(nodes: Iterable[fx.Node]) -> list[fx.Node]:
    """Return what each run of an attention module gives: its last projection, brought to shape."""
    last: dict[str, fx.Node] = {}
    for node in nodes:
        last[module_of(node)[0]] = node
    return [_reshaped(node) for node in last.values()]


def _reshaped(node: fx.Node) -> fx.Node:
    key = module_of(node)[0]
    for user in node.users:
        if module_of(user)[0] == key and operator_of(user) in _RESHAPING:
            return _reshaped(user)
    return node


def _kind(node: fx.Node, path: str) -> LayerKind:
    operator = operator_of(node)
    if operator in _CONVOLUTIONS:
        return "conv"
    if operator in _NORMS:
        return "norm"
    if module_of(node)[2].endswith("MultiheadAttention"):
        return "attention"
    if operator in _PRODUCTS:
        owner = path.lower().rpartition(".")[0]
        return "attention" if "attn" in owner or "attention" in owner else "linear"
    return "other"


def _is_depthwise(node: fx.Node) -> bool:
    """Whether a convolution filters each feature alone: as many groups as channels go in."""
    if operator_of(node) not in _CONVOLUTIONS or not node.all_input_nodes:
        return False
    groups = next((arg for arg in reversed(node.args) if isinstance(arg, int)), 1)
    channels: int = node.all_input_nodes[0].meta["val"].shape[1]
    return 1 < groups == channels
