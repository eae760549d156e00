"""Which layers feed an output: a short walk back through a computation graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

LAST_LAYERS_PER_HOP = 4


def last_layers(
    start: Iterable[Any],
    predecessors: Callable[[Any], Iterable[Any]],
    layer_of: Callable[[Any], str | None],
    order: Mapping[str, int],
) -> set[str]:
    """Return the layers that feed an output as one of its last two.

    The last is the one whose response reaches the output through no other layer, the last but one
    reaches it through that one only. Where branches or residual paths give several, the latest
    four in execution order are kept of each.

    Args:
        start: graph nodes (hashable) that produce the output.
        predecessors: the nodes whose results a node uses.
        layer_of: name of the layer whose response a node produces, or None.
        order: position of each layer in execution order.
    """
    found: set[str] = set()
    frontier = list(start)
    for _ in range(2):
        reached = _nearest(frontier, predecessors, layer_of)
        latest = sorted(reached, key=lambda name: order[name])[-LAST_LAYERS_PER_HOP:]
        found.update(latest)
        frontier = [before for name in latest for before in predecessors(reached[name])]
    return found


def _nearest(
    start: list[Any],
    predecessors: Callable[[Any], Iterable[Any]],
    layer_of: Callable[[Any], str | None],
) -> dict[str, Any]:
    """Return, by layer, the first node found that produces a layer's response on each path back."""
    seen: set[Any] = set()
    found: dict[str, Any] = {}
    stack = list(start)
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        name = layer_of(node)
        if name is None:
            stack.extend(predecessors(node))
        else:
            found.setdefault(name, node)
    return found
