"""The anatomy of Keras networks: their layers by name, and what each computes.

On its torch backend every Keras layer runs as an ``nn.Module``, so that PyTorch's hooks see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
from keras import layers as kl
from torch import nn

from percepta.models.anatomy import Anatomy
from percepta.models.model import LayerKind
from percepta.models.torch_settings import render_setting

_DEPTHWISE = (kl.DepthwiseConv1D, kl.DepthwiseConv2D)
_CONV = (
    kl.Conv1D,
    kl.Conv2D,
    kl.Conv3D,
    kl.Conv1DTranspose,
    kl.Conv2DTranspose,
    kl.Conv3DTranspose,
    kl.SeparableConv1D,
    kl.SeparableConv2D,
    *_DEPTHWISE,
)
_LINEAR = (kl.Dense, kl.EinsumDense)
_ATTENTION = (kl.MultiHeadAttention, kl.GroupQueryAttention, kl.Attention, kl.AdditiveAttention)
_NORM = (
    kl.BatchNormalization,
    kl.LayerNormalization,
    kl.GroupNormalization,
    kl.Normalization,
    kl.UnitNormalization,
)
_FOLLOWERS = (kl.BatchNormalization, kl.Activation, kl.ReLU, kl.LeakyReLU, kl.PReLU, kl.ELU)
_WRAPPERS = (kl.TimeDistributed, kl.Wrapper)
_WHOLE = (*_ATTENTION, *_WRAPPERS, kl.Bidirectional, kl.RNN, kl.TorchModuleWrapper)
"""Layers that are told as one, though they are made of others."""
_SETTINGS: dict[str, Any] = {
    "filters": None,
    "units": None,
    "kernel_size": None,
    "pool_size": None,
    "size": None,
    "strides": 1,
    "padding": "valid",
    "dilation_rate": 1,
    "groups": 1,
    "depth_multiplier": 1,
    "input_dim": None,
    "output_dim": None,
    "num_heads": None,
    "key_dim": None,
    "target_shape": None,
    "dims": None,
    "rate": None,
    "scale": 1,
    "offset": 0,
    "activation": "linear",
    "return_sequences": False,
    "merge_mode": "concat",
    "data_format": "channels_last",
}
"""Settings worth telling, in this order, and the value of each that goes without saying."""


def named_layers(model: Any) -> dict[str, nn.Module]:
    """Return every layer inside by name, the whole under its own.

    A layer of a graph goes by the name it has there, a layer of a subclassed model by its attribute;
    those inside others by both, joined by ``/``. A layer that sits in two places has its first name.
    """
    named: dict[str, nn.Module] = {model.name: model}
    seen = {id(model)}
    pending = [("", model)]
    while pending:
        path, owner = pending.pop(0)
        for name, layer in _children(owner):
            if id(layer) not in seen:
                seen.add(id(layer))
                free = _free(f"{path}/{name}" if path else name, named)
                named[free] = layer
                pending.append((free, layer))
    return named


def candidate_layers(model: Any) -> list[dict[str, nn.Module]]:
    """Return by name the layers to capture, in tiers: a later tier is for want of the earlier.

    First what computes new features, then norms and depthwise convolutions, which only rescale or
    filter each feature alone, then layers without weights, then networks inside.
    """
    features: dict[str, nn.Module] = {}
    alone: dict[str, nn.Module] = {}
    leaves: dict[str, nn.Module] = {}
    rest: dict[str, nn.Module] = {}
    for name, part in named_layers(model).items():
        if part is model or isinstance(part, kl.InputLayer):
            continue
        if isinstance(part, _ATTENTION):
            features[name] = part
        elif layer_kind(name, part) == "norm" or _is_depthwise(part):
            alone[name] = part
        elif _holds_weights(part) and not isinstance(part, kl.PReLU):
            features[name] = part
        elif is_whole(part):
            leaves[name] = part
        else:
            rest[name] = part
    return [tier for tier in (features, alone, leaves, rest) if tier]


def layer_kind(name: str, part: nn.Module) -> LayerKind:
    """Return what a layer computes, as far as percepta tells layers apart."""
    if isinstance(part, _WRAPPERS):
        return layer_kind(name, part.layer)
    if isinstance(part, _CONV):
        return "conv"
    if isinstance(part, _ATTENTION):
        return "attention"
    if isinstance(part, _NORM) or "norm" in type(part).__name__.lower():
        return "norm"
    if isinstance(part, _LINEAR):
        owner = name.lower().rpartition("/")[0]
        return "attention" if "attn" in owner or "attention" in owner else "linear"
    return "other"


def channel_axis(part: nn.Module, rank: int) -> int:
    """Return the axis of a layer's learned features in its batched response; mostly the last."""
    if isinstance(part, kl.TimeDistributed):
        inner = channel_axis(part.layer, rank - 1)
        return inner if inner < 0 else inner + 1
    if isinstance(part, _NORM):
        axis = getattr(part, "axis", -1)
        return axis if isinstance(axis, int) else -1
    return 1 if getattr(part, "data_format", None) == "channels_first" else -1


