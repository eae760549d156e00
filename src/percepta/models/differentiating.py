"""Differentiating a target through any network that runs on torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import torch

from percepta.core.errors import ModelError
from percepta.models.batches import pieces_of
from percepta.models.model import Array, Gradients, Target
from percepta.models.out_of_memory import is_out_of_memory, out_of_memory

Tap = Callable[[str, torch.Tensor], torch.Tensor]
"""``tap(layer, response)``: takes a layer's response, returns what the network goes on with."""

Run = Callable[[Mapping[str, torch.Tensor], Tap], Mapping[str, torch.Tensor]]
"""``run(inputs, tap) -> outputs``: one pass that hands the response of every layer asked for to ``tap``."""

_FIRST: Mapping[str, int] = MappingProxyType({})


def differentiate(
    run: Run,
    inputs: Mapping[str, torch.Tensor],
    target: Target,
    of_inputs: Sequence[str],
    of_layers: Sequence[str],
    *,
    size: int | None = None,
    batch_axes: Mapping[str, int] = _FIRST,
) -> Gradients:
    """Run a batch and differentiate a target; see :meth:`percepta.models.Model.gradients`.

    A network that takes only so many samples at once runs piece by piece; the target still sees the
    whole batch, so that what it was made for (a class per sample, say) stays in place.

    Args:
        run: the network; must not switch gradients off.
        inputs: by name, ``[B, ...]``, on the device the network is on.
        target: what is differentiated.
        of_inputs: names among ``inputs``.
        of_layers: the layers ``run`` taps; any other that it taps is passed by.
        size: the batch size the network takes; None: any.
        batch_axes: of the layers' responses, where it is not the first.

    Raises:
        ModelError: an input holds whole numbers, the target is not one value per sample, or it does not
            depend on the network by a differentiable way, or a layer did not run.
    """
    samples = len(next(iter(inputs.values())))
    pieces = [inputs]
    if size is not None and size != samples:
        rows = [torch.from_numpy(rows) for rows in pieces_of(samples, size)]
        pieces = [{name: t[index.to(t.device)] for name, t in inputs.items()} for index in rows]
    passes = [_Pass(run, piece, of_inputs, of_layers) for piece in pieces]

    def join(parts: Sequence[torch.Tensor], axis: int = 0) -> torch.Tensor:
        whole = parts[0] if len(parts) == 1 else torch.cat(list(parts), axis)
        if size is None:
            return whole
        rows_each = parts[0].shape[axis] // size
        return whole.narrow(axis, 0, samples * rows_each)

    silent = [name for name in of_layers if any(name not in done.responses for done in passes)]
    if silent:
        message = f"The layer {silent[0]} did not run for this batch, so it has no gradient."
        raise ModelError(message, fix="Ask for a layer that runs for every sample.")
    axes = {name: batch_axes.get(name, 0) for name in of_layers}
    outputs = {name: join([done.outputs[name] for done in passes]) for name in passes[0].outputs}
    responses = {name: join([d.responses[name] for d in passes], axes[name]) for name in of_layers}
    with torch.enable_grad():
        value = target(outputs, responses)
    _check_value(value, samples)
    leaves = [[done.leaves[n] for done in passes] for n in of_inputs]
    leaves += [[done.responses[n] for done in passes] for n in of_layers]
    gradients = _gradients(value, [leaf for parts in leaves for leaf in parts])
    for index, name in enumerate(of_inputs):
        if gradients[index * len(passes)] is None:
            _check_reach(name, passes[0])
    found = (
        torch.zeros_like(leaf) if gradient is None else gradient
        for leaf, gradient in zip((t for parts in leaves for t in parts), gradients, strict=True)
    )
    input_parts = {name: [next(found) for _ in passes] for name in of_inputs}
    layer_parts = {name: [next(found) for _ in passes] for name in of_layers}
    return Gradients(
        np.asarray(to_numpy(value), dtype=np.float32),
        {name: to_numpy(tensor) for name, tensor in outputs.items()},
        {name: to_numpy(join(parts)) for name, parts in input_parts.items()},
        {name: to_numpy(tensor) for name, tensor in responses.items()},
        {name: to_numpy(join(parts, axes[name])) for name, parts in layer_parts.items()},
    )


