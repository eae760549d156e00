"""Picking, placing and sorting elements."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor


def _counted_from_zero(index: Tensor, size: int) -> Tensor:
    index = index.to(torch.int64)
    return torch.where(index < 0, index + size, index)


@operator("Gather")
def gather(data: Tensor, indices: Tensor, *, axis: int = 0) -> Tensor:
    """Along an axis; also the look-up of an embedding."""
    axis %= data.ndim
    index = _counted_from_zero(indices, data.shape[axis])
    picked = data.index_select(axis, index.flatten())
    return picked.reshape([*data.shape[:axis], *indices.shape, *data.shape[axis + 1 :]])


@operator("GatherElements", since=11)
def gather_elements(data: Tensor, indices: Tensor, *, axis: int = 0) -> Tensor:
    """One index an element."""
    return data.gather(axis, _counted_from_zero(indices, data.shape[axis]))


def _flat_index(indices: Tensor, sizes: Ints) -> Tensor:
    """Return the position in the flattened sizes of each tuple on the last axis."""
    flat = torch.zeros(indices.shape[:-1], dtype=torch.int64, device=indices.device)
    for position, size in enumerate(sizes):
        flat = flat * size + _counted_from_zero(indices[..., position], size)
    return flat


@operator("GatherND", since=11)
def gather_nd(data: Tensor, indices: Tensor, *, batch_dims: int = 0) -> Tensor:
    """One tuple of indices an element or slice."""
    depth = indices.shape[-1]
    shared, indexed = list(data.shape[:batch_dims]), list(data.shape[batch_dims:][:depth])
    rest = list(data.shape[batch_dims + depth :])
    batch = math.prod(shared)
    rows = data.reshape(batch, math.prod(indexed), -1)
    index = _flat_index(indices, indexed).reshape(batch, -1)
    picked = rows.gather(1, index[..., None].expand(-1, -1, rows.shape[-1]))
    return picked.reshape([*indices.shape[:-1], *rest])


_REDUCE = {"add": "sum", "mul": "prod", "max": "amax", "min": "amin"}


def _scatter(data: Tensor, axis: int, index: Tensor, updates: Tensor, reduction: str) -> Tensor:
    if reduction == "none":
        return data.scatter(axis, index, updates)
    return data.scatter_reduce(axis, index, updates, _REDUCE[reduction])


@operator("ScatterElements", since=11)
def scatter_elements(
    data: Tensor, indices: Tensor, updates: Tensor, *, axis: int = 0, reduction: str = "none"
) -> Tensor:
    """One index an element; replaces, adds, multiplies, takes the greater or smaller."""
    index = _counted_from_zero(indices, data.shape[axis])
    return _scatter(data, axis, index, updates, reduction)


@operator("Scatter", since=9)
def scatter(data: Tensor, indices: Tensor, updates: Tensor, *, axis: int = 0) -> Tensor:
    """The former name of ScatterElements."""
    return scatter_elements(data, indices, updates, axis=axis)


@operator("ScatterND", since=11)
def scatter_nd(
    data: Tensor, indices: Tensor, updates: Tensor, *, reduction: str = "none"
) -> Tensor:
    """One tuple of indices an element or slice."""
    depth = indices.shape[-1]
    rows = data.reshape(math.prod(data.shape[:depth]), -1)
    index = _flat_index(indices, list(data.shape[:depth])).flatten()
    given = updates.reshape(-1, rows.shape[1])
    index = index[:, None].expand_as(given)
    return _scatter(rows, 0, index, given, reduction).reshape(data.shape)


@operator("Slice")
def slice_axes(
    data: Tensor,
    starts: Ints,
    ends: Ints,
    axes: Ints | None = None,
    steps: Ints | None = None,
) -> Tensor:
    """Any step, also backwards; bounds as attributes or (opset 10) inputs."""
    along = axes if axes is not None else list(range(len(starts)))
    every = steps or [1] * len(starts)
    for axis, start, end, step in zip(along, starts, ends, every, strict=True):
        places = range(*slice(start, end, step).indices(data.shape[axis]))
        if step > 0:
            picked = [slice(None)] * data.ndim
            picked[axis] = slice(places.start, places.stop, step)
            data = data[tuple(picked)]
        else:
            index = torch.tensor(list(places), dtype=torch.int64, device=data.device)
            data = data.index_select(axis, index)
    return data


@operator("TopK")
def top_k(
    x: Tensor, k: Ints | int, *, axis: int = -1, largest: int = 1, sorted: int = 1
) -> tuple[Tensor, Tensor]:
    """Of equals the one with the lower index comes first."""
    count = k if isinstance(k, int) else k[0]
    values, index = x.sort(dim=axis, descending=bool(largest), stable=True)
    return values.narrow(axis, 0, count), index.narrow(axis, 0, count)


@operator("NonZero", since=9, differentiable=False)
def non_zero(x: Tensor) -> Tensor:
    """Indices of what is not zero, one row an axis."""
    return x.nonzero().T.contiguous()


@operator("OneHot", since=9)
def one_hot(indices: Tensor, depth: Ints, values: Tensor, *, axis: int = -1) -> Tensor:
    """Off and on values; an index out of range is off everywhere."""
    index = indices.to(torch.int64)
    index = torch.where(index < 0, index + depth[0], index).unsqueeze(axis)
    shape = [1] * index.ndim
    shape[axis] = depth[0]
    places = torch.arange(depth[0], device=index.device).reshape(shape)
    return torch.where(index == places, values[1], values[0])


@operator("Compress", since=9)
def compress(x: Tensor, condition: Tensor, *, axis: int | None = None) -> Tensor:
    """What a condition keeps along an axis, or of everything."""
    x, along = (x.flatten(), 0) if axis is None else (x, axis)
    return x.index_select(along, condition.nonzero().flatten())


@operator("ReverseSequence", since=10)
def reverse_sequence(
    x: Tensor, sequence_lens: Tensor, *, batch_axis: int = 1, time_axis: int = 0
) -> Tensor:
    """Each sample up to its own length."""
    rows = x.movedim((batch_axis, time_axis), (0, 1))
    time = torch.arange(rows.shape[1], device=x.device)
    ends = sequence_lens.to(torch.int64)[:, None]
    index = torch.where(time < ends, ends - 1 - time, time)
    samples = torch.arange(rows.shape[0], device=x.device)[:, None]
    return rows[samples, index].movedim((0, 1), (batch_axis, time_axis))


@operator("GridSample", since=16)
def grid_sample(
    x: Tensor,
    grid: Tensor,
    *,
    align_corners: int = 0,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
) -> Tensor:
    """Sampling at positions that are themselves computed."""
    kind = {"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode)
    return functional.grid_sample(x, grid, kind, padding_mode, bool(align_corners))
