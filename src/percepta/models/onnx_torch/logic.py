"""Comparisons, Boolean and bitwise operators, choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from percepta.models.onnx_torch.table import operator

Tensor = torch.Tensor

_BINARY: dict[str, tuple[int, Callable[[Tensor, Tensor], Tensor]]] = {
    "And": (7, torch.logical_and),
    "Or": (7, torch.logical_or),
    "Xor": (7, torch.logical_xor),
    "Equal": (7, torch.eq),
    "Greater": (7, torch.gt),
    "GreaterOrEqual": (12, torch.ge),
    "Less": (7, torch.lt),
    "LessOrEqual": (12, torch.le),
    "BitwiseAnd": (18, torch.bitwise_and),
    "BitwiseOr": (18, torch.bitwise_or),
    "BitwiseXor": (18, torch.bitwise_xor),
}
_UNARY: dict[str, tuple[int, Callable[[Tensor], Tensor]]] = {
    "Not": (1, torch.logical_not),
    "BitwiseNot": (18, torch.bitwise_not),
    "IsNaN": (9, torch.isnan),
}


def _enter_binary(name: str, since: int, function: Callable[[Tensor, Tensor], Tensor]) -> None:
    @operator(name, since, differentiable=False)
    def apply(a: Tensor, b: Tensor) -> Tensor:
        return function(a, b)


def _enter_unary(name: str, since: int, function: Callable[[Tensor], Tensor]) -> None:
    @operator(name, since, differentiable=False)
    def apply(x: Tensor) -> Tensor:
        return function(x)


for _name, (_since, _two) in _BINARY.items():
    _enter_binary(_name, _since, _two)
for _name, (_since, _one) in _UNARY.items():
    _enter_unary(_name, _since, _one)


@operator("IsInf", since=10, differentiable=False)
def is_inf(x: Tensor, *, detect_negative: int = 1, detect_positive: int = 1) -> Tensor:
    """Either sign can be left out."""
    negative, positive = torch.isneginf(x), torch.isposinf(x)
    return (negative & bool(detect_negative)) | (positive & bool(detect_positive))


@operator("BitShift", since=11, differentiable=False)
def bit_shift(x: Tensor, by: Tensor, *, direction: str) -> Tensor:
    """To the left or right."""
    moved: Any = x << by if direction == "LEFT" else x >> by
    return torch.as_tensor(moved)


@operator("Where", since=9)
def where(condition: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The gradient reaches what was chosen."""
    return torch.where(condition, x, y)
