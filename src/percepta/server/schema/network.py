"""The network of a run, and what the integration wires to it."""

from __future__ import annotations

from percepta.core.network import NodeKind
from percepta.core.wiring import ArgumentSource, FunctionKind
from percepta.server.schema.base import Message


class NetworkNode(Message):
    """One step of the network.

    Attributes:
        operator: what it computes, in the words of the model's format.
        shape: of its result, batch axis first; null where a size varies or nothing is known.
        parameters: number of learned values of its own.
        captured: whether it is a layer whose responses can be captured.
        settings: what shapes the computation: name → value, for people.
    """

    name: str
    kind: NodeKind
    operator: str
    shape: list[int | None] | None
    parameters: int
    captured: bool
    settings: dict[str, str]


class WiredArgument(Message):
    """One argument of a function, and the array it receives."""

    argument: str
    source: ArgumentSource
    name: str


class WiredFunction(Message):
    """One function of the integration.

    Attributes:
        place: file, line and function, for people; empty where not known.
        feeds: of an input, the node of the network it is given to; null: none.
    """

    kind: FunctionKind
    name: str
    place: str
    feeds: str | None
    arguments: list[WiredArgument]


class WiredSpace(Message):
    """A latent space and the layers it is built of; none where a function of the user's gives it."""

    name: str
    layers: list[str]


class NetworkDetails(Message):
    """The network of a run as a graph, with the integration's wiring.

    Attributes:
        format: of the model, e.g. ``pytorch``.
        parameters: number of learned values of the whole.
        content_hash: hex SHA-256 of structure and weights.
        max_batch: most samples that the model takes at once; null: any number.
        nodes: in execution order.
        edges: pairs of node names, from → to.
        predictions: names of the output nodes that are predictions.
    """

    format: str
    parameters: int
    content_hash: str
    max_batch: int | None
    nodes: list[NetworkNode]
    edges: list[list[str]]
    functions: list[WiredFunction]
    predictions: list[str]
    spaces: list[WiredSpace]
