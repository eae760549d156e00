"""An exported program as a graph for people: one step for each module that ran, and each other operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import fx

from percepta.core.network import Network, NetworkNode, Shape
from percepta.models.exported_graph import ProgramGraph, module_of, operator_of
from percepta.models.torch_settings import render_setting

_LEAVES = "torch.nn.modules."
_COMPOSITES = ("torch.nn.modules.container.", "torch.nn.modules.transformer.")


def program_network(
    graph: ProgramGraph,
    inputs: Mapping[str, str],
    outputs: Mapping[str, fx.Node],
    layers: Mapping[str, fx.Node],
) -> Network:
    """Return the graph of a program.

    Args:
        graph: the program.
        inputs: percepta's name of each placeholder.
        outputs: the node of each output, by percepta's name.
        layers: by name of a captured layer, the node of its first response.
    """
    groups = _Groups(graph, layers)
    sources: dict[fx.Node, str] = {}
    nodes: list[NetworkNode] = []
    for own, node in graph.inputs.items():
        name = inputs[own]
        sources[node] = name
        nodes.append(NetworkNode(name, "input", _dtype(node), _shape(node)))
    edges: dict[tuple[str, str], None] = {}
    for members in groups.all:
        befores = [b for node in members for b in node.all_input_nodes if b not in members]
        name, step = groups.describe(members, {node.name for node in nodes})
        known = [sources[before] for before in befores if before in sources]
        if step is None:  # a shape or a part of a tuple: bridged
            if known and operator_of(members[0]) == "getitem":
                sources[members[0]] = known[0]
            continue
        nodes.append(step)
        edges |= dict.fromkeys((before, name) for before in known)
        sources |= dict.fromkeys(members, name)
    taken = {node.name for node in nodes}
    for name, node in outputs.items():
        end = name if name not in taken else f"{name}.output"
        nodes.append(NetworkNode(end, "output", _dtype(node), _shape(node)))
        if node in sources:
            edges[sources[node], end] = None
    return _without_loose_ends(Network(tuple(nodes), tuple(edges)))


def _without_loose_ends(network: Network) -> Network:
    """Return a network without operations that lead nowhere, such as the steps before an overwriting."""
    needed = {node.name for node in network.nodes if node.kind != "operation"}
    for start, end in sorted(network.edges, key=_order(network), reverse=True):
        needed |= {start} if end in needed else set()
    return Network(
        tuple(node for node in network.nodes if node.name in needed),
        tuple(edge for edge in network.edges if edge[1] in needed),
    )


def _order(network: Network) -> Callable[[tuple[str, str]], int]:
    order = {node.name: index for index, node in enumerate(network.nodes)}
    return lambda edge: order[edge[1]]


class _Groups:
    """The steps of a program: nodes of one run of one leaf module belong together.

    Attributes:
        all: the nodes of each step, in execution order of their last.
    """

    def __init__(self, graph: ProgramGraph, layers: Mapping[str, fx.Node]) -> None:
        self._graph = graph
        self._layers = layers
        self._counted: set[fx.Node] = set()
        by_run: dict[object, list[fx.Node]] = {}
        for node in graph.nodes:
            key, _, kind = module_of(node)
            leaf = kind.startswith(_LEAVES) and not kind.startswith(_COMPOSITES)
            by_run.setdefault(key if leaf else node, []).append(node)
        order = {node: index for index, node in enumerate(graph.nodes)}
        self.all = sorted(by_run.values(), key=lambda members: order[members[-1]])

    def describe(self, members: list[fx.Node], taken: set[str]) -> tuple[str, NetworkNode | None]:
        """Return a step's name and node; no node for one that gives no tensor of its own."""
        end = next((n for n in reversed(members) if any(u not in members for u in n.users)), None)
        if end is None:
            return "", None
        operator = operator_of(end)
        if operator == "getitem" and len(members) == 1:
            return "", None
        if not any(isinstance(_tensor(node), torch.Tensor) for node in members):
            return "", None
        _, path, kind = module_of(end)
        leaf = kind.startswith(_LEAVES) and not kind.startswith(_COMPOSITES)
        learned = {
            given
            for node in members
            for given in node.all_input_nodes
            if given in self._graph.parameters
        }
        layer = self._layer(members, learned, path)
        plain = path if leaf else ".".join(part for part in (path, operator.rstrip("_")) if part)
        name = plain if layer is None else layer
        if name in taken or (layer is None and name in self._layers):
            count = 2
            while f"{plain}:{count}" in taken:
                count += 1
            name = f"{plain}:{count}"
        own = learned - self._counted
        self._counted |= learned
        return name, NetworkNode(
            name,
            "layer" if learned else "operation",
            kind.rpartition(".")[2] if leaf else f"aten.{operator.rstrip('_')}",
            _shape(end),
            sum(self._graph.state[node].numel() for node in own),
            layer is not None and name == layer,
            _settings(end) if len(members) == 1 else (),
        )

    def _layer(self, members: list[fx.Node], learned: set[fx.Node], path: str) -> str | None:
        """Return the captured layer whose weights a step holds."""
        if not learned:
            return None
        names = {self._graph.parameters[node] for node in learned}
        owners = [path, *names, *(name.rpartition(".")[0] for name in names)]
        return next((owner for owner in owners if owner and owner in self._layers), None)


_SETTINGS = {"stride", "padding", "dilation", "groups", "kernel_size", "p", "dim", "negative_slope"}


def _settings(node: fx.Node) -> tuple[tuple[str, str], ...]:
    """Return what shapes a node's computation: sizes of its weight, and the plain arguments."""
    target = node.target
    if not isinstance(target, torch._ops.OpOverload):
        return ()
    found: dict[str, str] = {}
    for argument, value in zip(target._schema.arguments, node.args, strict=False):
        if argument.name == "weight" and isinstance(value, fx.Node) and value.meta["val"].ndim > 1:
            sizes = list(value.meta["val"].shape)
            found["out_channels" if len(sizes) > 2 else "out_features"] = str(sizes[0])
            if len(sizes) > 2:
                found["kernel_size"] = render_setting(sizes[2:])
        plain = isinstance(value, int | float | str | list | tuple)
        if argument.name in _SETTINGS and plain and value != argument.default_value:
            found[argument.name] = render_setting(value)
    return tuple(found.items())


def _tensor(node: fx.Node) -> object:
    value = node.meta.get("val")
    return value[0] if isinstance(value, list | tuple) and value else value


def _shape(node: fx.Node) -> Shape | None:
    value = _tensor(node)
    if not isinstance(value, torch.Tensor):
        return None
    sizes: list[object] = list(value.shape)  # symbols where a size varies
    return tuple(size if isinstance(size, int) else None for size in sizes)


def _dtype(node: fx.Node) -> str:
    value = _tensor(node)
    return str(value.dtype).removeprefix("torch.") if isinstance(value, torch.Tensor) else ""
