"""Convolutions of one to three dimensions."""

from __future__ import annotations

import torch
from torch.nn import functional

from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor

_CONVOLVE = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}
_TRANSPOSED = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
    3: functional.conv_transpose3d,
}


def window_pads(
    sizes: Ints, kernel: Ints, strides: Ints, dilations: Ints, pads: Ints | None, auto_pad: str
) -> tuple[Ints, Ints]:
    """Return what is padded before and after each axis of positions.

    Args:
        sizes: of the axes of positions.
        kernel: sizes of the window.
        strides: of the window.
        dilations: of the window.
        pads: all that is before, then all that is after; None for none.
        auto_pad: ``NOTSET``, ``VALID``, ``SAME_UPPER`` or ``SAME_LOWER``.
    """
    rank = len(sizes)
    if auto_pad in ("", "NOTSET"):
        pads = pads or [0] * (2 * rank)
        return pads[:rank], pads[rank:]
    if auto_pad == "VALID":
        return [0] * rank, [0] * rank
    small, large = [], []
    for n, k, s, d in zip(sizes, kernel, strides, dilations, strict=True):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        small.append(total // 2)
        large.append(total - total // 2)
    return (small, large) if auto_pad == "SAME_UPPER" else (large, small)


def pad_positions(x: Tensor, before: Ints, after: Ints, value: float = 0.0) -> Tensor:
    """Pad the trailing axes."""
    if not any(before) and not any(after):
        return x
    pairs = list(zip(before, after, strict=True))
    return functional.pad(x, [n for pair in reversed(pairs) for n in pair], value=value)


@operator("Conv")
def conv(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """One to three dimensions; asymmetric and automatic pads, groups, dilations."""
    kernel = list(w.shape[2:])
    rank = len(kernel)
    dilations, strides = dilations or [1] * rank, strides or [1] * rank
    before, after = window_pads(list(x.shape[2:]), kernel, strides, dilations, pads, auto_pad)
    padding = before
    if before != after:
        x, padding = pad_positions(x, before, after), [0] * rank
    return _CONVOLVE[rank](x, w, b, strides, padding, dilations, group)


@operator("ConvTranspose")
def conv_transpose(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    *,
    auto_pad: str = "NOTSET",
    dilations: Ints | None = None,
    group: int = 1,
    kernel_shape: Ints | None = None,
    output_padding: Ints | None = None,
    output_shape: Ints | None = None,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """One to three dimensions; the result is computed whole, then cut by the pads."""
    kernel = list(w.shape[2:])
    rank = len(kernel)
    dilations, strides = dilations or [1] * rank, strides or [1] * rank
    extra = output_padding or [0] * rank
    whole = _TRANSPOSED[rank](x, w, None, strides, 0, 0, group, dilations)
    sizes = [n + e for n, e in zip(whole.shape[2:], extra, strict=True)]
    if auto_pad in ("SAME_UPPER", "SAME_LOWER") and not output_shape:
        output_shape = [n * s for n, s in zip(x.shape[2:], strides, strict=True)]
    if output_shape:
        total = [n - wanted for n, wanted in zip(sizes, output_shape[-rank:], strict=True)]
        before = [n // 2 if auto_pad == "SAME_UPPER" else n - n // 2 for n in total]
        after = [n - first for n, first in zip(total, before, strict=True)]
    else:
        before, after = window_pads(sizes, kernel, strides, dilations, pads, auto_pad)
    cut = [e - n for e, n in zip(extra, after, strict=True)]
    result = pad_positions(whole, [-n for n in before], cut)
    return result if b is None else result + b.reshape(-1, *[1] * rank)
