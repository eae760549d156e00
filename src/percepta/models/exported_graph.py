"""A ``torch.export`` program as a plan that runs: its graph, node by node, with the values it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx
from torch.export import ExportedProgram
from torch.export.graph_signature import ConstantArgument, InputKind, OutputKind, TensorArgument
from torch.utils import _pytree as pytree

from percepta.core.errors import ModelError

NodeTap = Callable[[fx.Node, Any], Any]
"""``tap(node, value)``: takes a node's value, returns what the graph goes on with."""

_STATE = (InputKind.PARAMETER, InputKind.BUFFER, InputKind.CONSTANT_TENSOR)


@dataclass(frozen=True, slots=True)
class Step:
    """One node, ready to run.

    Attributes:
        node: of the graph.
        function: what it calls.
        args: of the call, with nodes for values.
        kwargs: of the call, with nodes for values.
        done_with: nodes whose values nobody needs after it.
    """

    node: fx.Node
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    done_with: tuple[fx.Node, ...]


class ProgramGraph:
    """The graph of an exported program, in evaluation mode, on one device.

    Dropout and batch norms that were exported in training mode run in evaluation mode, and counters of
    training are left alone: equal batches give equal results, and the program stays as it was.

    Args:
        program: as ``torch.export.export`` or ``load`` gave it.
        device: where to run.

    Attributes:
        inputs: the placeholders of the user's tensors, by name.
        state: values by placeholder: parameters, buffers, constants.
        parameters: by placeholder, the qualified name of each learned tensor.
        outputs: the nodes of the outputs, by path: ``output``, dict keys, ``output_0`` …

    Raises:
        ModelError: it needs an object that is no tensor.
    """

    def __init__(self, program: ExportedProgram, device: torch.device) -> None:
        self._device = device
        self._module = program.graph_module
        self._constants: dict[fx.Node, Any] = {}
        self.inputs: dict[str, fx.Node] = {}
        self.state: dict[fx.Node, torch.Tensor] = {}
        self.parameters: dict[fx.Node, str] = {}
        placeholders = {n.name: n for n in program.graph.nodes if n.op == "placeholder"}
        for spec in program.graph_signature.input_specs:
            node = placeholders[spec.arg.name]
            if spec.kind is InputKind.USER_INPUT and isinstance(spec.arg, TensorArgument):
                self.inputs[node.name] = node
            elif spec.kind is InputKind.USER_INPUT and isinstance(spec.arg, ConstantArgument):
                self._constants[node] = spec.arg.value
            elif spec.kind in _STATE and spec.target is not None:
                self.state[node] = _value_of(program, spec.target).to(device)
                if spec.kind is InputKind.PARAMETER:
                    self.parameters[node] = spec.target
            else:
                raise ModelError(
                    f"The program needs {node.name}, which is no tensor ({spec.kind.name.lower()}).",
                    fix="Export the network without custom objects and with tensors as inputs.",
                )
        self.outputs = _outputs(program)
        self._steps = self._plan(program.graph)

    @property
    def nodes(self) -> list[fx.Node]:
        """The nodes that compute something, in execution order."""
        return [step.node for step in self._steps]

    @property
    def subgraphs(self) -> list[fx.Graph]:
        """The graphs inside: branches, loops, regions without gradients."""
        return [v.graph for v in self._constants.values() if isinstance(v, fx.GraphModule)]

    def run(
        self, inputs: Mapping[str, torch.Tensor], tapped: Collection[fx.Node], tap: NodeTap
    ) -> dict[str, torch.Tensor]:
        """Run the graph.

        Args:
            inputs: by placeholder name, on the device.
            tapped: nodes whose values are handed to ``tap``.
            tap: what it returns takes the value's place.

        Returns:
            Outputs by path.
        """
        values: dict[fx.Node, Any] = {**self.state, **self._constants}
        values |= {self.inputs[name]: tensor for name, tensor in inputs.items()}
        for step in self._steps:
            value = step.function(
                *fx.node.map_arg(step.args, values.__getitem__),
                **fx.node.map_arg(step.kwargs, values.__getitem__),
            )
            values[step.node] = tap(step.node, value) if step.node in tapped else value
            for node in step.done_with:
                del values[node]
        return {path: values[node] for path, node in self.outputs.items()}

    def _plan(self, graph: fx.Graph) -> list[Step]:
        kept = {*self.outputs.values(), *self.state, *self._constants}
        used: set[fx.Node] = set(kept)
        steps: list[Step] = []
        for node in reversed(list(graph.nodes)):
            if node.op == "get_attr":
                self._constants[node] = getattr(self._module, str(node.target))
                used.add(node)
                continue
            if node.op != "call_function" or self._counts_training(node):
                continue
            args, kwargs = self._adapted(node)
            last = tuple(n for n in dict.fromkeys([*node.all_input_nodes, node]) if n not in used)
            used.update(last)
            function = node.target
            assert callable(function)  # noqa: S101 - call_function nodes hold functions
            steps.append(Step(node, function, args, kwargs, last))
        return steps[::-1]

    def _counts_training(self, node: fx.Node) -> bool:
        """Whether a node only overwrites a buffer, such as a batch norm's counter."""
        changed = node.args[0] if node.args else None
        return (
            isinstance(changed, fx.Node)
            and changed in self.state
            and operator_of(node).endswith("_")
        )

    def _adapted(self, node: fx.Node) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
        """Return a node's arguments for evaluation mode and this device."""

        def moved(value: Any) -> Any:
            if isinstance(value, torch.device):
                return self._device
            if isinstance(value, list | tuple):
                return type(value)(moved(each) for each in value)
            return value

        args = [moved(value) for value in node.args]
        position = _TRAINING_FLAGS.get(operator_of(node))
        if position is not None and len(args) > position:
            args[position] = False
        return tuple(args), {name: moved(value) for name, value in node.kwargs.items()}


