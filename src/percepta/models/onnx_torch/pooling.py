"""Pooling over windows and over all positions."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from percepta.models.onnx_torch.convolution import pad_positions, window_pads
from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor

_MAX = {1: functional.max_pool1d, 2: functional.max_pool2d, 3: functional.max_pool3d}
_AVERAGE = {1: functional.avg_pool1d, 2: functional.avg_pool2d, 3: functional.avg_pool3d}
_CONVOLVE = {1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d}


class _Windows:
    """Where windows lie over positions: pads, and what rounding up adds at the end."""

    def __init__(
        self,
        x: Tensor,
        kernel: Ints,
        strides: Ints | None,
        dilations: Ints | None,
        pads: Ints | None,
        auto_pad: str,
        ceil_mode: int,
    ) -> None:
        rank = len(kernel)
        self.kernel = kernel
        self.strides, self.dilations = strides or [1] * rank, dilations or [1] * rank
        sizes = list(x.shape[2:])
        self.before, self.after = window_pads(
            sizes, kernel, self.strides, self.dilations, pads, auto_pad
        )
        self.beyond = [0] * rank
        if ceil_mode:
            for i, (k, s, d) in enumerate(zip(kernel, self.strides, self.dilations, strict=True)):
                room = sizes[i] + self.before[i] + self.after[i] - (k - 1) * d - 1
                last = math.ceil(room / s) * s
                if last < sizes[i] + self.before[i]:  # no window begins in the padding at the end
                    self.beyond[i] = max(last - room, 0)

    def padded(self, x: Tensor, value: float) -> Tensor:
        ends = [a + b for a, b in zip(self.after, self.beyond, strict=True)]
        return pad_positions(x, self.before, ends, value)

    def sums(self, x: Tensor) -> Tensor:
        """Sum over every window of what :meth:`padded` gave."""
        rank = len(self.kernel)
        if all(step == 1 for step in self.dilations):
            means: Tensor = _AVERAGE[rank](x, self.kernel, self.strides)
            return means * math.prod(self.kernel)
        planes = x.reshape(-1, 1, *x.shape[2:])
        ones = torch.ones(1, 1, *self.kernel, dtype=x.dtype, device=x.device)
        sums = _CONVOLVE[rank](planes, ones, None, self.strides, 0, self.dilations)
        return sums.reshape(*x.shape[:2], *sums.shape[2:])


@operator("MaxPool")
def max_pool(
    x: Tensor,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Ints | None = None,
    kernel_shape: Ints,
    pads: Ints | None = None,
    storage_order: int = 0,
    strides: Ints | None = None,
    outputs: int,
) -> Tensor | tuple[Tensor, Tensor]:
    """One to three dimensions; with indices, in either order of storage."""
    windows = _Windows(x, kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    rank = len(kernel_shape)
    values = x if x.is_floating_point() else x.double()
    padded = windows.padded(values, -math.inf)
    if outputs == 1:
        best = _MAX[rank](padded, kernel_shape, windows.strides, 0, windows.dilations)
        return best.to(x.dtype)
    best, index = _MAX[rank](
        padded, kernel_shape, windows.strides, 0, windows.dilations, return_indices=True
    )
    position = torch.zeros_like(index)
    step = 1
    order = range(rank) if storage_order else reversed(range(rank))
    places = _unravel(index, list(padded.shape[2:]))
    for axis in order:
        position += (places[axis] - windows.before[axis]) * step
        step *= x.shape[2 + axis]
    planes = torch.arange(x.shape[0] * x.shape[1], device=x.device) * step
    return best.to(x.dtype), position + planes.reshape(*x.shape[:2], *[1] * rank)


def _unravel(index: Tensor, sizes: Ints) -> list[Tensor]:
    places = []
    for size in reversed(sizes):
        places.append(index % size)
        index = index // size
    return places[::-1]


@operator("AveragePool", since=7)
def average_pool(
    x: Tensor,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    count_include_pad: int = 0,
    dilations: Ints | None = None,
    kernel_shape: Ints,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """One to three dimensions; with or without the padding in the count."""
    windows = _Windows(x, kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    counted = torch.ones(1, 1, *x.shape[2:], dtype=x.dtype, device=x.device)
    if count_include_pad:
        counted = pad_positions(counted, windows.before, windows.after, 1.0)
        ends = windows.beyond
        counted = pad_positions(counted, [0] * len(ends), ends)
    else:
        counted = windows.padded(counted, 0.0)
    return windows.sums(windows.padded(x, 0.0)) / windows.sums(counted)


@operator("LpPool", since=2)
def lp_pool(
    x: Tensor,
    *,
    auto_pad: str = "NOTSET",
    ceil_mode: int = 0,
    dilations: Ints | None = None,
    kernel_shape: Ints,
    p: int = 2,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """The p-norm of each window."""
    windows = _Windows(x, kernel_shape, strides, dilations, pads, auto_pad, ceil_mode)
    return windows.sums(windows.padded(x.abs() ** p, 0.0)) ** (1 / p)


@operator("GlobalAveragePool")
def global_average_pool(x: Tensor) -> Tensor:
    """Mean over all positions."""
    return x.mean(list(range(2, x.ndim)), keepdim=True)


@operator("GlobalMaxPool")
def global_max_pool(x: Tensor) -> Tensor:
    """Maximum over all positions."""
    return x.amax(list(range(2, x.ndim)), keepdim=True)


@operator("GlobalLpPool", since=2)
def global_lp_pool(x: Tensor, *, p: int = 2) -> Tensor:
    """The p-norm over all positions."""
    norms: Tensor = torch.linalg.vector_norm(x, p, list(range(2, x.ndim)), keepdim=True)
    return norms


@operator("MaxUnpool", since=9)
def max_unpool(
    x: Tensor,
    indices: Tensor,
    output_shape: Ints | None = None,
    *,
    kernel_shape: Ints,
    pads: Ints | None = None,
    strides: Ints | None = None,
) -> Tensor:
    """Values back to where MaxPool found them, zero elsewhere."""
    rank = len(kernel_shape)
    strides, pads = strides or [1] * rank, pads or [0] * (2 * rank)
    natural = [
        (x.shape[2 + i] - 1) * strides[i] + kernel_shape[i] - pads[i] - pads[rank + i]
        for i in range(rank)
    ]
    sizes = [*x.shape[:2], *natural]
    target = x.new_zeros(math.prod(sizes)).scatter(0, indices.flatten(), x.flatten())
    result = target.reshape(sizes)
    if output_shape is None:
        return result
    ends = [wanted - n for wanted, n in zip(output_shape[2:], natural, strict=True)]
    return pad_positions(result, [0] * rank, ends)
