"""A graph as a list of steps on torch, and the passes through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import onnx
import torch
from onnx import AttributeProto

from percepta.core.errors import ModelError, ModelMemoryError, Where
from percepta.models.differentiating import Tap
from percepta.models.model import Array
from percepta.models.onnx_torch import families
from percepta.models.onnx_torch.elements import known, to_torch
from percepta.models.onnx_torch.table import Operator, find_operator
from percepta.models.out_of_memory import is_out_of_memory, out_of_memory

Values = dict[str, Any]

families.load()


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    operator: Operator
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    bodies: Mapping[str, _Steps]  # graphs inside control flow

    def run(self, values: Values) -> tuple[Any, ...]:
        inputs = [values[name] if name else None for name in self.inputs]
        bodies = {name: body.bound(values) for name, body in self.bodies.items()}
        try:
            return self.operator(inputs, {**self.attributes, **bodies})
        except ModelError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                raise out_of_memory(f"the gradient's pass at {self.label}") from error
            reason = str(error).strip().partition("\n")[0]
            raise ModelError(
                f"The gradient's pass failed at {self.label}: {reason}",
                fix="Export the model with another opset, 17 if in doubt.",
            ) from error


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of one graph, with the values that are the same in every pass."""

    steps: tuple[_Step, ...]
    constants: Values
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def run(self, values: Values, layers: Mapping[str, str], tap: Tap) -> None:
        """Run every step, adding to the values; a tensor that is a layer's response is tapped."""
        for step in self.steps:
            for name, result in zip(step.outputs, step.run(values), strict=False):
                values[name] = tap(layers[name], result) if name in layers else result

    def bound(self, outer: Values) -> Any:
        """Return the graph as a function that also sees the values around it."""

        def body(*inputs: Any) -> tuple[Any, ...]:
            values = {**outer, **self.constants, **dict(zip(self.inputs, inputs, strict=True))}
            self.run(values, {}, lambda layer, response: response)
            return tuple(values[name] for name in self.outputs)

        return body


