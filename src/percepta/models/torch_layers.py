"""Which layers of a PyTorch module are worth capturing, and what probing tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from percepta.models.feeds import last_layers
from percepta.models.layout import ResponseLayout, execution_depth, find_layout
from percepta.models.model import Layer, LayerKind

_CONV = nn.modules.conv._ConvNd
_NORM = (
    nn.modules.batchnorm._NormBase,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.LocalResponseNorm,
    nn.RMSNorm,
)
_ACTIVATION = (nn.PReLU,)
_CHANNELS_LAST = (nn.Linear, nn.Embedding, nn.LayerNorm, nn.MultiheadAttention, nn.RNNBase)


def candidate_layers(module: nn.Module) -> list[dict[str, nn.Module]]:
    """Return by name the modules to capture, in tiers: a later tier is for want of the earlier.

    First what computes new features (convolution, linear, attention, recurrent, embedding, and
    users' own modules that hold parameters themselves), then norms, then any leaf, then any module.
    """
    features: dict[str, nn.Module] = {}
    norms: dict[str, nn.Module] = {}
    leaves: dict[str, nn.Module] = {}
    rest: dict[str, nn.Module] = {}
    for name, part in module.named_modules():
        if not name:
            continue
        own_parameters = next(part.parameters(recurse=False), None) is not None
        if isinstance(part, nn.MultiheadAttention):
            features[name] = part
        elif _is_norm(part):
            norms[name] = part
        elif own_parameters and not isinstance(part, _ACTIVATION):
            features[name] = part
        elif next(part.children(), None) is None:
            leaves[name] = part
        else:
            rest[name] = part
    if not list(module.children()):
        features[type(module).__name__] = module
    return [tier for tier in (features, norms, leaves, rest) if tier]


def layer_kind(name: str, part: nn.Module) -> LayerKind:
    """Return what a module computes, as far as percepta tells layers apart."""
    if isinstance(part, _CONV):
        return "conv"
    if isinstance(part, nn.MultiheadAttention):
        return "attention"
    if _is_norm(part):
        return "norm"
    if isinstance(part, nn.Linear | nn.Bilinear):
        owner = name.lower().rpartition(".")[0]
        return "attention" if "attn" in owner or "attention" in owner else "linear"
    return "other"


def channel_axis(part: nn.Module, rank: int) -> int:
    """Return the axis of a module's learned features in its batched response."""
    if isinstance(part, _CONV | nn.modules.batchnorm._NormBase | nn.GroupNorm):
        return 1
    if isinstance(part, _CHANNELS_LAST):
        return -1
    return 1 if rank >= 4 else -1


def response_of(output: Any) -> torch.Tensor | None:
    """Return the tensor that is a module's response: its output, or the first of several."""
    while isinstance(output, list | tuple) and output:
        output = output[0]
    if isinstance(output, Mapping) and output:
        output = next(iter(output.values()))
    fits = isinstance(output, torch.Tensor) and not output.is_complex() and not output.is_sparse
    return output if fits and output.ndim >= 2 else None


@contextmanager
def forward_hooks(
    parts: Mapping[str, nn.Module], hook: Callable[[str, Any], Any]
) -> Iterator[None]:
    """Call ``hook(name, output)`` after each module runs; what it returns replaces the output."""

    def bind(name: str) -> Callable[[nn.Module, Any, Any], Any]:
        return lambda part, args, output: hook(name, output)

    handles = [part.register_forward_hook(bind(name)) for name, part in parts.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@dataclass(slots=True)
class Trace:
    """What a probing pass saw: response shapes and graph nodes, by layer in execution order."""

    shapes: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    nodes: dict[str, list[Any]] = field(default_factory=dict)

    def record(self, name: str, output: Any) -> Any:
        """Note one call of a layer; make its response known to autograd if it is not yet."""
        response = response_of(output)
        if response is None:
            return None
        self.shapes.setdefault(name, []).append(tuple(response.shape))
        replaced = None
        if response is output and response.is_floating_point() and not response.requires_grad:
            replaced = response = response.detach().requires_grad_().clone()
        if response.grad_fn is not None:
            self.nodes.setdefault(name, []).append(response.grad_fn)
        return replaced


def find_layers(
    parts: Mapping[str, nn.Module],
    traces: Mapping[int, Trace],
    outputs: Mapping[str, torch.Tensor],
) -> tuple[list[Layer], dict[str, ResponseLayout]]:
    """Turn what probing passes saw into layers in execution order, with their layouts.

    Args:
        parts: modules that were watched, by name.
        traces: by batch size; the graph of the smallest is used.
        outputs: of the pass at the smallest batch size, by percepta's names.
    """
    first = traces[min(traces)]
    layouts = {
        name: layout
        for name in first.shapes
        if name in parts and (layout := _layout(parts[name], name, traces)) is not None
    }
    order = {name: index for index, name in enumerate(layouts)}
    feeds = _feeds(first, outputs, order)
    layers = [
        Layer(
            name,
            layer_kind(name, parts[name]),
            layout.channel_axis - (layout.rank if layout.channel_axis == layout.rank - 1 else 0),
            execution_depth(order[name], len(order)),
            layout.width,
            tuple(output for output in outputs if name in feeds[output]),
        )
        for name, layout in layouts.items()
    ]
    return layers, layouts


def _layout(part: nn.Module, name: str, traces: Mapping[int, Trace]) -> ResponseLayout | None:
    """Return the layout that every call of a layer has, or None."""
    seen = {size: trace.shapes.get(name, []) for size, trace in traces.items()}
    calls = {len(shapes) for shapes in seen.values()}
    if len(calls) != 1:
        return None
    axis = channel_axis(part, len(seen[min(seen)][0]))
    found = {
        (layout.batch_axis, layout.channel_axis, layout.rank, layout.width, layout.groups): layout
        for index in range(calls.pop())
        if (layout := find_layout({size: seen[size][index] for size in seen}, axis)) is not None
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _feeds(
    trace: Trace, outputs: Mapping[str, torch.Tensor], order: Mapping[str, int]
) -> dict[str, set[str]]:
    owner = {node: name for name in order for node in trace.nodes.get(name, [])}

    def predecessors(node: Any) -> list[Any]:
        return [before for before, _ in node.next_functions if before is not None]

    feeds = {}
    for output, tensor in outputs.items():
        start = [tensor.grad_fn] if tensor.grad_fn is not None else []
        found = last_layers(start, predecessors, owner.get, order)
        feeds[output] = found or set(list(order)[-1:])
    return feeds


def _is_norm(part: nn.Module) -> bool:
    return isinstance(part, _NORM) or "norm" in type(part).__name__.lower()
