"""Differentiating a target through any network that runs on torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from percepta.core.errors import ModelError
from percepta.models.model import Array, Gradients, Target

Tap = Callable[[str, torch.Tensor], torch.Tensor]
"""``tap(layer, response)``: takes a layer's response, returns what the network goes on with."""

Run = Callable[[Mapping[str, torch.Tensor], Tap], Mapping[str, torch.Tensor]]
"""``run(inputs, tap) -> outputs``: one pass that hands the response of every layer asked for to ``tap``."""


def differentiate(
    run: Run,
    inputs: Mapping[str, torch.Tensor],
    target: Target,
    of_inputs: Sequence[str],
    of_layers: Sequence[str],
) -> Gradients:
    """Run a batch and differentiate a target; see :meth:`percepta.models.Model.gradients`.

    Args:
        run: the network; must not switch gradients off.
        inputs: by name, ``[B, ...]``, on the device the network is on.
        target: what is differentiated.
        of_inputs: names among ``inputs``.
        of_layers: the layers ``run`` taps; any other that it taps is passed by.

    Raises:
        ModelError: an input holds whole numbers, the target is not one value per sample, or it does not
            depend on the network by a differentiable way.
    """
    tensors = {name: _leaf(name, tensor, name in of_inputs) for name, tensor in inputs.items()}
    responses: dict[str, torch.Tensor] = {}

    def tap(layer: str, response: torch.Tensor) -> torch.Tensor:
        if layer not in of_layers:
            return response
        kept = response if response.requires_grad else response.detach().requires_grad_()
        responses[layer] = kept
        return kept.clone()  # the next step may work in place

    with torch.enable_grad():
        outputs = run(tensors, tap)
        value = target(outputs, responses)
    samples = len(next(iter(inputs.values())))
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
    wanted = [tensors[name] for name in of_inputs]
    seen = [name for name in of_layers if name in responses]
    wanted += [responses[name] for name in seen]
    found = (
        torch.autograd.grad(value.sum(), wanted, allow_unused=True, materialize_grads=True)
        if wanted
        else ()
    )
    arrays = [to_numpy(gradient) for gradient in found]
    return Gradients(
        np.asarray(to_numpy(value), dtype=np.float32),
        {name: to_numpy(tensor) for name, tensor in outputs.items()},
        dict(zip(of_inputs, arrays, strict=False)),
        {name: to_numpy(responses[name]) for name in seen},
        dict(zip(seen, arrays[len(of_inputs) :], strict=True)),
    )


def to_numpy(tensor: torch.Tensor) -> Array:
    """Return a tensor's values on the host; half precision comes as float32."""
    tensor = tensor.detach()
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    return np.asarray(tensor.cpu().contiguous().numpy())


def _leaf(name: str, tensor: torch.Tensor, wanted: bool) -> torch.Tensor:
    if not wanted:
        return tensor
    if not tensor.is_floating_point():
        raise ModelError(
            f"The input {name} holds whole numbers ({str(tensor.dtype).removeprefix('torch.')}), which "
            "have no gradient.",
            fix="Ask for the gradient at the layer that embeds it.",
        )
    return tensor.detach().requires_grad_()
