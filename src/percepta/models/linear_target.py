"""A target that is a weighted sum of outputs and pooled responses: what all others come down to.

Near one sample any number that outputs and latent vectors give is such a sum, its weights the number's
own derivatives. So that is the only thing torch has to differentiate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from percepta.models.differentiating import to_numpy
from percepta.models.model import Forward, Layer, Target

Weights = Mapping[str, NDArray[np.float32]]


def linear_target(
    of_outputs: Weights,
    of_pooled: Weights,
    layers: Mapping[str, Layer],
    pooling: str = "mean",
) -> Target:
    """Return ``sum(weights · outputs) + sum(weights · pooled responses)``, one value per sample.

    Args:
        of_outputs: by output name, ``[B, …]`` in the output's shape.
        of_pooled: by layer name, ``[B, C]``; those layers must be among the responses asked for.
        layers: the model's layers by name.
        pooling: ``mean`` or ``max`` over positions.
    """

    def target(
        outputs: Mapping[str, torch.Tensor], responses: Mapping[str, torch.Tensor]
    ) -> torch.Tensor:
        terms = [
            (outputs[name].float() * _like(weights, outputs[name])).flatten(1).sum(1)
            for name, weights in of_outputs.items()
        ]
        for name, weights in of_pooled.items():
            response = channels_second(responses[name], layers[name], len(weights)).flatten(2)
            pooled = response.mean(2) if pooling == "mean" else response.amax(2)
            terms.append((pooled.float() * _like(weights, pooled)).sum(1))
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


def _like(weights: NDArray[np.float32], tensor: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(weights)).to(tensor.device)