_TRAINING_FLAGS = {"dropout": 2, "feature_dropout": 2, "alpha_dropout": 2, "batch_norm": 5}
"""Position of the argument that says whether the network trains."""


def operator_of(node: fx.Node) -> str:
    """Return what a node computes, without library and overload: ``conv2d``, ``add``, ``relu_``."""
    target = node.target
    if isinstance(target, torch._ops.OpOverload):
        return target._schema.name.rpartition("::")[2]
    return str(getattr(target, "__name__", target))


def module_of(node: fx.Node) -> tuple[str, str, str]:
    """Return key (one for each run), path and class of the module a node belongs to; empty if unknown."""
    stack = node.meta.get("nn_module_stack") or {}
    for key, (path, kind) in reversed(stack.items()):
        if "_empty_nn_module_stack" not in str(path):
            name = kind if isinstance(kind, str) else f"{kind.__module__}.{kind.__qualname__}"
            return str(key), str(path), name
    return "", "", ""


def _value_of(program: ExportedProgram, name: str) -> torch.Tensor:
    value = program.state_dict.get(name, program.constants.get(name))
    if not isinstance(value, torch.Tensor):
        raise ModelError(
            f"The program lacks the tensor {name} that it needs.", fix="Export it again."
        )
    return value


def _outputs(program: ExportedProgram) -> dict[str, fx.Node]:
    graph = program.graph
    nodes = {node.name: node for node in graph.nodes}
    specs = [s for s in program.graph_signature.output_specs if s.kind is OutputKind.USER_OUTPUT]
    signature = program.module_call_graph[0].signature
    paths = [f"output_{index}" for index in range(len(specs))]
    if signature is not None:
        paths = _paths(signature.out_spec)
    return {
        path: nodes[spec.arg.name]
        for path, spec in zip(paths, specs, strict=True)
        if isinstance(spec.arg, TensorArgument)
    }


def _paths(spec: pytree.TreeSpec, path: str = "") -> list[str]:
    """Return the path of every leaf of what a program returns, named as an eager module's outputs are."""
    if spec.is_leaf():
        return [path or "output"]
    names = _member_names(spec)
    found: list[str] = []
    for name, child in zip(names, spec.children(), strict=True):
        found += _paths(child, f"{path}.{name}" if path else name)
    return found


def _member_names(spec: pytree.TreeSpec) -> Sequence[str]:
    context = spec.context
    if isinstance(context, type):  # a named tuple
        return list(getattr(context, "_fields", ()))
    if isinstance(context, list) and context and isinstance(context[0], list):  # a dataclass
        context = context[0]
    if isinstance(context, list) and len(context) == spec.num_children:
        return [str(key) for key in context]
    return [f"output_{index}" for index in range(spec.num_children)]
