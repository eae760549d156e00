"""A network as a graph that people read: what computes what, with shapes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

NodeKind = Literal["input", "layer", "operation", "output"]
Shape = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """One step of a network.

    Attributes:
        name: unique in the network; of an input or output the name percepta uses for it.
        kind: ``layer`` holds learned values or is one percepta captures; ``operation`` is any other step.
        operator: what it computes, in the words of the format: ``Conv2d``, ``Gemm``, ``aten.relu``.
        shape: of its (first) result, batch axis first; None where a size varies or is not known.
        parameters: number of learned values of its own.
        captured: whether percepta can capture its response, under this name.
        settings: what shapes the computation, for people: ``kernel_size`` → ``3×3``.
    """

    name: str
    kind: NodeKind
    operator: str
    shape: Shape | None = None
    parameters: int = 0
    captured: bool = False
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A directed graph in execution order.

    Attributes:
        nodes: inputs first, outputs last, every node after those it uses.
        edges: ``(from, to)`` by node name, in the order of ``to``.
    """

    nodes: tuple[NetworkNode, ...]
    edges: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "nodes": [asdict(node) | {"settings": dict(node.settings)} for node in self.nodes],
            "edges": [list(e) for e in self.edges],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Network:
        """Read what :meth:`to_json` wrote."""
        nodes = tuple(
            NetworkNode(
                name=node["name"],
                kind=node["kind"],
                operator=node["operator"],
                shape=None if node["shape"] is None else tuple(node["shape"]),
                parameters=node["parameters"],
                captured=node["captured"],
                settings=tuple(node["settings"].items()),
            )
            for node in value["nodes"]
        )
        return cls(nodes, tuple((start, end) for start, end in value["edges"]))