class _Pass:
    """One run with gradients on.

    Attributes:
        leaves: the inputs whose gradient is wanted.
        responses: of the layers tapped; of one that ran several times, of its last run.
        outputs: by name.
    """

    def __init__(
        self,
        run: Run,
        inputs: Mapping[str, torch.Tensor],
        of_inputs: Sequence[str],
        of_layers: Sequence[str],
    ) -> None:
        self.leaves = {name: _leaf(name, inputs[name]) for name in of_inputs}
        self.responses: dict[str, torch.Tensor] = {}

        def tap(layer: str, response: torch.Tensor) -> torch.Tensor:
            if layer not in of_layers:
                return response
            kept = _differentiable(layer, response)
            self.responses[layer] = kept
            return kept.clone()  # the next step may work in place

        with torch.enable_grad():
            fed = {name: leaf.clone() for name, leaf in self.leaves.items()}
            self.outputs = dict(run({**inputs, **fed}, tap))


def to_numpy(tensor: torch.Tensor) -> Array:
    """Return a tensor's values on the host; half precision comes as float32."""
    tensor = tensor.detach()
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    return np.asarray(tensor.cpu().contiguous().numpy())


def _leaf(name: str, tensor: torch.Tensor) -> torch.Tensor:
    if not tensor.is_floating_point():
        raise ModelError(
            f"The input {name} holds whole numbers ({str(tensor.dtype).removeprefix('torch.')}), which "
            "have no gradient.",
            fix="Ask for the gradient at the layer that embeds it.",
        )
    return tensor.detach().requires_grad_()


def _differentiable(layer: str, response: torch.Tensor) -> torch.Tensor:
    if not torch.is_grad_enabled():
        raise ModelError(
            f"The layer {layer} runs under torch.no_grad(), so nothing can be differentiated there.",
            fix="Let the module run without torch.no_grad(), or ask for a later layer.",
        )
    if not response.is_floating_point():
        kind = str(response.dtype).removeprefix("torch.")
        raise ModelError(
            f"The layer {layer} gives {kind}, which has no gradient.", fix="Ask for another layer."
        )
    return response if response.requires_grad else response.detach().requires_grad_()


def _check_value(value: torch.Tensor, samples: int) -> None:
    if value.shape != (samples,):
        raise ModelError(
            f"The target gave shape {list(value.shape)} for {samples} samples.",
            fix="Return one value per sample, [B].",
        )
    if not value.requires_grad:
        raise ModelError(
            "The target does not depend on the network by a differentiable way.",
            fix="Let the module run without torch.no_grad() and without .detach(), and the target "
            "use its outputs.",
        )


def _check_reach(name: str, done: _Pass) -> None:
    """Tell an input that the network is cut off from apart from one that a target does not use."""
    leaf, seen = done.leaves[name], set()
    stack = [tensor.grad_fn for tensor in done.outputs.values() if tensor.grad_fn is not None]
    while stack:
        node = stack.pop()
        if getattr(node, "variable", None) is leaf:
            return
        seen.add(node)
        stack += [before for before, _ in node.next_functions if before and before not in seen]
    raise ModelError(
        f"In this network no output depends on the input {name} in a differentiable way.",
        fix="Let the module run without torch.no_grad() and .detach(), or ask for a layer's gradient.",
    )


def _gradients(
    value: torch.Tensor, leaves: Sequence[torch.Tensor]
) -> Sequence[torch.Tensor | None]:
    if not leaves:
        return ()
    try:
        return torch.autograd.grad(value.sum(), leaves, allow_unused=True)
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise out_of_memory(f"the gradients of {len(value)} samples") from error
        reason = str(error).strip().splitlines()[0]
        raise ModelError(
            f"The network cannot be differentiated: {reason}",
            fix="Let it overwrite (in-place operations) nothing that its gradient needs.",
        ) from error
