"""Small networks whose attributions are known, seen as subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from percepta.analysis.attribution import Evidence


class Net(nn.Module):
    """Two convolutions and a classifier; a few thousand weights, smooth enough to differentiate."""

    def __init__(self, seed: int = 0) -> None:
        torch.manual_seed(seed)
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(2, 6, 3, padding=1), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(6, 8, 3, stride=2, padding=1), nn.ReLU())
        self.classifier = nn.Linear(8, 4)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.second(self.first(image)).mean((2, 3)))


@dataclass(frozen=True)
class TorchSubject:
    """One class of a network, by hooks on its convolutions' activations."""

    net: nn.Module
    target: int
    calls: list[int]

    def other(self, target: int) -> TorchSubject:
        return replace(self, target=target)

    def values(self, inputs: Mapping[str, Any]) -> np.ndarray:
        self.calls.append(len(inputs["image"]))
        with torch.no_grad():
            return self.net(torch.as_tensor(inputs["image"]).float())[:, self.target].numpy()

    def evidence(
        self,
        inputs: Mapping[str, Any],
        of_inputs: Sequence[str] = (),
        of_layers: Sequence[str] = (),
    ) -> Evidence:
        image = torch.as_tensor(inputs["image"]).float().requires_grad_()
        responses: dict[str, torch.Tensor] = {}

        def keep(name: str) -> Any:
            def hook(part: nn.Module, args: Any, output: torch.Tensor) -> None:
                responses[name] = output

            return hook

        parts = dict(self.net.named_modules())
        handles = [parts[name].register_forward_hook(keep(name)) for name in of_layers]
        value = self.net(image)[:, self.target]
        for handle in handles:
            handle.remove()
        wanted = [image, *responses.values()]
        image_gradient, *gradients = torch.autograd.grad(value.sum(), wanted)
        return Evidence(
            value.detach().numpy(),
            {"image": image_gradient.numpy()} if of_inputs else {},
            {name: response.detach().numpy() for name, response in responses.items()},
            {n: g.numpy() for n, g in zip(responses, gradients, strict=True)},
        )


def subject(target: int = 1, seed: int = 0) -> TorchSubject:
    return TorchSubject(Net(seed), target, [])


def pictures(count: int = 3) -> np.ndarray:
    return np.random.default_rng(7).normal(0.3, 1, (count, 2, 12, 10)).astype(np.float32)
