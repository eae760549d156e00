"""Recurrent networks, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from percepta.core.errors import ModelError
from percepta.models.onnx_torch.activations import ACTIVATIONS
from percepta.models.onnx_torch.indexing import reverse_sequence
from percepta.models.onnx_torch.table import Floats, operator

Tensor = torch.Tensor
Activation = Callable[[Tensor], Tensor]
State = tuple[Tensor, ...]
Cell = Callable[[Tensor, State], State]
"""``cell(x, state) -> state``: x is ``[B, I]``, the first of the state what the layer gives, ``[B, H]``."""

_WITH_ALPHA = ("LeakyRelu", "ThresholdedRelu", "Elu", "HardSigmoid")


@dataclass(frozen=True, slots=True)
class _Sequence:
    """What the three operators share about the sequence they run over."""

    x: Tensor  # [T, B, I]
    lengths: Tensor | None  # [B]
    direction: str
    layout: int

    def run(self, cells: list[Cell], states: list[State]) -> tuple[Tensor, list[Tensor]]:
        """Return ``[T, D, B, H]`` and each final state ``[D, B, H]``, in the asked layout."""
        outputs, finals = [], []
        for index, (cell, state) in enumerate(zip(cells, states, strict=True)):
            backwards = self.direction == "reverse" or index == 1
            output, final = self._one_way(cell, state, backwards)
            outputs.append(output)
            finals.append(final)
        y = torch.stack(outputs, 1)
        ends = [torch.stack(parts) for parts in zip(*finals, strict=True)]
        if self.layout:
            y, ends = y.permute(2, 0, 1, 3), [end.transpose(0, 1) for end in ends]
        return y, ends

    def _one_way(self, cell: Cell, state: State, backwards: bool) -> tuple[Tensor, State]:
        x = self._turned(self.x) if backwards else self.x
        kept = []
        for time, step in enumerate(x):
            new = cell(step, state)
            if self.lengths is None:
                state = new
                kept.append(new[0])
            else:
                going = (time < self.lengths)[:, None]
                state = tuple(torch.where(going, n, s) for n, s in zip(new, state, strict=True))
                kept.append(torch.where(going, new[0], 0))
        output = torch.stack(kept)
        return (self._turned(output) if backwards else output), state

    def _turned(self, x: Tensor) -> Tensor:
        return x.flip(0) if self.lengths is None else reverse_sequence(x, self.lengths)


def _sequence(x: Tensor, lengths: Tensor | None, direction: str, layout: int) -> _Sequence:
    return _Sequence(x.transpose(0, 1) if layout else x, lengths, direction, layout)


def _states(given: list[Tensor | None], w: Tensor, x: _Sequence, hidden: int) -> list[State]:
    """Return the initial state of each direction."""
    shape = (w.shape[0], x.x.shape[1], hidden)
    whole = []
    for tensor in given:
        if tensor is None:
            whole.append(x.x.new_zeros(shape))
        else:
            whole.append(tensor.transpose(0, 1) if x.layout else tensor)
    return [tuple(tensor[d] for tensor in whole) for d in range(shape[0])]


def _activations(
    names: list[str] | None,
    alpha: Floats | None,
    beta: Floats | None,
    usual: list[str],
    directions: int,
) -> list[list[Activation]]:
    """Return the activations of each direction."""
    alphas, betas = iter(alpha or []), iter(beta or [])
    made: list[Activation] = []
    for name in names or usual * directions:
        if name not in ACTIVATIONS:
            raise ModelError(f"A recurrent layer with {name} has no gradient here.")
        options: dict[str, Any] = {}
        if name in _WITH_ALPHA and (value := next(alphas, None)) is not None:
            options["alpha"] = value
        if name == "HardSigmoid" and (value := next(betas, None)) is not None:
            options["beta"] = value
        made.append(partial(ACTIVATIONS[name], **options))
    size = len(usual)
    return [made[d * size : (d + 1) * size] for d in range(directions)]


def _limit(clip: float | None) -> Activation:
    return lambda x: x if clip is None else x.clamp(-clip, clip)


def _biases(b: Tensor | None, w: Tensor, direction: int) -> tuple[Tensor, Tensor]:
    if b is None:
        zeros = w.new_zeros(w.shape[1])
        return zeros, zeros
    return b[direction, : w.shape[1]], b[direction, w.shape[1] :]


@operator("RNN", since=7)
def rnn(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    sequence_lens: Tensor | None = None,
    initial_h: Tensor | None = None,
    *,
    activation_alpha: Floats | None = None,
    activation_beta: Floats | None = None,
    activations: list[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
) -> tuple[Tensor, Tensor]:
    """Any direction, lengths, activations, clipping."""
    sequence = _sequence(x, sequence_lens, direction, layout)
    functions = _activations(activations, activation_alpha, activation_beta, ["Tanh"], w.shape[0])

    limit = _limit(clip)

    def cell(d: int) -> Cell:
        (f,) = functions[d]
        of_input, of_state = _biases(b, w, d)
        bias = of_input + of_state
        return lambda step, state: (f(limit(step @ w[d].mT + state[0] @ r[d].mT + bias)),)

    y, ends = sequence.run(
        [cell(d) for d in range(w.shape[0])], _states([initial_h], w, sequence, r.shape[-1])
    )
    return y, ends[0]


@operator("GRU", since=7)
def gru(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    sequence_lens: Tensor | None = None,
    initial_h: Tensor | None = None,
    *,
    activation_alpha: Floats | None = None,
    activation_beta: Floats | None = None,
    activations: list[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    linear_before_reset: int = 0,
) -> tuple[Tensor, Tensor]:
    """Any direction, lengths, activations, clipping; the reset before or after the product."""
    sequence = _sequence(x, sequence_lens, direction, layout)
    functions = _activations(
        activations, activation_alpha, activation_beta, ["Sigmoid", "Tanh"], w.shape[0]
    )
    hidden = r.shape[-1]

    limit = _limit(clip)

    def cell(d: int) -> Cell:
        f, g = functions[d]
        of_input, of_state = _biases(b, w, d)

        def step(x: Tensor, state: State) -> State:
            (h,) = state
            seen = x @ w[d].mT + of_input
            gates = seen[:, : 2 * hidden] + h @ r[d, : 2 * hidden].mT + of_state[: 2 * hidden]
            update, reset = f(limit(gates)).chunk(2, -1)
            recurrent, bias = r[d, 2 * hidden :].mT, of_state[2 * hidden :]
            if linear_before_reset:
                remembered = reset * (h @ recurrent + bias)
            else:
                remembered = (reset * h) @ recurrent + bias
            new = g(limit(seen[:, 2 * hidden :] + remembered))
            return ((1 - update) * new + update * h,)

        return step

    y, ends = sequence.run(
        [cell(d) for d in range(w.shape[0])], _states([initial_h], w, sequence, hidden)
    )
    return y, ends[0]


@operator("LSTM", since=7)
def lstm(
    x: Tensor,
    w: Tensor,
    r: Tensor,
    b: Tensor | None = None,
    sequence_lens: Tensor | None = None,
    initial_h: Tensor | None = None,
    initial_c: Tensor | None = None,
    p: Tensor | None = None,
    *,
    activation_alpha: Floats | None = None,
    activation_beta: Floats | None = None,
    activations: list[str] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    layout: int = 0,
) -> tuple[Tensor, Tensor, Tensor]:
    """Any direction, lengths, activations, clipping, peepholes."""
    sequence = _sequence(x, sequence_lens, direction, layout)
    usual = ["Sigmoid", "Tanh", "Tanh"]
    functions = _activations(activations, activation_alpha, activation_beta, usual, w.shape[0])

    limit = _limit(clip)

    def cell(d: int) -> Cell:
        f, g, out = functions[d]
        bias = sum(_biases(b, w, d))
        zero = w.new_zeros(())
        into, outof, kept = (zero, zero, zero) if p is None else p[d].chunk(3)

        def step(x: Tensor, state: State) -> State:
            h, c = state
            i, o, forget, new = (x @ w[d].mT + h @ r[d].mT + bias).chunk(4, -1)
            entering = f(limit(i + into * c))
            remembered = 1 - entering if input_forget else f(limit(forget + kept * c))
            c = remembered * c + entering * g(limit(new))
            return f(limit(o + outof * c)) * out(c), c  # out: not clipped, as in onnxruntime

        return step

    y, ends = sequence.run(
        [cell(d) for d in range(w.shape[0])],
        _states([initial_h, initial_c], w, sequence, r.shape[-1]),
    )
    return y, ends[0], ends[1]
