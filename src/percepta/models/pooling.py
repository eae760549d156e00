"""Pooling a PyTorch response over positions: mean and maximum of each channel."""

from __future__ import annotations

import math

import torch

from percepta.models.layout import ResponseLayout

VECTOR_WIDTH = 32
KERNEL_THREADS = 4


def pool(response: torch.Tensor, layout: ResponseLayout) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and maximum over positions.

    The reduction follows the memory layout of the response, so that nothing is copied: channels
    innermost (channels_last, linear layers) reduces over rows, else over the innermost positions.

    Args:
        response: any floating dtype; a copy of nothing is kept.
        layout: its axes.

    Returns:
        Two ``[B, C]`` float32 tensors on the response's device.
    """
    if not response.is_floating_point():
        response = response.float()
    response = response.movedim((layout.batch_axis, layout.channel_axis), (0, -1))
    samples = response.shape[0] // layout.groups
    rows_last = response.is_contiguous() or response.ndim == 2
    if rows_last:
        rows = response.reshape(samples, -1, layout.width)
        if rows.shape[1] == 1:
            value = rows[:, 0].to(torch.float32, copy=True)  # the next layer may work in place
            return value, value
        if _suits_kernel(rows):
            return _pool_in_one_reading(rows)
        return rows.mean(1, dtype=torch.float32), _max_of_rows(rows).float()
    planes = response.movedim(-1, 1).reshape(samples, layout.groups, layout.width, -1)
    mean = planes.mean(-1, dtype=torch.float32)
    maximum = planes.amax(-1).float()
    if layout.groups == 1:
        return mean[:, 0], maximum[:, 0]
    return mean.mean(1), maximum.amax(1)


def pool_within(
    response: torch.Tensor, layout: ResponseLayout, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the weighted mean and the maximum over the positions of any weight.

    Args:
        response: any floating dtype, with two axes of positions.
        layout: its axes; see :func:`percepta.models.masking.can_be_masked`.
        weights: ``[B, height, width]`` float32, of the response's grid, on its device.

    Returns:
        Two ``[B, C]`` float32 tensors on the response's device.
    """
    planes = response.movedim(layout.channel_axis, 1).float()
    shares = weights.unsqueeze(1)
    mean = (planes * shares).sum((2, 3)) / shares.sum((2, 3))
    return mean, planes.masked_fill(shares == 0, -math.inf).amax((2, 3))


def _suits_kernel(rows: torch.Tensor) -> bool:
    """Whether the compiled kernel applies; it runs on one core, so not where there are many."""
    plain = rows.device.type == "cpu" and rows.dtype == torch.float32 and rows.is_contiguous()
    return plain and not rows.requires_grad and torch.get_num_threads() <= KERNEL_THREADS


def _pool_in_one_reading(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    from percepta.models.row_pooling import pool_rows

    mean = torch.empty(rows.shape[0], rows.shape[2])
    maximum = torch.empty_like(mean)
    pool_rows(rows.numpy(), mean.numpy(), maximum.numpy())
    return mean, maximum


def _max_of_rows(rows: torch.Tensor) -> torch.Tensor:
    """Return the maximum of ``[B, P, C]`` over P.

    On the CPU torch 2.13 leaves its vector path (20 to 60 times slower) for widths that are not a
    multiple of 32, so several rows are first read as one wide one.
    """
    samples, count, width = rows.shape
    together = VECTOR_WIDTH // math.gcd(width, VECTOR_WIDTH)
    whole = count // together
    if together == 1 or whole < 2 or rows.is_cuda or not rows.is_contiguous():
        return rows.amax(1)
    wide = rows[:, : whole * together].reshape(samples, whole, together * width)
    maximum = wide.amax(1).view(samples, together, width).amax(1)
    if whole * together < count:
        maximum = torch.maximum(maximum, rows[:, whole * together :].amax(1))
    return maximum
