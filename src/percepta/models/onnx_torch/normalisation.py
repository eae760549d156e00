"""Normalisation."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from percepta.core.errors import ModelError
from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor


def _along_channels(values: Tensor, x: Tensor) -> Tensor:
    return values.reshape(-1, *[1] * (x.ndim - 2))


@operator("BatchNormalization", since=7)
def batch_normalization(
    x: Tensor,
    scale: Tensor,
    b: Tensor,
    mean: Tensor,
    var: Tensor,
    *,
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    spatial: int = 1,
    training_mode: int = 0,
) -> Tensor:
    """With the learned statistics; not in training mode."""
    if training_mode or not spatial:
        raise ModelError(
            "Batch normalisation in training mode, or for each position, has no gradient here.",
            fix="Export the model in evaluation mode.",
        )
    factor = scale / torch.sqrt(var + epsilon)
    return x * _along_channels(factor, x) + _along_channels(b - mean * factor, x)


@operator("InstanceNormalization", since=6)
def instance_normalization(x: Tensor, scale: Tensor, b: Tensor, *, epsilon: float = 1e-5) -> Tensor:
    """Each channel of each sample."""
    axes = list(range(2, x.ndim))
    centred = x - x.mean(axes, keepdim=True)
    variance = centred.square().mean(axes, keepdim=True)
    normal = centred * torch.rsqrt(variance + epsilon)
    return normal * _along_channels(scale, x) + _along_channels(b, x)


@operator("LayerNormalization")
def layer_normalization(
    x: Tensor,
    scale: Tensor,
    b: Tensor | None = None,
    *,
    axis: int = -1,
    epsilon: float = 1e-5,
    stash_type: int = 1,
) -> tuple[Tensor, Tensor, Tensor]:
    """Over all axes from ``axis`` on."""
    axes = list(range(axis % x.ndim, x.ndim))
    mean = x.mean(axes, keepdim=True)
    centred = x - mean
    factor = torch.rsqrt(centred.square().mean(axes, keepdim=True) + epsilon)
    normal = centred * factor * scale
    return normal if b is None else normal + b, mean, factor


def _root_mean_square(
    x: Tensor, scale: Tensor, *, axis: int = -1, epsilon: float = 1e-5, stash_type: int = 1
) -> Tensor:
    """Without a mean; over all axes from ``axis`` on."""
    axes = list(range(axis % x.ndim, x.ndim))
    return x * torch.rsqrt(x.square().mean(axes, keepdim=True) + epsilon) * scale


operator("RMSNormalization", since=23)(_root_mean_square)
operator("SimplifiedLayerNormalization")(_root_mean_square)


def _grouped(x: Tensor, groups: int, epsilon: float) -> Tensor:
    rows = x.reshape(x.shape[0], groups, -1)
    centred = rows - rows.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True)
    return (centred * torch.rsqrt(variance + epsilon)).reshape(x.shape)


@operator("GroupNormalization", since=18)
def group_normalization_18(
    x: Tensor, scale: Tensor, bias: Tensor, *, epsilon: float = 1e-5, num_groups: int
) -> Tensor:
    """One scale a group, from opset 21 on one a channel."""
    times = x.shape[1] // num_groups
    scale, bias = scale.repeat_interleave(times), bias.repeat_interleave(times)
    normal = _grouped(x, num_groups, epsilon)
    return normal * _along_channels(scale, x) + _along_channels(bias, x)


@operator("GroupNormalization", since=21)
def group_normalization(
    x: Tensor,
    scale: Tensor,
    bias: Tensor,
    *,
    epsilon: float = 1e-5,
    num_groups: int,
    stash_type: int = 1,
) -> Tensor:
    """One scale a group, from opset 21 on one a channel."""
    normal = _grouped(x, num_groups, epsilon)
    return normal * _along_channels(scale, x) + _along_channels(bias, x)


@operator("LpNormalization")
def lp_normalization(x: Tensor, *, axis: int = -1, p: int = 2) -> Tensor:
    """Along one axis."""
    norm = torch.linalg.vector_norm(x, p, axis, keepdim=True)
    return torch.where(norm == 0, torch.zeros_like(x), x / torch.where(norm == 0, 1, norm))


@operator("MeanVarianceNormalization", since=9)
def mean_variance_normalization(x: Tensor, *, axes: Ints | None = None) -> Tensor:
    """Over batch and positions unless told otherwise."""
    along = [0, 2, 3] if axes is None else axes
    centred = x - x.mean(along, keepdim=True)
    return centred / (centred.square().mean(along, keepdim=True).sqrt() + 1e-9)


@operator("LRN")
def local_response_normalization(
    x: Tensor, *, alpha: float = 1e-4, beta: float = 0.75, bias: float = 1.0, size: int
) -> Tensor:
    """Across neighbouring channels."""
    before = math.floor((size - 1) / 2)
    rows = x.square().reshape(x.shape[0], 1, x.shape[1], -1)
    padded = functional.pad(rows, (0, 0, before, size - 1 - before))
    total = padded.unfold(2, size, 1).sum(-1).reshape(x.shape)
    return x / (bias + alpha / size * total) ** beta
