"""A PyTorch module as a graph for people: the modules and functions that ran, and what fed them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from percepta.core.network import Network, NetworkNode
from percepta.models.anatomy import Anatomy
from percepta.models.torch_calls import flatten_outputs
from percepta.models.torch_layers import TORCH


def trace_network(
    module: nn.Module,
    run: Callable[[Mapping[str, torch.Tensor]], Any],
    inputs: Mapping[str, torch.Tensor],
    outputs: Mapping[str, str],
    layers: Collection[str],
    anatomy: Anatomy = TORCH,
    name_outputs: Callable[[Any], Mapping[str, torch.Tensor]] = flatten_outputs,
) -> Network:
    """Run a module once and note what computed what.

    A module without modules of its own, or one that percepta captures, is one node, each time it runs;
    a function called on tensors elsewhere is a node named after the module it was called in. A step that
    cannot be seen (compiled code) is told by the module around it.

    Args:
        module: in evaluation mode.
        run: calls it.
        inputs: by percepta's names, all of one batch.
        outputs: the module's own path of each output, by percepta's names.
        layers: names of the modules that are captured.
        anatomy: of the framework.
        name_outputs: turns what ``run`` gives into tensors by path.
    """
    trace = _NetworkTrace(module, layers, anatomy)
    samples = len(next(iter(inputs.values())))
    for name, tensor in inputs.items():
        trace.begin(name, tensor)
    with trace.watching():
        result = name_outputs(run(inputs))
    ends = [trace.end(name, result[path], inputs) for name, path in outputs.items()]
    return trace.network(samples, ends)


class _NetworkTrace:
    """The nodes and edges of one run.

    Attributes:
        parts: the modules that can be watched.
    """

    def __init__(self, module: nn.Module, layers: Collection[str], anatomy: Anatomy) -> None:
        named = anatomy.parts(module)
        self._anatomy = anatomy
        self._names = {id(part): name for name, part in named.items()}
        self.parts = [] if isinstance(module, torch.jit.ScriptModule) else list(named.values())
        self._root = module
        self._layers = layers
        self._nodes: dict[str, NetworkNode] = {}
        self._edges: list[tuple[str, str]] = []
        self._producers: dict[int, str] = {}
        self._kept: list[torch.Tensor] = []  # so that ids stay theirs
        self._inside: list[str] = []
        self._ran: set[str] = set()
        self._silenced = 0

    def begin(self, name: str, tensor: torch.Tensor) -> None:
        """Note an input."""
        kind = str(tensor.dtype).removeprefix("torch.")
        self._nodes[name] = NetworkNode(name, "input", kind, tuple(tensor.shape))
        self._produce(name, [tensor])

    def end(self, name: str, tensor: torch.Tensor, inputs: Mapping[str, torch.Tensor]) -> str:
        """Note an output; return its node's name."""
        before = self._producers.get(id(tensor))
        if before is None:  # compiled code gave it
            before = self._add_module(self._root, list(inputs.values()), [tensor])
        node = name if name not in self._nodes else self._free(f"{name}.output")
        kind = str(tensor.dtype).removeprefix("torch.")
        self._nodes[node] = NetworkNode(node, "output", kind, tuple(tensor.shape))
        self._edges.append((before, node))
        return node

    def network(self, samples: int, ends: Collection[str]) -> Network:
        """Return the graph, the outputs last; the axis of the samples has no size."""
        nodes = [node for name, node in self._nodes.items() if name not in ends]
        nodes += [self._nodes[name] for name in ends]
        order = {node.name: index for index, node in enumerate(nodes)}
        edges = sorted(dict.fromkeys(self._edges), key=lambda edge: order[edge[1]])
        return Network(tuple(_any_batch(node, samples) for node in nodes), tuple(edges))

    def watching(self) -> _Watching:
        """Watch every module and every torch function while the context lasts."""
        return _Watching(self)

    def enter(self, part: nn.Module) -> None:
        """Note that a module begins."""
        self._inside.append(self._names[id(part)])
        self._silenced += self._is_one_node(part)

    def leave(self, part: nn.Module, args: Any, output: Any) -> None:
        """Note that a module has run."""
        self._inside.pop()
        one = self._is_one_node(part)
        self._silenced -= one
        if self._silenced:
            return
        given, got = list(_tensors(args)), list(_tensors(output))
        unseen = any(id(tensor) not in self._producers for tensor in got)
        passed_on = {id(tensor) for tensor in given} >= {id(tensor) for tensor in got}
        if (one or unseen) and got and (not passed_on or getattr(part, "inplace", False)):
            self._add_module(part, given, got)

    def call(self, function: Any, args: Any, result: Any) -> None:
        """Note a torch function; what it does inside a module that is one node is that module's."""
        if self._silenced:
            return
        given, got = list(_tensors(args)), list(_tensors(result))
        known = [tensor for tensor in given if id(tensor) in self._producers]
        operator = _operator(function)
        same = {id(tensor) for tensor in got} <= {id(tensor) for tensor in given}
        in_place = operator.endswith("_") or operator == "setitem"
        if operator == "setitem":
            got = given[:1]
        if not known or not got or (same and not in_place):
            return
        owner = self._inside[-1] if len(self._inside) > 1 else ""
        operator = operator.rstrip("_")
        name = self._free(f"{owner}.{operator}" if owner else operator)
        self._nodes[name] = NetworkNode(name, "operation", operator, tuple(got[0].shape))
        self._join(known, name)
        self._produce(name, got)

    def _is_one_node(self, part: nn.Module) -> bool:
        name = self._names[id(part)]
        if name in self._layers:
            return True
        return part is not self._root and self._anatomy.is_whole(part)

    def _add_module(
        self, part: nn.Module, given: list[torch.Tensor], got: list[torch.Tensor]
    ) -> str:
        own = self._names[id(part)]
        name = self._free(own)
        again = own in self._ran
        self._ran.add(own)
        captured = own in self._layers and name == own
        weights = self._anatomy.weights(part)
        settings = self._anatomy.settings(part) + (
            (("same weights as", own),) if again and weights else ()
        )
        self._nodes[name] = NetworkNode(
            name,
            "layer" if captured or weights else "operation",
            type(part).__name__,
            tuple(got[0].shape),
            0 if again else weights,
            captured,
            settings,
        )
        self._join(given, name)
        self._produce(name, got)
        return name

    def _join(self, given: list[torch.Tensor], name: str) -> None:
        befores = (self._producers.get(id(tensor)) for tensor in given)
        self._edges += [(before, name) for before in befores if before is not None]

    def _produce(self, name: str, tensors: list[torch.Tensor]) -> None:
        for tensor in tensors:
            self._producers[id(tensor)] = name
            self._kept.append(tensor)

    def _free(self, name: str) -> str:
        if name not in self._nodes:
            return name
        count = 2
        while f"{name}:{count}" in self._nodes:
            count += 1
        return f"{name}:{count}"