def is_whole(part: nn.Module) -> bool:
    """Whether a layer is told as one."""
    return isinstance(part, _WHOLE) or next(_children(part), None) is None


def _children(layer: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(layer, _WHOLE):
        return
    inside = list(layer._flatten_layers(include_self=False, recursive=False))
    if isinstance(layer, keras.Sequential) or hasattr(layer, "operations"):
        yield from ((each.name, each) for each in inside)
        return
    attributes: dict[int, str] = {}
    for name, value in {**vars(layer), **layer._modules}.items():
        if name not in ("_layers", "_modules"):
            attributes |= {id(found): path for path, found in _layers_in(name, value)}
    yield from ((attributes.get(id(each), each.name), each) for each in inside)


def _layers_in(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, kl.Layer):
        yield name, value
    elif isinstance(value, list | tuple | Mapping):
        members = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, member in members:
            yield from _layers_in(f"{name}/{key}", member)


def _is_depthwise(part: Any) -> bool:
    """Whether a convolution filters each feature alone; a grouped one may, too."""
    if isinstance(part, _DEPTHWISE):
        return True
    return getattr(part, "groups", 1) > 1 and int(part.kernel.shape[-2]) == 1


def _holds_weights(part: Any) -> bool:
    """Whether weights are a layer's own, not those of a layer inside that is told by itself."""
    inside = {id(weight) for _, child in _children(part) for weight in child.weights}
    return any(id(weight) not in inside for weight in part.weights)


def _count_weights(part: Any) -> int:
    return sum(int(weight.value.numel()) for weight in part.weights)


def _follows(part: Any) -> bool:
    """Whether a layer only finishes the response of the one before; a softmax weighs features anew."""
    if isinstance(part, kl.Activation):
        return part.activation not in (keras.activations.softmax, keras.activations.log_softmax)
    return isinstance(part, _FOLLOWERS)


def _settings_of(part: Any) -> tuple[tuple[str, str], ...]:
    """Return ``(name, value)`` of a layer's settings: ``kernel_size`` → ``3×3``."""
    told = []
    for name, usual in _SETTINGS.items():
        value = getattr(part, name, None)
        value = getattr(value, "__name__", value) if callable(value) else value
        values = value if isinstance(value, list | tuple) and value else [value]
        plain = all(isinstance(each, bool | int | float | str) for each in values)
        if plain and any(each != usual for each in values):
            told.append((name, render_setting(value)))
    return tuple(told)


def _free(name: str, taken: Mapping[str, Any]) -> str:
    if name not in taken:
        return name
    count = 2
    while f"{name}:{count}" in taken:
        count += 1
    return f"{name}:{count}"


KERAS = Anatomy(
    parts=named_layers,
    is_whole=is_whole,
    kind=layer_kind,
    channel_axis=channel_axis,
    follows=_follows,
    weights=_count_weights,
    settings=_settings_of,
)
