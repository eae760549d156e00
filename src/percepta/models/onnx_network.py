"""An ONNX graph as a graph for people: what computes features, not what computes sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import onnx

from percepta.core.network import Network, NetworkNode, NodeKind, Shape
from percepta.models.onnx_graph import Tap
from percepta.models.onnx_settings import settings_of
from percepta.models.onnx_weights import constant_tensors, owned_weights

_PASSED_OVER = {"Identity", "Dropout"}
_PRODUCTS = {"Conv", "ConvTranspose", "MatMul", "FusedMatMul"}
_SIZES = {"Shape", "Size"}


def describe_network(
    graph: onnx.GraphProto,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    taps: Iterable[Tap],
    shapes: Mapping[str, Shape],
) -> Network:
    """Return a graph for people.

    Weights and constants are no nodes, nor is what only computes sizes; a bias added to a product is
    part of its node; what passes its input on is bridged.

    Args:
        graph: of the file.
        inputs: the graph's name of each input, by percepta's.
        outputs: the graph's tensor of each output, by percepta's name.
        taps: the layers that can be captured.
        shapes: by tensor, as far as known.
    """
    drawing = _Drawing(graph, inputs, outputs, taps, shapes)
    for index, node in enumerate(graph.node):
        drawing.add(index, node)
    return drawing.finish()


class _Drawing:
    """The nodes and edges so far, and which nodes give each tensor."""

    def __init__(
        self,
        graph: onnx.GraphProto,
        inputs: Mapping[str, str],
        outputs: Mapping[str, str],
        taps: Iterable[Tap],
        shapes: Mapping[str, Shape],
    ) -> None:
        self._outputs = outputs
        self._shapes = {t.name: tuple(t.dims) for t in graph.initializer} | dict(shapes)
        self._constants = constant_tensors(graph)
        self._weights = owned_weights(graph)
        self._layers = {tap.origin: tap.layer for tap in taps}
        self._users = _count_uses(graph)
        self._taken = {*inputs, *outputs}
        self._nodes = [
            NetworkNode(name, "input", "Input", shapes.get(own)) for name, own in inputs.items()
        ]
        self._edges: dict[tuple[str, str], None] = {}
        self._from: dict[str, list[str]] = {own: [name] for name, own in inputs.items()}
        self._sizes: dict[str, list[str]] = {}  # tensors that only depend on shapes
        self._bias_of = _biases(graph, self._constants, self._users)

    def add(self, index: int, node: onnx.NodeProto) -> None:
        """Draw a node, or let its neighbours meet."""
        results = [name for name in node.output if name]
        if not results or results[0] in self._constants:
            return
        used = [name for name in (*node.input, *_taken_from_around(node)) if name]
        sources = _unique(source for name in used for source in self._from.get(name, ()))
        sizes = _unique(source for name in used for source in self._sizes.get(name, ()))
        if node.op_type in _SIZES or not (sources or index in self._weights or not sizes):
            self._sizes.update(dict.fromkeys(results, sources or sizes))
            return
        sources = sources or sizes
        if node.op_type not in _PASSED_OVER and index not in self._bias_of:
            sources = [self._draw(index, node, sources)]
        self._from.update(dict.fromkeys(results, sources))

    def finish(self) -> Network:
        """Return the whole with its outputs."""
        layers = set(self._layers.values())
        for name, tensor in self._outputs.items():
            shape, captured = self._shapes.get(tensor), name in layers
            node = NetworkNode(name, "output", "Output", shape, captured=captured)
            self._nodes.append(node)
            sources = self._from.get(tensor) or self._sizes.get(tensor, [])
            self._edges.update(dict.fromkeys((source, name) for source in sources))
        return Network(tuple(self._nodes), tuple(self._edges))

    def _draw(self, index: int, node: onnx.NodeProto, sources: Sequence[str]) -> str:
        name, captured = self._name(index, node)
        biases = [bias for bias, product in self._bias_of.items() if product == index]
        parameters = sum(self._weights.get(each, 0) for each in (index, *biases))
        kind: NodeKind = "layer" if parameters or captured else "operation"
        result = next(name for name in node.output if name)
        self._nodes.append(
            NetworkNode(
                name,
                kind,
                node.op_type,
                self._shapes.get(result),
                parameters,
                captured,
                settings_of(node, self._weight_shape(node)),
            )
        )
        self._edges.update(dict.fromkeys((source, name) for source in sources))
        return name

    def _weight_shape(self, node: onnx.NodeProto) -> Shape:
        """Return the shape of a node's first constant input, ``()`` where it has none."""
        shapes = (self._shapes.get(name) for name in node.input if name in self._constants)
        return next((shape for shape in shapes if shape), ())

    def _name(self, index: int, node: onnx.NodeProto) -> tuple[str, bool]:
        """Return a free name, and whether it is that of a layer."""
        layer = self._layers.get(index)
        wish = layer or node.name or next(name for name in node.output if name)
        name, count = wish, 1
        while name in self._taken:
            name = f"{wish} ({node.op_type})" if count == 1 else f"{wish} ({node.op_type} {count})"
            count += 1
        self._taken.add(name)
        return name, layer is not None and name == layer


def _biases(
    graph: onnx.GraphProto, constants: set[str], users: Mapping[str, int]
) -> dict[int, int]:
    """Return, by index of an addition of constants, the product it completes."""
    products = {
        node.output[0]: index
        for index, node in enumerate(graph.node)
        if node.op_type in _PRODUCTS and users.get(node.output[0], 0) == 1
    }
    found = {}
    for index, node in enumerate(graph.node):
        if node.op_type == "Add" and any(name in constants for name in node.input):
            for name in node.input:
                if name in products:
                    found[index] = products[name]
    return found


def _count_uses(graph: onnx.GraphProto) -> dict[str, int]:
    uses: dict[str, int] = {}
    for node in graph.node:
        for name in (*node.input, *_taken_from_around(node)):
            uses[name] = uses.get(name, 0) + 1
    for value in graph.output:
        uses[value.name] = uses.get(value.name, 0) + 1
    return uses


def _taken_from_around(node: onnx.NodeProto) -> list[str]:
    """Return what graphs inside control flow may take from around them."""
    return [
        name
        for attribute in node.attribute
        if attribute.HasField("g")
        for inner in attribute.g.node
        for name in (*inner.input, *_taken_from_around(inner))
    ]


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
