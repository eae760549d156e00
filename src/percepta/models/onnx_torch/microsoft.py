"""What onnxruntime's own optimiser writes: fused operators of com.microsoft."""

from __future__ import annotations

import torch
from torch.nn import functional

from percepta.core.errors import ModelError
from percepta.models.onnx_torch.activations import ACTIVATIONS
from percepta.models.onnx_torch.convolution import conv
from percepta.models.onnx_torch.matrix import gemm
from percepta.models.onnx_torch.normalisation import layer_normalization
from percepta.models.onnx_torch.table import MICROSOFT, Floats, Ints, operator

Tensor = torch.Tensor


@operator("Gelu", domain=MICROSOFT)
def gelu(x: Tensor) -> Tensor:
    """Exact."""
    return functional.gelu(x)


@operator("BiasGelu", domain=MICROSOFT)
def bias_gelu(x: Tensor, bias: Tensor) -> Tensor:
    """Exact, after a bias."""
    return functional.gelu(x + bias)


@operator("FastGelu", domain=MICROSOFT)
def fast_gelu(x: Tensor, bias: Tensor | None = None) -> Tensor:
    """By tanh."""
    return functional.gelu(x if bias is None else x + bias, approximate="tanh")


@operator("QuickGelu", domain=MICROSOFT)
def quick_gelu(x: Tensor, *, alpha: float = 1.702) -> Tensor:
    """By the logistic function."""
    return x * torch.sigmoid(alpha * x)


def _activate(x: Tensor, name: str, parameters: Floats | None) -> Tensor:
    values = parameters or []
    if name in ("", "Relu", "Sigmoid", "Tanh"):
        return ACTIVATIONS[name](x) if name else x
    if name == "LeakyRelu":
        return functional.leaky_relu(x, values[0])
    if name == "Clip":
        return x.clamp(*values)
    if name == "HardSigmoid":
        return ACTIVATIONS[name](x, alpha=values[0], beta=values[1])
    raise ModelError(f"A fused {name} has no gradient here.", fix="Export without optimisation.")


@operator("FusedConv", domain=MICROSOFT)
def fused_conv(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    z: Tensor | None = None,
    *,
    activation: str = "",
    activation_params: Floats | None = None,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """Convolution, sum and activation."""
    result = conv(
        x,
        w,
        b,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        pads=pads,
        strides=strides,
    )
    return _activate(result if z is None else result + z, activation, activation_params)


@operator("FusedGemm", domain=MICROSOFT)
def fused_gemm(
    a: Tensor,
    b: Tensor,
    c: Tensor | None = None,
    *,
    activation: str = "",
    activation_alpha: float = 0.01,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> Tensor:
    """Gemm and activation."""
    product = gemm(a, b, c, alpha=alpha, beta=beta, transA=transA, transB=transB)
    return _activate(product, activation, [activation_alpha])


@operator("FusedMatMul", domain=MICROSOFT)
def fused_matmul(
    a: Tensor, b: Tensor, *, alpha: float = 1.0, transA: int = 0, transB: int = 0
) -> Tensor:
    """A scaled product, either side transposed."""
    return alpha * torch.matmul(a.mT if transA else a, b.mT if transB else b)


@operator("SkipLayerNormalization", domain=MICROSOFT)
def skip_layer_normalization(
    x: Tensor,
    skip: Tensor,
    gamma: Tensor,
    beta: Tensor | None = None,
    bias: Tensor | None = None,
    *,
    epsilon: float = 1e-12,
) -> tuple[Tensor, None, None, Tensor]:
    """Layer normalisation of a residual sum, and the sum."""
    total = x + skip if bias is None else x + skip + bias
    return layer_normalization(total, gamma, beta, epsilon=epsilon)[0], None, None, total


@operator("SkipSimplifiedLayerNormalization", domain=MICROSOFT)
def skip_root_mean_square(
    x: Tensor, skip: Tensor, gamma: Tensor, bias: Tensor | None = None, *, epsilon: float = 1e-5
) -> tuple[Tensor, None, None, Tensor]:
    """Normalisation without a mean of a residual sum, and the sum."""
    total = x + skip if bias is None else x + skip + bias
    factor = torch.rsqrt(total.square().mean(-1, keepdim=True) + epsilon)
    return total * factor * gamma, None, None, total
