"""What a run keeps of how its integration is wired to the model."""

from __future__ import annotations

from collections.abc import Iterator

from percepta.core.errors import Where
from percepta.core.wiring import (
    FunctionKind,
    WiredArgument,
    WiredFunction,
    WiredSpace,
    Wiring,
)
from percepta.engine.opening import Spaces
from percepta.integration import Connection, Integration
from percepta.models import Model


def wiring_of(integration: Integration, model: Model, spaces: Spaces) -> Wiring:
    """Describe an integration, as :func:`percepta.integration.complete` gave it, beside its model."""
    return Wiring(
        functions=tuple(_functions(integration, model)),
        predictions=tuple(spec.name for spec in model.outputs),
        spaces=tuple(
            WiredSpace(name, spaces.recipes[name].layers if name in spaces.recipes else ())
            for name in spaces.names
        ),
    )


def _functions(integration: Integration, model: Model) -> Iterator[WiredFunction]:
    taken = {spec.name for spec in model.inputs}
    for encoder in integration.inputs:
        feeds = encoder.name if encoder.fed and encoder.name in taken else None
        yield WiredFunction("input", encoder.name, str(encoder.where), feeds)
    for truth in integration.ground_truths:
        yield WiredFunction("ground_truth", truth.name, str(truth.where))
    for loss in integration.losses:
        yield _connected("loss", loss.name, loss.where, loss.connections)
    for metric in integration.metrics:
        yield _connected("metric", metric.name, metric.where, metric.connections)
    for target in integration.targets:
        yield _connected("target", target.name, target.where, target.connections)
    for shown in integration.visualizers:
        yield _connected("visualizer", shown.name, shown.where, shown.connections)
    for space in integration.latent_spaces:
        yield _connected("latent_space", space.name, space.where, space.connections)


def _connected(
    kind: FunctionKind, name: str, where: Where, connections: tuple[Connection, ...]
) -> WiredFunction:
    arguments = tuple(WiredArgument(c.argument, c.source, c.name) for c in connections)
    return WiredFunction(kind, name, str(where), arguments=arguments)
