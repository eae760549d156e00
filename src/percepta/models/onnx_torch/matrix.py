"""Products of matrices."""

from __future__ import annotations

import torch

from percepta.models.onnx_torch.table import operator

Tensor = torch.Tensor


@operator("MatMul")
def matmul(a: Tensor, b: Tensor) -> Tensor:
    """As numpy's."""
    return torch.matmul(a, b)


@operator("Gemm", since=7)
def gemm(
    a: Tensor,
    b: Tensor,
    c: Tensor | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Tensor:
    """``alpha A B + beta C``, either transposed."""
    product = torch.matmul(a.mT if transA else a, b.mT if transB else b)
    product = product if alpha == 1 else alpha * product
    return product if c is None else product + (c if beta == 1 else beta * c)


@operator("Einsum", since=12)
def einsum(*tensors: Tensor, equation: str) -> Tensor:
    """Any equation that torch knows."""
    return torch.einsum(equation.replace(" ", ""), *tensors)


@operator("Det", since=11)
def det(x: Tensor) -> Tensor:
    """Of each of a batch of square matrices."""
    determinants: Tensor = torch.linalg.det(x)
    return determinants
