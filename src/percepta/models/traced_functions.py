"""What numpy's functions are in torch, so that a function written in numpy can be differentiated.

Functions of three kinds are known: those that compute (here by torch), those that only put values into other
places (numpy itself says which value goes where), and those whose answer does not move with small changes,
such as ``argmax`` (numpy answers, and nothing is differentiated).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch

Axes = int | Sequence[int] | None
Operation = Callable[..., torch.Tensor]


def as_tensor(value: Any) -> torch.Tensor:
    """Return an operand as a tensor; numbers keep double precision, and give way to arrays."""
    if isinstance(value, torch.Tensor):
        return value
    if isinstance(value, float):
        return torch.tensor(value, dtype=torch.float64)
    if hasattr(value, "dtype") and value.dtype.kind == "u" and value.dtype.itemsize > 1:
        value = value.astype("int64")  # torch does little with wide unsigned numbers
    return torch.as_tensor(value)


def _reduced(operation: Operation) -> Operation:
    def run(array: Any, axis: Axes = None, dtype: Any = None, keepdims: bool = False) -> Any:
        tensor = as_tensor(array)
        return operation(tensor, axes_of(tensor, axis), keepdim=keepdims)

    return run


def axes_of(tensor: torch.Tensor, axis: Axes) -> tuple[int, ...]:
    """Return axes as a tuple; None is all of them."""
    if axis is None:
        return tuple(range(tensor.ndim))
    return (axis,) if isinstance(axis, int) else tuple(axis)


def _product(array: Any, axis: Axes = None, dtype: Any = None, keepdims: bool = False) -> Any:
    tensor = as_tensor(array)
    for one in sorted((a % tensor.ndim for a in axes_of(tensor, axis)), reverse=True):
        tensor = tensor.prod(one, keepdim=keepdims)
    return tensor


def _variance(
    array: Any, axis: Axes = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False
) -> Any:
    tensor = as_tensor(array)
    return tensor.var(axes_of(tensor, axis), correction=ddof, keepdim=keepdims)


def _deviation(
    array: Any, axis: Axes = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False
) -> Any:
    return _variance(array, axis, dtype, ddof, keepdims).sqrt()


def _average(array: Any, axis: Axes = None, weights: Any = None, keepdims: bool = False) -> Any:
    tensor = as_tensor(array)
    axes = axes_of(tensor, axis)
    if weights is None:
        return tensor.mean(axes, keepdim=keepdims)
    shares = as_tensor(weights)
    if shares.ndim < tensor.ndim:  # one weight for each place along the axis
        shares = shares.reshape([-1 if a in axes else 1 for a in range(tensor.ndim)])
    shares = shares.expand(tensor.shape)
    return (tensor * shares).sum(axes, keepdim=keepdims) / shares.sum(axes, keepdim=keepdims)


def _norm(array: Any, ord: Any = None, axis: Axes = None, keepdims: bool = False) -> Any:
    tensor = as_tensor(array)
    if axis is None and ord is None:
        axis = tuple(range(tensor.ndim))
    if isinstance(axis, int) or ord is None:
        order = 2 if ord is None else ord
        return torch.linalg.vector_norm(tensor, order, axes_of(tensor, axis), keepdim=keepdims)
    return torch.linalg.norm(tensor, ord, axis, keepdim=keepdims)


def _clipped(array: Any, a_min: Any = None, a_max: Any = None, **more: Any) -> Any:
    tensor = as_tensor(array)
    low, high = more.pop("min", a_min), more.pop("max", a_max)
    if more:
        raise TypeError(f"clip with {', '.join(more)}")
    if low is not None:
        tensor = torch.maximum(tensor, as_tensor(low).to(tensor.dtype))
    return tensor if high is None else torch.minimum(tensor, as_tensor(high).to(tensor.dtype))


def _where(condition: Any, one: Any, other: Any) -> Any:
    return torch.where(as_tensor(condition).bool(), as_tensor(one), as_tensor(other))


def _without_nan(array: Any, nan: float = 0.0) -> Any:
    return torch.nan_to_num(as_tensor(array), nan=nan, posinf=math.inf, neginf=-math.inf)


def _cumulated(array: Any, axis: int | None = None) -> Any:
    tensor = as_tensor(array)
    return tensor.flatten().cumsum(0) if axis is None else tensor.cumsum(axis)


def _difference(array: Any, n: int = 1, axis: int = -1) -> Any:
    return torch.diff(as_tensor(array), n=n, dim=axis)


def _contracted(subscripts: str, *operands: Any, optimize: object = None) -> Any:
    return torch.einsum(subscripts, *_alike(operands))


def _dot(one: Any, other: Any) -> Any:
    left, right = _alike((one, other))
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    return torch.tensordot(left, right, dims=([-1], [max(0, right.ndim - 2)]))


def _tensordot(one: Any, other: Any, axes: Any = 2) -> Any:
    left, right = _alike((one, other))
    pairs = axes if isinstance(axes, int) else [[a] if isinstance(a, int) else a for a in axes]
    return torch.tensordot(left, right, dims=pairs)


def _multiplied(one: Any, other: Any) -> Any:
    return torch.matmul(*_alike((one, other)))


def _alike(operands: Sequence[Any]) -> list[torch.Tensor]:
    """Return operands as tensors of one type, which products of matrices ask for."""
    tensors = [as_tensor(operand) for operand in operands]
    kind = tensors[0].dtype
    for tensor in tensors[1:]:
        kind = torch.promote_types(kind, tensor.dtype)
    return [tensor.to(kind) for tensor in tensors]


def _on_tensors(operation: Operation) -> Operation:
    def run(*operands: Any) -> torch.Tensor:
        return operation(*(as_tensor(operand) for operand in operands))

    return run


UFUNCS: Mapping[str, Operation] = MappingProxyType(
    {name: _on_tensors(getattr(torch, name)) for name in (
        "add", "subtract", "multiply", "divide", "float_power", "negative", "positive", "exp", "exp2",
        "expm1", "log", "log2", "log10", "log1p", "sqrt", "square", "reciprocal", "absolute", "tanh", "sinh",
        "cosh", "sin", "cos", "tan", "arctan", "arcsin", "arccos", "arctan2", "arcsinh", "arctanh", "maximum",
        "minimum", "fmax", "fmin", "logaddexp", "logaddexp2", "hypot",
    )}
    | {
        "power": _on_tensors(torch.pow),
        "fabs": _on_tensors(torch.absolute),
        "matmul": _multiplied,
        # scipy's
        "expit": _on_tensors(torch.sigmoid),
        "log_expit": _on_tensors(torch.nn.functional.logsigmoid),
        "logit": _on_tensors(torch.logit),
        "xlogy": _on_tensors(torch.special.xlogy),
        "xlog1py": _on_tensors(torch.special.xlog1py),
        "entr": _on_tensors(torch.special.entr),
        "erf": _on_tensors(torch.special.erf),
    }
)  # fmt: skip
"""Functions value by value, by numpy's (or scipy's) name."""

COMPUTING: Mapping[str, Operation] = MappingProxyType(
    {
        "sum": _reduced(torch.sum),
        "nansum": _reduced(torch.nansum),
        "mean": _reduced(torch.mean),
        "nanmean": _reduced(torch.nanmean),
        "max": _reduced(torch.amax),
        "amax": _reduced(torch.amax),
        "min": _reduced(torch.amin),
        "amin": _reduced(torch.amin),
        "prod": _product,
        "var": _variance,
        "std": _deviation,
        "average": _average,
        "norm": _norm,
        "clip": _clipped,
        "where": _where,
        "nan_to_num": _without_nan,
        "cumsum": _cumulated,
        "diff": _difference,
        "einsum": _contracted,
        "dot": _dot,
        "tensordot": _tensordot,
    }
)
"""Functions that compute over axes, or with several arrays, by numpy's name."""

PLACING = frozenset({
    "moveaxis", "swapaxes", "transpose", "reshape", "ravel", "squeeze", "expand_dims", "flip", "fliplr",
    "flipud", "roll", "rot90", "delete", "take", "take_along_axis", "tile", "repeat", "broadcast_to",
    "diagonal", "split", "array_split", "copy", "atleast_1d", "atleast_2d", "atleast_3d",
})  # fmt: skip
"""Functions that put the values of their first argument into other places."""

JOINING = frozenset({"concatenate", "stack", "vstack", "hstack", "dstack", "column_stack"})
"""Functions that put the values of the arrays in their first argument into one."""

UNMOVED = frozenset({
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or",
    "logical_not", "logical_xor", "isnan", "isinf", "isfinite", "sign", "signbit", "floor", "ceil", "trunc",
    "rint",
    "argmax", "argmin", "argsort", "argpartition", "shape", "ndim", "size", "zeros_like", "ones_like",
    "full_like", "empty_like", "any", "all", "round", "around", "fix", "nonzero", "argwhere", "flatnonzero",
    "count_nonzero", "searchsorted", "digitize", "unique", "isin", "isclose", "allclose", "array_equal",
    "result_type",
})  # fmt: skip
"""Functions whose answer stays the same for small changes."""
