"""Recording the wiring: which array each argument of a called function receives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from percepta.core.errors import IntegrationError
from percepta.integration.blame import name_of
from percepta.integration.builtin import caller
from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMapping,
    NodeMappingType,
)
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import Placeholder
from percepta.integration.code_loader.module.inner_leap_binder._signatures import (
    sources_by_argument,
)

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder


def record_encoder(binder: LeapBinder, node: NodeMapping) -> Placeholder:
    """Record a call of an encoder; all its calls share one node, which the model's call turns."""
    if (
        node.type is not NodeMappingType.GroundTruth
    ):  # as the public API: ground truths are sources only
        binder.mapping_connections.append(NodeConnection(node, None))
    return Placeholder(node, binder.is_grouped)


def record_call(
    binder: LeapBinder,
    kind: NodeMappingType,
    name: str,
    names: list[str],
    function: Callable[..., Any],
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
) -> None:
    """Record a call of a metric, loss, visualizer or latent space.

    Raises:
        IntegrationError: an argument is missing, unknown, or neither an encoder's result nor a
            prediction.
    """
    given = dict(keywords)
    wanted = given.pop("user_unique_name", name)
    sources = sources_by_argument(function, names, arguments, given)
    inputs = {argument: _node(source, argument, function) for argument, source in sources.items()}
    node = NodeMapping(name, kind, _unused(binder, kind, name, wanted), arg_names=names)
    binder.mapping_connections.append(NodeConnection(node, inputs))


def record_declared(
    binder: LeapBinder,
    kind: NodeMappingType,
    name: str,
    names: list[str],
    connects_to: Mapping[str, Sequence[Any]],
) -> None:
    """Record connections that a decorator declares: what each use of a function receives, in order."""
    for unique_name, sources in connects_to.items():
        given: Sequence[Any] = sources if isinstance(sources, list | tuple) else [sources]
        inputs = dict(zip(names, (source.node_mapping for source in given), strict=False))
        node = NodeMapping(name, kind, unique_name, arg_names=names)
        binder.mapping_connections.append(NodeConnection(node, inputs))


def _node(source: Any, argument: str, function: Callable[..., Any]) -> NodeMapping:
    node = getattr(source, "node_mapping", None)
    if not isinstance(node, NodeMapping):
        raise IntegrationError(
            f"The integration test gives {name_of(function)}() a {type(source).__name__} as "
            f"{argument!r}.",
            where=caller(),
            fix="Give it what an encoder or the model returned, as it is.",
        )
    return node


def _unused(binder: LeapBinder, kind: NodeMappingType, name: str, wanted: str) -> str:
    """Return the wanted name of a use; the second use of ``x`` is ``x_1``, the third ``x_2``."""
    taken = {
        connection.node.user_unique_name
        for connection in binder.mapping_connections
        if connection.node.type is kind and connection.node.name == name
    }
    return f"{wanted}_{len(taken)}" if wanted in taken else wanted