class Translation:
    """An ONNX graph on torch.

    Args:
        model: without functions of its own.
        folder: in which its external data lies.
        outputs: the graph's name of each output, by name.
        taps: the tensor that is each layer's response, by layer.
        device: where it runs.
        where: the file, for messages.

    Raises:
        ModelError: an operator has no translation.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        folder: str,
        outputs: Mapping[str, str],
        taps: Mapping[str, str],
        device: torch.device,
        where: Where | None = None,
    ) -> None:
        self._outputs, self._where, self.device = dict(outputs), where, device
        self._layers = {tensor: layer for layer, tensor in taps.items()}
        wanted = {*outputs.values(), *taps.values()}
        self._graph = _Reader(_opsets(model), folder, device, where).read(model.graph, wanted)

    def accept(self, array: Array) -> torch.Tensor:
        """Return an input as it is computed with: on the device, half precision as single."""
        tensor = torch.tensor(array)
        return tensor.to(self.device, known(tensor.dtype))

    def run(self, inputs: Mapping[str, torch.Tensor], tap: Tap) -> dict[str, torch.Tensor]:
        """Run a batch; see :data:`percepta.models.differentiating.Run`.

        Args:
            inputs: by the graph's names, as from :meth:`accept`.
            tap: gets the response of every layer.

        Raises:
            ModelError: a step fails.
        """
        values = {**self._graph.constants, **inputs}
        try:
            self._graph.run(values, self._layers, tap)
        except ModelMemoryError:
            raise
        except ModelError as error:
            raise ModelError(error.message, where=self._where, fix=error.fix) from error
        return {name: values[tensor] for name, tensor in self._outputs.items()}


def unsupported_operators(model: onnx.ModelProto, wanted: Iterable[str]) -> list[str]:
    """Name the operators without a translation among those that the wanted tensors need, sorted."""
    opsets = _opsets(model)
    found: set[str] = set()

    def look(graph: onnx.GraphProto, tensors: Iterable[str]) -> None:
        for node in needed_nodes(graph, tensors):
            found.update(_missing(node, opsets))
            for attribute in node.attribute:
                if attribute.type == AttributeProto.GRAPH:
                    look(attribute.g, [value.name for value in attribute.g.output])

    look(model.graph, wanted)
    return sorted(found)


def needed_nodes(graph: onnx.GraphProto, tensors: Iterable[str]) -> list[onnx.NodeProto]:
    """Return the nodes that the given tensors depend on, in order."""
    needed = set(tensors)
    found = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            found.append(node)
            needed.update(node.input)
            needed.update(name for g in _bodies(node) for name in _free_names(g))
    return found[::-1]


class _Reader:
    """Turns the nodes of a graph into steps."""

    def __init__(
        self, opsets: Mapping[str, int], folder: str, device: torch.device, where: Where | None
    ) -> None:
        self._opsets, self._folder, self._device, self._where = opsets, folder, device, where

    def read(self, graph: onnx.GraphProto, wanted: Iterable[str]) -> _Steps:
        wanted = set(wanted)
        nodes = needed_nodes(graph, wanted)
        used = wanted.union(*(node.input for node in nodes), *map(_free_of, nodes))
        given = [value.name for value in graph.input]
        constants: Values = {
            tensor.name: self._weights(tensor)
            for tensor in graph.initializer
            if tensor.name in used
        }
        steps = []
        for node in nodes:
            step = self._step(node)
            if not step.bodies and all(name in constants for name in step.inputs if name):
                constants.update(zip(step.outputs, step.run(constants), strict=False))
            else:
                steps.append(step)
        outputs = tuple(value.name for value in graph.output)
        free = {name for step in steps for name in step.inputs}
        free.update(name for node in nodes for name in _free_of(node))
        kept = {name: value for name, value in constants.items() if name in free | wanted}
        return _Steps(tuple(steps), kept, tuple(n for n in given if n not in constants), outputs)

    def _step(self, node: onnx.NodeProto) -> _Step:
        missing = _missing(node, self._opsets)
        found = find_operator(node.domain, node.op_type, self._opsets.get(node.domain, 1))
        if missing or found is None:
            raise ModelError(
                f"percepta has no gradient through the operator {', '.join(missing)}.",
                where=self._where,
                fix="Export the model with ordinary operators, or use it without heat maps.",
            )
        attributes: Values = {}
        bodies = {}
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                names = [value.name for value in attribute.g.output]
                bodies[attribute.name] = self.read(attribute.g, names)
            else:
                attributes[attribute.name] = self._plain(attribute)
        if found.counts_outputs:
            attributes["outputs"] = len(node.output)
        label = f"{node.op_type} {node.name or node.output[0]!r}"
        return _Step(label, found, tuple(node.input), tuple(node.output), attributes, bodies)

    def _plain(self, attribute: onnx.AttributeProto) -> Any:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, bytes):
            return value.decode()
        if isinstance(value, onnx.TensorProto):
            return self._weights(value)
        if isinstance(value, int | float):
            return value
        return [item.decode() if isinstance(item, bytes) else item for item in value]

    def _weights(self, tensor: onnx.TensorProto) -> torch.Tensor:
        values = to_torch(tensor, self._folder)
        if not values.is_floating_point():
            return values
        if values.ndim == 4:  # convolutions on the CPU run up to twice as fast so
            values = values.contiguous(memory_format=torch.channels_last)
        return values.to(self._device)


def _missing(node: onnx.NodeProto, opsets: Mapping[str, int]) -> list[str]:
    """Say what of a node has no translation: nothing, itself, or some of its attributes."""
    name = f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
    found = find_operator(node.domain, node.op_type, opsets.get(node.domain, 1))
    if found is None:
        return [name]
    if not found.takes(len(node.input)):
        return [f"{name} with {len(node.input)} inputs"]
    foreign = found.foreign_attributes([attribute.name for attribute in node.attribute])
    return [f"{name} with {attribute}" for attribute in foreign]


def _opsets(model: onnx.ModelProto) -> dict[str, int]:
    found = {entry.domain: entry.version for entry in model.opset_import}
    standard = found.get("", found.get("ai.onnx", 1))
    return found | {"": standard, "ai.onnx": standard}


def _bodies(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    return [a.g for a in node.attribute if a.type == AttributeProto.GRAPH]


def _free_of(node: onnx.NodeProto) -> set[str]:
    return {name for body in _bodies(node) for name in _free_names(body)}


def _free_names(graph: onnx.GraphProto) -> set[str]:
    """Return the tensors a graph inside control flow takes from around it."""
    own = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
    used = {value.name for value in graph.output}
    for node in graph.node:
        used.update(node.input)
        used |= _free_of(node)
        own.update(node.output)
    return used - own - {""}
