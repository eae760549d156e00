"""Which layers of a PyTorch module are worth capturing, and what probing tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from percepta.models.anatomy import Anatomy
from percepta.models.feeds import last_layers
from percepta.models.layout import ResponseLayout, execution_depth, find_layout
from percepta.models.model import Layer, LayerKind
from percepta.models.torch_responses import response_of
from percepta.models.torch_settings import settings_of

_CONV = nn.modules.conv._ConvNd
_NORM = (
    nn.modules.batchnorm._NormBase,
    nn.LayerNorm,
    nn.GroupNorm,
    nn.LocalResponseNorm,
    nn.RMSNorm,
)
_ACTIVATION = (nn.PReLU,)
_FOLLOWERS = (
    nn.modules.batchnorm._BatchNorm,
    nn.ReLU,
    nn.ReLU6,
    nn.LeakyReLU,
    nn.PReLU,
    nn.ELU,
    nn.CELU,
    nn.SELU,
    nn.GELU,
    nn.SiLU,
    nn.Mish,
    nn.Hardswish,
    nn.Hardtanh,
    nn.Softplus,
)
"""Modules whose output is still the response of the layer before: batch norms and activations."""
_CHANNELS_LAST = (nn.Linear, nn.Embedding, nn.LayerNorm, nn.MultiheadAttention, nn.RNNBase)


def named_parts(module: nn.Module) -> dict[str, nn.Module]:
    """Return every module inside by its path; the whole goes by its class."""
    return {name or type(module).__name__: part for name, part in module.named_modules()}


def candidate_layers(module: nn.Module) -> list[dict[str, nn.Module]]:
    """Return by name the modules to capture, in tiers: a later tier is for want of the earlier.

    First what computes new features (convolution, linear, attention, recurrent, embedding, and
    users' own modules that hold parameters themselves), then norms and depthwise convolutions,
    which only rescale or filter each feature alone, then any leaf, then any module.
    """
    features: dict[str, nn.Module] = {}
    alone: dict[str, nn.Module] = {}
    leaves: dict[str, nn.Module] = {}
    rest: dict[str, nn.Module] = {}
    for name, part in named_parts(module).items():
        if part is module and next(module.children(), None) is not None:
            continue
        own_parameters = next(part.parameters(recurse=False), None) is not None
        if isinstance(part, nn.MultiheadAttention):
            features[name] = part
        elif _is_norm(part) or _is_depthwise(part):
            alone[name] = part
        elif own_parameters and not isinstance(part, _ACTIVATION):
            features[name] = part
        elif next(part.children(), None) is None:
            leaves[name] = part
        else:
            rest[name] = part
    return [tier for tier in (features, alone, leaves, rest) if tier]


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


Hook = Callable[[str, tuple[Any, ...], Any], Any]


@contextmanager
def forward_hooks(parts: Mapping[str, nn.Module], hook: Hook) -> Iterator[None]:
    """Call ``hook(name, args, output)`` after each module runs; what it returns replaces output."""

    def bind(name: str) -> Callable[[nn.Module, Any, Any], Any]:
        return lambda part, args, output: hook(name, args, output)

    handles = [part.register_forward_hook(bind(name)) for name, part in parts.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@dataclass(slots=True)
class Response:
    """One response of a layer in a probing pass: which call of which module gave it.

    The module is the layer itself, or the batch norm or activation module that took its output.
    """

    module: str
    call: int
    shape: tuple[int, ...]
    node: Any


class Trace:
    """What a probing pass saw of every module: its responses, in execution order.

    Attributes:
        responses: by module name, in order of first execution.
    """

    def __init__(self, parts: Mapping[str, nn.Module], anatomy: Anatomy | None = None) -> None:
        self.responses: dict[str, list[Response]] = {}
        self._parts = parts
        self._follows = (anatomy or TORCH).follows
        self._calls: dict[str, int] = {}
        self._owners: dict[int, list[Response]] = {}
        self._kept: list[torch.Tensor] = []  # so that ids stay theirs

    def record(self, name: str, args: tuple[Any, ...], output: Any) -> Any:
        """Note one call of a module; make its response known to autograd if it is not yet."""
        call = self._calls.get(name, 0)
        self._calls[name] = call + 1
        response = response_of(output)
        if response is None:
            return None
        replaced = None
        if response is output and response.is_floating_point() and not response.requires_grad:
            replaced = response = response.detach().requires_grad_().clone()
        own = Response(name, call, tuple(response.shape), response.grad_fn)
        self.responses.setdefault(name, []).append(own)
        owners = [own]
        if self._follows(self._parts[name]) and args:
            for earlier in self._owners.get(id(args[0]), []):
                if earlier.shape == own.shape:
                    earlier.module, earlier.call, earlier.node = name, call, own.node
                    owners.append(earlier)
        self._kept.append(response)
        self._owners[id(response)] = owners
        return replaced


@dataclass(frozen=True, slots=True)
class Watched:
    """The layers found in a module, and where their responses appear.

    Attributes:
        layers: in execution order.
        layouts: of their responses, by layer name.
        taps: by module name, the layer whose response each of its calls gives.
    """

    layers: tuple[Layer, ...]
    layouts: dict[str, ResponseLayout]
    taps: dict[str, dict[int, str]]


def find_layers(
    parts: Mapping[str, nn.Module],
    traces: Mapping[int, Trace],
    outputs: Mapping[str, torch.Tensor],
    anatomy: Anatomy | None = None,
) -> Watched:
    """Turn what probing passes saw into layers in execution order.

    Args:
        parts: modules that may be layers, by name.
        traces: by batch size; the graph of the smallest is used.
        outputs: of the pass at the smallest batch size, by percepta's names.
        anatomy: of the framework; None: PyTorch's.
    """
    anatomy = anatomy or TORCH
    first = traces[min(traces)]
    layouts = {
        name: layout
        for name in first.responses
        if name in parts and (layout := _layout(parts[name], name, traces, anatomy)) is not None
    }
    order = {name: index for index, name in enumerate(layouts)}
    feeds = _feeds(first, outputs, order)
    taps: dict[str, dict[int, str]] = {}
    for name in layouts:
        for response in first.responses[name]:
            taps.setdefault(response.module, {})[response.call] = name
    layers = tuple(
        Layer(
            name,
            anatomy.kind(name, parts[name]),
            layout.channel_axis - (layout.rank if layout.channel_axis == layout.rank - 1 else 0),
            execution_depth(order[name], len(order)),
            layout.width,
            tuple(output for output in outputs if name in feeds[output]),
            layout.batch_axis,
        )
        for name, layout in layouts.items()
    )
    return Watched(layers, layouts, taps)


def _layout(
    part: nn.Module, name: str, traces: Mapping[int, Trace], anatomy: Anatomy
) -> ResponseLayout | None:
    """Return the layout that every call of a layer has, or None."""
    seen = {size: trace.responses.get(name, []) for size, trace in traces.items()}
    calls = {len(responses) for responses in seen.values()}
    if len(calls) != 1:
        return None
    axis = anatomy.channel_axis(part, len(seen[min(seen)][0].shape))
    found = {
        find_layout({size: responses[index].shape for size, responses in seen.items()}, axis)
        for index in range(calls.pop())
    }
    return found.pop() if len(found) == 1 else None


def _feeds(
    trace: Trace, outputs: Mapping[str, torch.Tensor], order: Mapping[str, int]
) -> dict[str, set[str]]:
    owner = {
        response.node: name
        for name in order
        for response in trace.responses[name]
        if response.node is not None
    }

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


def _is_depthwise(part: nn.Module) -> bool:
    return isinstance(part, _CONV) and 1 < part.groups == part.in_channels


TORCH = Anatomy(
    parts=named_parts,
    is_whole=lambda part: next(part.children(), None) is None,
    kind=layer_kind,
    channel_axis=channel_axis,
    follows=lambda part: isinstance(part, _FOLLOWERS),
    weights=lambda part: sum(parameter.numel() for parameter in part.parameters()),
    settings=settings_of,
)
