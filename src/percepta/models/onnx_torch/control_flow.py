"""Choices and loops: graphs inside a graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor
Body = Callable[..., tuple[Any, ...]]


@operator("If")
def if_(cond: Tensor, *, then_branch: Body, else_branch: Body) -> tuple[Any, ...]:
    """The branch that the condition chooses."""
    return then_branch() if bool(cond) else else_branch()


@operator("Loop")
def loop(limit: Tensor | None, cond: Tensor | None, *state: Any, body: Body) -> tuple[Any, ...]:
    """As often as the count and the condition allow."""
    count = None if limit is None else int(limit)
    going = cond is None or bool(cond)
    kept: list[list[Tensor]] = []
    turn = 0
    values: tuple[Any, ...] = state
    while going and (count is None or turn < count):
        proceed, *results = body(torch.tensor(turn), torch.tensor(going), *values)
        values, scanned = tuple(results[: len(state)]), results[len(state) :]
        kept.append(scanned)
        going = bool(proceed)
        turn += 1
    return (*values, *(torch.stack(column) for column in zip(*kept, strict=True)))


@operator("Scan", since=9)
def scan(
    *inputs: Tensor,
    body: Body,
    num_scan_inputs: int,
    scan_input_axes: Ints | None = None,
    scan_input_directions: Ints | None = None,
    scan_output_axes: Ints | None = None,
    scan_output_directions: Ints | None = None,
) -> tuple[Tensor, ...]:
    """Along axes of the inputs, either way."""
    states = len(inputs) - num_scan_inputs
    values, sequences = inputs[:states], inputs[states:]
    axes = scan_input_axes or [0] * num_scan_inputs
    turned = scan_input_directions or [0] * num_scan_inputs
    steps = [
        list(x.flip(axis).unbind(axis) if back else x.unbind(axis))
        for x, axis, back in zip(sequences, axes, turned, strict=True)
    ]
    kept: list[tuple[Tensor, ...]] = []
    for items in zip(*steps, strict=True):
        results = body(*values, *items)
        values = results[:states]
        kept.append(results[states:])
    columns = list(zip(*kept, strict=True))
    places = scan_output_axes or [0] * len(columns)
    backwards = scan_output_directions or [0] * len(columns)
    stacked = [
        torch.stack(column[::-1] if back else column, axis)
        for column, axis, back in zip(columns, places, backwards, strict=True)
    ]
    return (*values, *stacked)
