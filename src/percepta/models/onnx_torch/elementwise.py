"""Arithmetic element by element, with numpy's broadcasting (opset 7 and later)."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import torch

from percepta.models.onnx_torch.table import operator

Tensor = torch.Tensor

_UNARY: dict[str, Callable[[Tensor], Tensor]] = {
    "Abs": torch.abs,
    "Acos": torch.acos,
    "Acosh": torch.acosh,
    "Asin": torch.asin,
    "Asinh": torch.asinh,
    "Atan": torch.atan,
    "Atanh": torch.atanh,
    "Cos": torch.cos,
    "Cosh": torch.cosh,
    "Erf": torch.erf,
    "Exp": torch.exp,
    "Identity": lambda x: x,
    "Log": torch.log,
    "Neg": torch.neg,
    "Reciprocal": torch.reciprocal,
    "Sin": torch.sin,
    "Sinh": torch.sinh,
    "Sqrt": torch.sqrt,
    "Tan": torch.tan,
}
_STEPWISE: dict[str, Callable[[Tensor], Tensor]] = {
    "Ceil": torch.ceil,
    "Floor": torch.floor,
    "Round": torch.round,
    "Sign": torch.sign,
}
_BINARY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Add": torch.add,
    "Mul": torch.mul,
    "Sub": torch.sub,
}
_MANY: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "Max": torch.maximum,
    "Min": torch.minimum,
    "Sum": torch.add,
}


def _enter_unary(name: str, function: Callable[[Tensor], Tensor], differentiable: bool) -> None:
    @operator(name, differentiable=differentiable)
    def apply(x: Tensor) -> Tensor:
        return function(x)


def _enter_binary(name: str, function: Callable[[Tensor, Tensor], Tensor]) -> None:
    @operator(name, since=7)
    def apply(a: Tensor, b: Tensor) -> Tensor:
        return function(a, b)


def _enter_many(name: str, function: Callable[[Tensor, Tensor], Tensor]) -> None:
    @operator(name)
    def apply(*tensors: Tensor) -> Tensor:
        return reduce(function, tensors)


for _name, _one in _UNARY.items():
    _enter_unary(_name, _one, differentiable=True)
for _name, _one in _STEPWISE.items():
    _enter_unary(_name, _one, differentiable=False)
for _name, _two in _BINARY.items():
    _enter_binary(_name, _two)
for _name, _two in _MANY.items():
    _enter_many(_name, _two)


@operator("Mean")
def mean(*tensors: Tensor) -> Tensor:
    """Mean of the inputs, broadcast to one shape."""
    return reduce(torch.add, tensors) / len(tensors)


@operator("Div", since=7)
def div(a: Tensor, b: Tensor) -> Tensor:
    """Whole numbers are divided towards zero."""
    return torch.div(a, b, rounding_mode=None if a.is_floating_point() else "trunc")


@operator("Mod", since=10)
def mod(a: Tensor, b: Tensor, *, fmod: int = 0) -> Tensor:
    """The sign is the divisor's, or with ``fmod`` the dividend's."""
    return torch.fmod(a, b) if fmod else torch.remainder(a, b)


@operator("Pow", since=7)
def power(x: Tensor, y: Tensor) -> Tensor:
    """The result has the base's type."""
    return torch.pow(x, y).to(x.dtype)


@operator("Clip")
def clip(x: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Bounds as attributes or inputs; the gradient is zero outside them."""
    if min is None and max is None:
        return x
    low = None if min is None else torch.as_tensor(min, dtype=x.dtype, device=x.device)
    high = None if max is None else torch.as_tensor(max, dtype=x.dtype, device=x.device)
    return torch.clamp(x, low, high)


@operator("CumSum", since=11)
def cumsum(x: Tensor, axis: Tensor, *, exclusive: int = 0, reverse: int = 0) -> Tensor:
    """Running sum along an axis."""
    along = int(axis)
    x = x.flip(along) if reverse else x
    total = x.cumsum(along, dtype=x.dtype)
    total = total - x if exclusive else total
    return total.flip(along) if reverse else total
