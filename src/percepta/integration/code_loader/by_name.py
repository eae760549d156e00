"""Connecting by the names of arguments, for scripts that tell nothing about their wiring."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMapping,
    NodeMappingType,
)
from percepta.integration.code_loader.module.inner_leap_binder import _builtins
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import MAX_SLOTS
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

WORDS = {
    "prediction": frozenset({"pred", "preds", "prediction", "predictions", "predicted", "output"})
    | {"outputs", "logits", "probs", "probabilities", "scores", "hat"},
    "ground_truth": frozenset({"gt", "ground", "truth", "true", "target", "targets", "label"})
    | {"labels", "annotation", "annotations"},
    "input": frozenset(
        {"input", "inputs", "image", "images", "img", "data", "x", "text", "tokens"}
    ),
}
"""Words in an argument's name that tell what kind of array it receives, where there is only one such."""


def connected_by_name(binder: LeapBinder) -> tuple[list[NodeConnection], list[str]]:
    """Connect every function of a script by the names of its arguments.

    Returns:
        The connections, and one sentence for every function: how it was connected, or that it was not.
    """
    setup = binder.setup_container
    sources = _Sources(
        [handler.name for handler in setup.inputs],
        [handler.name for handler in setup.ground_truths],
        [one.name for one in setup.prediction_types] or ["prediction"],
    )
    connections, notes = [], []
    for kind, name, arguments in _declared(binder):
        found = {argument: sources.find(argument) for argument in arguments}
        missing = [argument for argument, node in found.items() if node is None]
        word = "loss" if kind is NodeMappingType.CustomLoss else kind.value.lower()
        if missing:
            notes.append(
                f"The {word} {name!r} is left out: nothing tells what its argument {missing[0]!r} "
                "receives. Write a @tensorleap_integration_test() that calls it."
            )
            continue
        nodes = {argument: node for argument, node in found.items() if node is not None}
        told = ", ".join(f"{a} = {sources.shown(node)}" for a, node in nodes.items())
        notes.append(f"The {word} {name!r} is connected by its arguments' names: {told}.")
        connections.append(NodeConnection(NodeMapping(name, kind, name, None, arguments), nodes))
    return connections, notes


class _Sources:
    def __init__(
        self, inputs: Sequence[str], truths: Sequence[str], predictions: Sequence[str]
    ) -> None:
        self._predictions = list(predictions)[:MAX_SLOTS]
        place = NodeMappingType.GroundTruth
        self._nodes: dict[str, dict[str, NodeMapping]] = {
            "input": {name: NodeMapping(name, NodeMappingType.Input) for name in inputs},
            "ground_truth": {name: NodeMapping(name, place) for name in truths},
            "prediction": {
                name: NodeMapping("", NodeMappingType(f"Prediction{index}"))
                for index, name in enumerate(self._predictions)
            },
        }

    def find(self, argument: str) -> NodeMapping | None:
        """Return what an argument receives: the array of its name, or the only one of its kind."""
        exact = [nodes[argument] for nodes in self._nodes.values() if argument in nodes]
        if exact:
            return exact[0] if len(exact) == 1 else None
        words = set(re.findall(r"[a-z]+", argument.lower()))
        kinds = [kind for kind, known in WORDS.items() if words & known]
        if len(kinds) != 1 or len(self._nodes[kinds[0]]) != 1:
            return None
        return next(iter(self._nodes[kinds[0]].values()))

    def shown(self, node: NodeMapping) -> str:
        """Name a source for people."""
        if node.type.value.startswith("Prediction"):
            return f"prediction {self._predictions[int(node.type.value[-1])]!r}"
        kind = "ground truth" if node.type is NodeMappingType.GroundTruth else "input"
        return f"{kind} {node.name!r}"


def _declared(binder: LeapBinder) -> Iterator[tuple[NodeMappingType, str, list[str]]]:
    """Return the script's own losses, metrics and visualizers, with the arguments of each."""
    setup = binder.setup_container
    for loss in setup.custom_loss_handlers[len(_builtins.LOSSES) :]:
        data = loss.custom_loss_handler_data
        yield NodeMappingType.CustomLoss, data.name, data.arg_names
    for metric in setup.metrics[len(_builtins.METRICS) :]:
        measured = metric.metric_handler_data
        yield NodeMappingType.Metric, measured.name, measured.arg_names
    for visualizer in setup.visualizers[len(_builtins.VISUALIZERS) :]:
        shown = visualizer.visualizer_handler_data
        yield NodeMappingType.Visualizer, shown.name, shown.arg_names
