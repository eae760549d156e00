"""Sequences of tensors: Python lists."""

from __future__ import annotations

import torch

from percepta.models.onnx_torch.shapes import equal_parts
from percepta.models.onnx_torch.table import operator

Tensor = torch.Tensor
Sequence = list[Tensor]


@operator("SequenceConstruct", since=11)
def sequence_construct(*tensors: Tensor) -> Sequence:
    """A sequence of the inputs."""
    return list(tensors)


@operator("SequenceEmpty", since=11)
def sequence_empty(*, dtype: int = 1) -> Sequence:
    """A sequence of nothing."""
    return []


@operator("SequenceInsert", since=11)
def sequence_insert(sequence: Sequence, tensor: Tensor, position: Tensor | None = None) -> Sequence:
    """At a position or the end."""
    place = len(sequence) if position is None else int(position)
    place = place + len(sequence) if place < 0 else place
    return [*sequence[:place], tensor, *sequence[place:]]


@operator("SequenceErase", since=11)
def sequence_erase(sequence: Sequence, position: Tensor | None = None) -> Sequence:
    """At a position or the end."""
    place = (-1 if position is None else int(position)) % len(sequence)
    return [*sequence[:place], *sequence[place + 1 :]]


@operator("SequenceAt", since=11)
def sequence_at(sequence: Sequence, position: Tensor) -> Tensor:
    """The tensor at a position."""
    return sequence[int(position)]


@operator("SequenceLength", since=11, differentiable=False)
def sequence_length(sequence: Sequence) -> Tensor:
    """How many tensors."""
    return torch.tensor(len(sequence))


@operator("SplitToSequence", since=11)
def split_to_sequence(
    x: Tensor, split: Tensor | None = None, *, axis: int = 0, keepdims: int = 1
) -> Sequence:
    """By sizes, one size, or into single items."""
    if split is None:
        return list(equal_parts(x, 1, axis)) if keepdims else list(x.unbind(axis))
    if split.ndim:
        return list(x.split_with_sizes(split.tolist(), axis))
    return list(equal_parts(x, int(split), axis))


@operator("ConcatFromSequence", since=11)
def concat_from_sequence(sequence: Sequence, *, axis: int, new_axis: int = 0) -> Tensor:
    """Along an axis, old or new."""
    return torch.stack(sequence, axis) if new_axis else torch.cat(sequence, axis)
