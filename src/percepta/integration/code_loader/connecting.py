"""Connecting: which arrays a script's functions receive, from the nodes its wiring is recorded in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from percepta.core.errors import IntegrationError
from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMapping,
    NodeMappingType,
)
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder
from percepta.integration.parts import Connection

USES = (
    NodeMappingType.Visualizer,
    NodeMappingType.Metric,
    NodeMappingType.CustomLoss,
    NodeMappingType.Loss,
    NodeMappingType.CustomLatentSpace,
)


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a loss, metric, visualizer or latent space.

    Attributes:
        kind: what is used.
        name: the registered name.
        unique_name: name of this use.
        sources: where each argument comes from.
    """

    kind: NodeMappingType
    name: str
    unique_name: str
    sources: Mapping[str, NodeMapping]


@dataclass(frozen=True, slots=True)
class Wired:
    """How everything is connected.

    Attributes:
        fed: names of the inputs that the model takes, in its order.
        unfed: names of the inputs that it does not take.
        predictions: names of the model's outputs, in its order.
        uses: in the order of the script.
    """

    fed: tuple[str, ...]
    unfed: tuple[str, ...]
    predictions: tuple[str, ...]
    uses: tuple[Use, ...]

    def connections(self, use: Use) -> tuple[Connection, ...]:
        """Connect the arguments of a use.

        Raises:
            IntegrationError: one comes from something that is not there.
        """
        return tuple(self._connection(argument, node) for argument, node in use.sources.items())

    def _connection(self, argument: str, node: NodeMapping) -> Connection:
        kind, index = numbered(node.type)
        if kind == "Prediction" and index is not None:
            return Connection(argument, "prediction", self.predictions[index])
        if kind == "Input":
            names = (*self.fed, *self.unfed)
            name = node.name or "".join(self.fed[index or 0 :][:1])
            if name in names:
                return Connection(argument, "input", name)
        if kind == "GroundTruth":
            return Connection(argument, "ground_truth", node.name)
        raise IntegrationError(
            f"The argument {argument!r} is connected to {node.type.value} {node.name!r}, which is not "
            "there.",
            fix="Connect it to an input, a ground truth or a prediction of the script.",
        )


def wired(binder: LeapBinder, connections: Sequence[NodeConnection]) -> Wired:
    """Read how everything is connected.

    Args:
        binder: what the script declares.
        connections: of its integration test, its ``connects_to``, or its mapping file.

    Raises:
        IntegrationError: two inputs feed one place of the model.
    """
    nodes = [c.node for c in connections]
    nodes += [node for c in connections for node in (c.node_inputs or {}).values()]
    slots: dict[int, str] = {}
    outputs = 0
    for node in nodes:
        kind, index = numbered(node.type)
        if kind == "Prediction" and index is not None:
            outputs = max(outputs, index + 1)
        if kind == "Input" and index is not None and node.name:
            if slots.setdefault(index, node.name) != node.name:
                raise IntegrationError(
                    f"The inputs {slots[index]!r} and {node.name!r} both feed input {index} of the "
                    "model.",
                    fix="Give each input of the model one input encoder.",
                )
    slots = slots or binder.model_input_indices
    declared = [handler.name for handler in binder.setup_container.inputs]
    fed = tuple(slots[index] for index in sorted(slots)) or tuple(declared)
    return Wired(
        fed=fed,
        unfed=tuple(name for name in declared if name not in fed),
        predictions=_prediction_names(binder, outputs),
        uses=tuple(_use(c) for c in connections if c.node.type in USES),
    )


def numbered(kind: NodeMappingType) -> tuple[str, int | None]:
    """Take the number off a kind of node: ``Input2`` gives ``("Input", 2)``."""
    if kind.value[-1].isdigit():
        return kind.value[:-1], int(kind.value[-1])
    return kind.value, None


def _use(connection: NodeConnection) -> Use:
    node = connection.node
    unique = node.user_unique_name or node.name
    return Use(node.type, node.name, unique, connection.node_inputs or {})


def _prediction_names(binder: LeapBinder, used: int) -> tuple[str, ...]:
    """Names of the outputs: those declared, and numbers for those only used."""
    names = [one.name for one in binder.setup_container.prediction_types]
    if not names and used <= 1:
        return ("prediction",)
    return (*names, *(f"prediction_{index}" for index in range(len(names), used)))
