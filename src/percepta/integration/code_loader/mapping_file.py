"""``leap_mapping.yaml``: how projects without an integration test keep their wiring.

It lists what was placed around the model (inputs, ground truths, visualizers, metrics, losses, an optimizer),
each with its edges, and which prediction is made by which layer of the model. Edges name layers of the
model; a layer that something is connected to makes a prediction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from percepta.core.errors import IntegrationError, Where
from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMapping,
    NodeMappingType,
)
from percepta.integration.code_loader.module.inner_leap_binder import _builtins
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import slot
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

FILE = "leap_mapping.yaml"

_KINDS = {
    "Visualizer": NodeMappingType.Visualizer,
    "Metric": NodeMappingType.Metric,
    "CustomLoss": NodeMappingType.CustomLoss,
    **dict.fromkeys(_builtins.LOSSES, NodeMappingType.CustomLoss),
}
"""What is connected, by ``operation``; inputs and ground truths are sources, the optimizer nothing."""


def mapping_of(binder: LeapBinder, folders: Sequence[Path]) -> list[NodeConnection] | None:
    """Read the wiring of a project that has a mapping file.

    Args:
        binder: what the script declares.
        folders: where the file may be.

    Returns:
        None where there is no such file.

    Raises:
        IntegrationError: it cannot be read, or an edge in it leads nowhere.
    """
    for folder in folders:
        file = folder / FILE
        if file.is_file():
            return list(_Mapping(file, _content(file), binder).connections())
    return None


@dataclass(frozen=True, slots=True)
class _Item:
    """What was placed around the model."""

    id: str
    operation: str
    data: Mapping[str, Any]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The registered name."""
        keys = ("visualizer_name", "metric_name", "output_name", "name", "selected")
        return next((str(self.data[key]) for key in keys if self.data.get(key)), self.operation)


class _Mapping:
    def __init__(self, file: Path, content: Mapping[str, Any], binder: LeapBinder) -> None:
        self._where = Where(file=str(file))
        items = [self._item(item) for item in content.get("decorators") or []]
        self._items = {item.id: item for item in items}
        declared = [one.name for one in binder.setup_container.prediction_types]
        self._outputs = self._numbered_layers(content.get("layers") or [], declared)
        self._inputs = {item.name: self._input(item) for item in items if item.operation == "Input"}

    def connections(self) -> Iterator[NodeConnection]:
        for item in self._items.values():
            if item.operation == "Input":
                yield NodeConnection(self._inputs[item.name], None)
            elif item.operation == "GroundTruth":
                yield NodeConnection(NodeMapping(item.name, NodeMappingType.GroundTruth), None)
            elif item.operation in _KINDS:
                sources = {argument: self._source(edge) for argument, edge in _edges(item.inputs)}
                name, unique = item.name, item.data.get("user_unique_name")
                arguments = list(item.data.get("arg_names") or sources)
                node = NodeMapping(
                    name, _KINDS[item.operation], unique or name, arg_names=arguments
                )
                yield NodeConnection(node, sources)

    def _item(self, given: Any) -> _Item:
        if not isinstance(given, Mapping) or "operation" not in given:
            raise self._wrong(f"holds {given!r:.60} among its decorators")
        parts = {key: given.get(key) or {} for key in ("data", "inputs", "outputs")}
        return _Item(str(given.get("id", "")), str(given["operation"]), **parts)

    def _numbered_layers(self, layers: Any, declared: list[str]) -> dict[str, int]:
        """Give each layer that something is connected to the number of its prediction."""
        numbers: dict[str, int] = {}
        for layer in layers:
            named = (layer.get("data") or {}).get("prediction_type")
            if named in declared:
                numbers[str(layer.get("id"))] = declared.index(named)
        for item in self._items.values():
            for _, edge in _edges(item.inputs):
                layer = str(edge.get("id"))
                if layer not in self._items and layer not in numbers:
                    free = (n for n in range(len(numbers) + 1) if n not in numbers.values())
                    numbers[layer] = next(free)
        return numbers

    def _input(self, item: _Item) -> NodeMapping:
        """Return an input: numbered, in the order of the file, where the model takes it."""
        fed = [one for one in self._items.values() if self._feeds_model(one)]
        kind = slot("Input", fed.index(item)) if item in fed else NodeMappingType.Input
        return NodeMapping(item.name, kind)

    def _feeds_model(self, item: _Item) -> bool:
        edges = [edge for _, edge in _edges(item.outputs)]
        return item.operation == "Input" and any(str(e.get("id")) not in self._items for e in edges)

    def _source(self, edge: Mapping[str, Any]) -> NodeMapping:
        item = self._items.get(str(edge.get("id")))
        if item is None:
            return NodeMapping("", slot("Prediction", self._outputs[str(edge.get("id"))]))
        if item.operation == "Input":
            return self._inputs[item.name]
        if item.operation == "GroundTruth":
            return NodeMapping(item.name, NodeMappingType.GroundTruth)
        raise self._wrong(f"connects something to the {item.operation} {item.name!r}")

    def _wrong(self, what: str) -> IntegrationError:
        return IntegrationError(
            f"{FILE} {what}.",
            where=self._where,
            fix="Correct it, or write a @tensorleap_integration_test() and remove the file.",
        )


def _content(file: Path) -> Mapping[str, Any]:
    where = Where(file=str(file))
    try:
        content = yaml.safe_load(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        raise IntegrationError(
            f"{FILE} cannot be read as YAML.",
            where=Where(file=str(file), line=mark.line + 1 if mark is not None else None),
            fix="Correct that line, or write a @tensorleap_integration_test() and remove the file.",
        ) from None
    if not isinstance(content, Mapping):
        raise IntegrationError(
            f"{FILE} holds no mapping.", where=where, fix="Remove it, or restore its content."
        )
    return content


def _edges(ports: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for port, edges in ports.items():
        for edge in edges or []:
            yield str(port), edge
