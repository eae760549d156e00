"""Quantised values.

They are kept as floating numbers that hold whole ones, so that a gradient passes straight through the
rounding (as in training that knows of the quantisation); where a value was cut off it is zero.
"""

from __future__ import annotations

import torch

from percepta.models.onnx_torch.convolution import conv
from percepta.models.onnx_torch.elements import torch_type
from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor


def _rounded(x: Tensor) -> Tensor:
    return x + (torch.round(x) - x).detach()


def _spread(values: Tensor, x: Tensor, axis: int, block_size: int = 0) -> Tensor:
    """Bring a scale or zero point to the shape it has beside ``x``."""
    if values.ndim == 0 or values.numel() == 1:
        return values.reshape(())
    if block_size:
        return values.repeat_interleave(block_size, axis).narrow(axis, 0, x.shape[axis])
    return values.reshape([-1 if a == axis % x.ndim else 1 for a in range(x.ndim)])


@operator("QuantizeLinear", since=10)
def quantize_linear(
    x: Tensor,
    y_scale: Tensor,
    y_zero_point: Tensor | None = None,
    *,
    axis: int = 1,
    saturate: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
    precision: int = 0,
) -> Tensor:
    """For all, each channel or each block; the gradient passes straight through the rounding."""
    kind = torch.uint8
    if output_dtype:
        kind = torch_type(output_dtype)
    elif y_zero_point is not None:
        kind = y_zero_point.dtype
    scaled = _rounded(x / _spread(y_scale, x, axis, block_size))
    if y_zero_point is not None:
        scaled = scaled + _spread(y_zero_point, x, axis, block_size).to(scaled.dtype)
    bounds = torch.iinfo(kind)
    return scaled.clamp(bounds.min, bounds.max)


@operator("DequantizeLinear", since=10)
def dequantize_linear(
    x: Tensor,
    x_scale: Tensor,
    x_zero_point: Tensor | None = None,
    *,
    axis: int = 1,
    block_size: int = 0,
    output_dtype: int = 0,
) -> Tensor:
    """For all, each channel or each block."""
    values = x.to(x_scale.dtype)
    if x_zero_point is not None:
        values = values - _spread(x_zero_point, x, axis, block_size).to(x_scale.dtype)
    return values * _spread(x_scale, x, axis, block_size)


@operator("DynamicQuantizeLinear", since=11)
def dynamic_quantize_linear(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """To 8 bits by the range at hand."""
    low, high = x.detach().amin().clamp(max=0), x.detach().amax().clamp(min=0)
    scale = (high - low) / 255
    zero = torch.round(-low / scale).clamp(0, 255)
    return (_rounded(x / scale) + zero).clamp(0, 255), scale, zero


@operator("MatMulInteger", since=10)
def matmul_integer(
    a: Tensor, b: Tensor, a_zero_point: Tensor | None = None, b_zero_point: Tensor | None = None
) -> Tensor:
    """Product of quantised matrices."""
    left, right = a.float(), b.float()
    if a_zero_point is not None:
        point = a_zero_point.float()
        left = left - (point.unsqueeze(-1) if point.ndim else point)
    if b_zero_point is not None:
        right = right - b_zero_point.float()
    return torch.matmul(left, right)


@operator("ConvInteger", since=10)
def conv_integer(
    x: Tensor,
    w: Tensor,
    x_zero_point: Tensor | None = None,
    w_zero_point: Tensor | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """Convolution of quantised values."""
    image, weight = x.float(), w.float()
    if x_zero_point is not None:
        image = image - x_zero_point.float()
    if w_zero_point is not None:
        weight = weight - _spread(w_zero_point, w, 0).float()
    return conv(
        image,
        weight,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        pads=pads,
        strides=strides,
    )


@operator("QLinearMatMul", since=10)
def quantised_matmul(
    a: Tensor,
    a_scale: Tensor,
    a_zero_point: Tensor,
    b: Tensor,
    b_scale: Tensor,
    b_zero_point: Tensor,
    y_scale: Tensor,
    y_zero_point: Tensor,
) -> Tensor:
    """Product of quantised matrices, quantised again."""
    left = dequantize_linear(a, a_scale, a_zero_point, axis=-2)
    right = dequantize_linear(b, b_scale, b_zero_point, axis=-1)
    return quantize_linear(torch.matmul(left, right), y_scale, y_zero_point, axis=-2)


@operator("QLinearConv", since=10)
def quantised_conv(
    x: Tensor,
    x_scale: Tensor,
    x_zero_point: Tensor,
    w: Tensor,
    w_scale: Tensor,
    w_zero_point: Tensor,
    y_scale: Tensor,
    y_zero_point: Tensor,
    b: Tensor | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """Convolution of quantised values, quantised again."""
    result = conv(
        dequantize_linear(x, x_scale, x_zero_point),
        dequantize_linear(w, w_scale, w_zero_point, axis=0),
        None if b is None else b.to(x_scale.dtype) * x_scale * w_scale,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        pads=pads,
        strides=strides,
    )
    return quantize_linear(result, y_scale, y_zero_point)