class _Watching(TorchFunctionMode):
    """Tells a trace of modules and of functions on tensors."""

    def __init__(self, trace: _NetworkTrace) -> None:
        super().__init__()
        self._trace = trace
        self._handles: list[Any] = []

    def __enter__(self) -> _Watching:
        for part in self._trace.parts:
            self._handles += [
                part.register_forward_pre_hook(lambda part, args: self._trace.enter(part)),
                part.register_forward_hook(
                    lambda part, args, kwargs, output: self._trace.leave(
                        part, (args, kwargs), output
                    ),
                    with_kwargs=True,
                ),
            ]
        super().__enter__()  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *reason: Any) -> None:
        super().__exit__(*reason)  # type: ignore[no-untyped-call]
        for handle in self._handles:
            handle.remove()

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        self._trace.call(function, (args, kwargs or {}), result)
        return result


def _operator(function: Any) -> str:
    """Return the name of a torch function: ``add`` of ``Tensor.__radd__``, ``T`` of a property."""
    name = str(getattr(function, "__name__", function))
    if name == "__get__":
        return str(function.__self__.__name__)
    name = name.removeprefix("__").removesuffix("__")
    for prefix in ("r", "i"):
        if name.startswith(prefix) and name[1:] in _ARITHMETIC:
            return name[1:] + ("_" if prefix == "i" else "")
    return name


_ARITHMETIC = {
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
}


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _tensors(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _tensors(member)
    elif hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        yield from _tensors(vars(value))


def _any_batch(node: NetworkNode, samples: int) -> NetworkNode:
    shape = node.shape
    if not shape or shape[0] != samples:
        return node
    return replace(node, shape=(None, *shape[1:]))
