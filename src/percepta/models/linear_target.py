"""A target that is a weighted sum of outputs and pooled responses: what all others come down to.

Near one sample any number that outputs and latent vectors give is such a sum, its weights the number's
own derivatives. So that is the only thing torch has to differentiate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from percepta.models.differentiating import to_numpy
from percepta.models.masking import mask_weights
from percepta.models.model import Forward, Layer, Target

Weights = Mapping[str, NDArray[np.float32]]


def linear_target(
    of_outputs: Weights,
    of_pooled: Weights,
    layers: Mapping[str, Layer],
    pooling: str = "mean",
    masks: NDArray[np.bool_] | None = None,
) -> Target:
    """Return ``sum(weights · outputs) + sum(weights · pooled responses)``, one value per sample.

    Args:
        of_outputs: by output name, ``[B, …]`` in the output's shape.
        of_pooled: by layer name, ``[B, C]``; those layers must be among the responses asked for.
        layers: the model's layers by name.
        pooling: ``mean`` or ``max`` over positions.
        masks: bool ``[B, H, W]``, the positions that layers with a picture's grid are pooled over; empty (or
            None): all.
    """

    def target(
        outputs: Mapping[str, torch.Tensor], responses: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        terms = [
            (outputs[name].float() * _like(weights, outputs[name])).flatten(1).sum(1)
            for name, weights in of_outputs.items()
        ]
        for name, weights in of_pooled.items():
            response = channels_second(responses[name], layers[name], len(weights)).float()
            shares = _shares(masks, responses[name], layers[name])
            pooled = _pooled(response, pooling, shares)
            terms.append((pooled * _like(weights, pooled)).sum(1))
        return torch.stack(terms).sum(0)

    return target


def target_of_outputs(slopes: Callable[[Forward], Weights]) -> Target:
    """Return a number of the outputs whose weights are asked for when they are there.

    Args:
        slopes: what the network gave -> the number's derivatives, by output name, ``[B, …]``.
    """

    def target(
        outputs: Mapping[str, torch.Tensor], responses: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        given = Forward({name: to_numpy(tensor) for name, tensor in outputs.items()}, {}, {})
        return linear_target(slopes(given), {}, {})(outputs, responses)

    return target


def channels_second(response: torch.Tensor, layer: Layer, samples: int) -> torch.Tensor:
    """Return a response as ``[B, C, …positions]`` with at least one axis of positions.

    Rows that a network folds into the batch (windows, frames) become a first axis of positions.
    """
    moved = response.movedim((layer.batch_axis, layer.channel_axis), (0, 1))
    if moved.shape[0] != samples:
        moved = moved.reshape(samples, -1, *moved.shape[1:]).movedim(1, 2)
    return moved if moved.ndim > 2 else moved.unsqueeze(-1)


def _shares(
    masks: NDArray[np.bool_] | None, response: torch.Tensor, layer: Layer
) -> torch.Tensor | None:
    """Return how much of each position counts, ``[B, 1, P]``; None: all alike."""
    on_grid = response.ndim == 4 and layer.batch_axis == 0
    if masks is None or not on_grid or len(response) != len(masks):
        return None
    grid = [
        size for axis, size in enumerate(response.shape) if axis not in (0, layer.channel_axis % 4)
    ]
    shares = mask_weights(masks, (grid[0], grid[1]))
    return torch.from_numpy(shares).to(response.device).flatten(1).unsqueeze(1)


def _pooled(response: torch.Tensor, pooling: str, shares: torch.Tensor | None) -> torch.Tensor:
    """Pool ``[B, C, …positions]`` as an evaluation does, see :mod:`percepta.models.masking`."""
    flat = response.flatten(2)
    if shares is None:
        return flat.mean(2) if pooling == "mean" else flat.amax(2)
    if pooling == "mean":
        return (flat * shares).sum(2) / shares.sum(2)
    return flat.masked_fill(shares == 0, -math.inf).amax(2)


def _like(weights: NDArray[np.float32], tensor: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(weights)).to(tensor.device)
