"""Activation functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch.nn import functional

from percepta.models.onnx_torch.table import operator

Tensor = torch.Tensor
F = TypeVar("F", bound=Callable[..., torch.Tensor])

ACTIVATIONS: dict[str, Callable[..., Tensor]] = {}
"""By the standard's name; what recurrent and fused operators may ask for."""


def _activation(name: str, since: int = 1) -> Callable[[F], F]:
    def enter(function: F) -> F:
        ACTIVATIONS[name] = function
        return operator(name, since)(function)

    return enter


@_activation("Relu")
def relu(x: Tensor) -> Tensor:
    """The positive part."""
    return torch.relu(x)


@_activation("Sigmoid")
def sigmoid(x: Tensor) -> Tensor:
    """Logistic function."""
    return torch.sigmoid(x)


@_activation("Tanh")
def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent."""
    return torch.tanh(x)


@_activation("LeakyRelu")
def leaky_relu(x: Tensor, *, alpha: float = 0.01) -> Tensor:
    """Slope ``alpha`` below zero."""
    return functional.leaky_relu(x, alpha)


@_activation("Elu")
def elu(x: Tensor, *, alpha: float = 1.0) -> Tensor:
    """Exponential below zero."""
    return functional.elu(x, alpha)


@_activation("Celu", since=12)
def celu(x: Tensor, *, alpha: float = 1.0) -> Tensor:
    """Elu, smooth for every ``alpha``."""
    return functional.celu(x, alpha)


@_activation("Selu")
def selu(
    x: Tensor, *, alpha: float = 1.67326319217681884765625, gamma: float = 1.05070102214813232421875
) -> Tensor:
    """Scaled Elu."""
    return gamma * functional.elu(x, alpha)


@_activation("HardSigmoid")
def hard_sigmoid(x: Tensor, *, alpha: float = 0.2, beta: float = 0.5) -> Tensor:
    """A line between 0 and 1."""
    return torch.clamp(alpha * x + beta, 0, 1)


@_activation("Softplus")
def softplus(x: Tensor) -> Tensor:
    """Smooth positive part."""
    return functional.softplus(x)


@_activation("Softsign")
def softsign(x: Tensor) -> Tensor:
    """``x / (1 + |x|)``."""
    return functional.softsign(x)


@_activation("ThresholdedRelu", since=10)
def thresholded_relu(x: Tensor, *, alpha: float = 1.0) -> Tensor:
    """Zero up to ``alpha``."""
    return functional.threshold(x, alpha, 0.0)


@operator("PRelu", since=7)
def prelu(x: Tensor, slope: Tensor) -> Tensor:
    """A learned slope below zero, broadcast."""
    return torch.where(x >= 0, x, x * slope)


@operator("Gelu", since=20)
def gelu(x: Tensor, *, approximate: str = "none") -> Tensor:
    """Exact or by tanh."""
    return functional.gelu(x, approximate=approximate)


@operator("HardSwish", since=14)
def hard_swish(x: Tensor) -> Tensor:
    """``x`` times a hard sigmoid."""
    return x * torch.clamp(x / 6 + 0.5, 0, 1)


@operator("Mish", since=18)
def mish(x: Tensor) -> Tensor:
    """``x tanh(softplus(x))``."""
    return functional.mish(x)


@operator("Shrink", since=9)
def shrink(x: Tensor, *, bias: float = 0.0, lambd: float = 0.5) -> Tensor:
    """Zero near zero, the rest moved towards it."""
    inside = torch.zeros_like(x)
    return torch.where(x < -lambd, x + bias, torch.where(x > lambd, x - bias, inside))


def flat_softmax(x: Tensor, axis: int, function: Callable[[Tensor, int], Tensor]) -> Tensor:
    """Apply along all axes from ``axis`` on, as one: what opsets below 13 mean."""
    rows = x.reshape(*x.shape[: axis % x.ndim], -1) if x.ndim else x
    return function(rows, -1).reshape(x.shape)


@operator("Softmax")
def softmax_1(x: Tensor, *, axis: int = 1) -> Tensor:
    """Below opset 13 over all axes from ``axis`` on, later over one."""
    return flat_softmax(x, axis, torch.softmax)


@operator("Softmax", since=13)
def softmax(x: Tensor, *, axis: int = -1) -> Tensor:
    """Below opset 13 over all axes from ``axis`` on, later over one."""
    return torch.softmax(x, axis)


@operator("LogSoftmax")
def log_softmax_1(x: Tensor, *, axis: int = 1) -> Tensor:
    """Below opset 13 over all axes from ``axis`` on, later over one."""
    return flat_softmax(x, axis, torch.log_softmax)


@operator("LogSoftmax", since=13)
def log_softmax(x: Tensor, *, axis: int = -1) -> Tensor:
    """Below opset 13 over all axes from ``axis`` on, later over one."""
    return torch.log_softmax(x, axis)


def _hardmax(x: Tensor, axis: int) -> Tensor:
    return torch.zeros_like(x).scatter(axis, x.argmax(axis, keepdim=True), 1)


@operator("Hardmax", differentiable=False)
def hardmax_1(x: Tensor, *, axis: int = 1) -> Tensor:
    """One at the first maximum."""
    return flat_softmax(x, axis, _hardmax)


@operator("Hardmax", since=13, differentiable=False)
def hardmax(x: Tensor, *, axis: int = -1) -> Tensor:
    """One at the first maximum."""
    return _hardmax(x, axis)
