"""Shapes, and constants made from them. What only computes sizes stays on the host."""

from __future__ import annotations

import math
from typing import Any

import torch

from percepta.models.onnx_torch.elements import torch_type
from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor


@operator("Shape", differentiable=False)
def shape(x: Tensor, *, start: int = 0, end: int | None = None) -> Tensor:
    """All sizes, or those of some axes (opset 15)."""
    return torch.tensor(list(x.shape)[start:end], dtype=torch.int64)


@operator("Size", differentiable=False)
def size(x: Tensor) -> Tensor:
    """Number of elements."""
    return torch.tensor(x.numel(), dtype=torch.int64)


@operator("Reshape", since=5)
def reshape(x: Tensor, shape: Ints, *, allowzero: int = 0) -> Tensor:
    """0 keeps a size (unless ``allowzero``), -1 takes what is left."""
    sizes = [
        x.shape[axis] if size == 0 and not allowzero else size for axis, size in enumerate(shape)
    ]
    return x.reshape(sizes)


@operator("Flatten")
def flatten(x: Tensor, *, axis: int = 1) -> Tensor:
    """To two axes."""
    axis = axis + x.ndim if axis < 0 else axis
    return x.reshape(math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))


@operator("Squeeze")
def squeeze(x: Tensor, axes: Ints | None = None) -> Tensor:
    """Axes as an attribute or (opset 13) an input."""
    return x.squeeze() if axes is None else x.squeeze(tuple(axes))


@operator("Unsqueeze")
def unsqueeze(x: Tensor, axes: Ints) -> Tensor:
    """Axes as an attribute or (opset 13) an input."""
    rank = x.ndim + len(axes)
    for axis in sorted(axis % rank for axis in axes):
        x = x.unsqueeze(axis)
    return x


@operator("Transpose")
def transpose(x: Tensor, *, perm: Ints | None = None) -> Tensor:
    """Without ``perm`` all axes are reversed."""
    return x.permute(perm if perm is not None else list(range(x.ndim))[::-1])


@operator("Concat", since=4)
def concat(*tensors: Tensor, axis: int) -> Tensor:
    """Along an axis."""
    return torch.cat(tensors, axis)


@operator("Split", since=2)
def split(
    x: Tensor, split: Ints | None = None, *, axis: int = 0, num_outputs: int = 0, outputs: int
) -> tuple[Tensor, ...]:
    """By sizes, or equally; the last part may be smaller (opset 18)."""
    if split:
        return tuple(x.split_with_sizes(split, axis))
    return equal_parts(x, math.ceil(x.shape[axis] / (num_outputs or outputs)), axis)


def equal_parts(x: Tensor, size: int, axis: int) -> tuple[Tensor, ...]:
    """Cut an axis into parts of one size; the last may be smaller."""
    whole = x.shape[axis]
    sizes = [min(size, whole - start) for start in range(0, whole, size)]
    return tuple(x.split_with_sizes(sizes, axis))


@operator("Expand", since=8)
def expand(x: Tensor, shape: Ints) -> Tensor:
    """Broadcast both ways."""
    missing = max(x.ndim - len(shape), 0)
    sizes = [1] * missing + shape
    return x.expand([-1 if n == 1 and i >= len(sizes) - x.ndim else n for i, n in enumerate(sizes)])


@operator("Tile", since=6)
def tile(x: Tensor, repeats: Ints) -> Tensor:
    """Repeated along each axis."""
    return x.repeat(repeats)


@operator("Constant", differentiable=False)
def constant(
    *,
    value: Tensor | None = None,
    value_float: float | None = None,
    value_floats: list[float] | None = None,
    value_int: int | None = None,
    value_ints: Ints | None = None,
) -> Tensor:
    """Numbers; sparse tensors and strings are not known."""
    if value is not None:
        return value
    if value_int is not None or value_ints is not None:
        return torch.tensor(value_int if value_ints is None else value_ints, dtype=torch.int64)
    return torch.tensor(value_float if value_floats is None else value_floats, dtype=torch.float32)


@operator("ConstantOfShape", since=9, differentiable=False)
def constant_of_shape(shape: Ints, *, value: Tensor | None = None) -> Tensor:
    """One number everywhere."""
    if value is None:
        return torch.zeros(shape)
    return torch.full(shape, value.item(), dtype=value.dtype)


@operator("EyeLike", since=9, differentiable=False)
def eye_like(x: Tensor, *, k: int = 0, dtype: int | None = None) -> Tensor:
    """Ones on a diagonal."""
    kind = x.dtype if dtype is None else torch_type(dtype)
    rows, columns = (torch.arange(n, device=x.device) for n in x.shape)
    return (columns == rows[:, None] + k).to(kind)


@operator("Range", since=11, differentiable=False)
def arange(start: Tensor, limit: Tensor, delta: Tensor) -> Tensor:
    """Whole or floating numbers."""
    return torch.arange(start.item(), limit.item(), delta.item(), dtype=start.dtype)


@operator("Trilu", since=14)
def trilu(x: Tensor, k: Ints | None = None, *, upper: int = 1) -> Tensor:
    """Upper or lower triangle."""
    diagonal = k[0] if k else 0
    return x.triu(diagonal) if upper else x.tril(diagonal)


@operator("DepthToSpace")
def depth_to_space(x: Tensor, *, blocksize: int, mode: str = "DCR") -> Tensor:
    """Channels to blocks of positions, in either order."""
    n, c, h, w = x.shape
    b = blocksize
    if mode == "DCR":
        y = x.reshape(n, b, b, c // b**2, h, w).permute(0, 3, 4, 1, 5, 2)
    else:
        y = x.reshape(n, c // b**2, b, b, h, w).permute(0, 1, 4, 2, 5, 3)
    return y.reshape(n, c // b**2, h * b, w * b)


@operator("SpaceToDepth")
def space_to_depth(x: Tensor, *, blocksize: int) -> Tensor:
    """Blocks of positions to channels."""
    n, c, h, w = x.shape
    b = blocksize
    y = x.reshape(n, c, h // b, b, w // b, b).permute(0, 3, 5, 1, 2, 4)
    return y.reshape(n, c * b**2, h // b, w // b)


@operator("Cast")
def cast(x: Tensor, *, to: int, saturate: int = 1, round_mode: str = "up") -> Tensor:
    """Numbers only; half precision is kept in single; the gradient ends at whole numbers."""
    return x.to(torch_type(to))


@operator("CastLike", since=15)
def cast_like(x: Tensor, like: Tensor, *, saturate: int = 1, round_mode: str = "up") -> Tensor:
    """As Cast, to the type of another tensor."""
    return x.to(like.dtype)


@operator("Dropout")
def dropout(
    x: Tensor,
    ratio: Any = None,
    training_mode: Tensor | None = None,
    *,
    seed: int = 0,
    outputs: int,
) -> Tensor | tuple[Tensor, Tensor]:
    """Passes its input on: a model is not trained here."""
    return x if outputs == 1 else (x, torch.ones_like(x, dtype=torch.bool))
