"""Small networks whose answers can be worked out by hand, and their ONNX exports."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn


class Toy(nn.Sequential):
    """A 1x1 convolution (x, -2x + 1), ReLU, flatten, and a linear layer that sums."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(
            nn.Conv2d(1, 2, 1), nn.ReLU(inplace=inplace), nn.Flatten(), nn.Linear(8, 1)
        )
        with torch.no_grad():
            self[0].weight.copy_(torch.tensor([1.0, -2.0]).view(2, 1, 1, 1))
            self[0].bias.copy_(torch.tensor([0.0, 1.0]))
            self[3].weight.fill_(1.0)
            self[3].bias.fill_(0.5)


class ConvNet(nn.Module):
    """Convolutions of several kinds with norms and activations; a linear head."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, 12, 3, stride=2),
            nn.LeakyReLU(0.1),
            nn.Conv2d(12, 12, 3, groups=12, padding=1),
            nn.Conv2d(12, 20, 1),
            nn.ReLU6(),
        )
        self.head = nn.Linear(20, 5)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(image).mean((2, 3)))


class TokenNet(nn.Module):
    """Embedding of integer tokens, a hidden layer over positions, two outputs in a dict."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed = nn.Embedding(50, 6)
        self.hidden = nn.Linear(6, 7)
        self.score = nn.Linear(7, 2)
        self.length = nn.Linear(7, 1)

    def forward(self, tokens: torch.Tensor) -> dict[str, torch.Tensor]:
        pooled = torch.tanh(self.hidden(self.embed(tokens))).mean(1)
        return {"score": self.score(pooled), "length": self.length(pooled)}


class TwoInputs(nn.Module):
    """An image branch and a table branch that meet in one head."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = nn.Conv2d(1, 4, 3)
        self.table = nn.Linear(3, 4)
        self.head = nn.Linear(8, 2)

    def forward(self, image: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
        both = torch.cat([self.conv(image).amax((2, 3)), self.table(table)], 1)
        return self.head(both)


def export(
    module: nn.Module,
    arguments: Sequence[torch.Tensor],
    path: Path,
    *,
    dynamo: bool = False,
    opset: int | None = None,
    names: Sequence[str] = ("image",),
    dynamic: bool = True,
) -> Path:
    """Write a module as ONNX with one of PyTorch's two exporters."""
    module.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            batch = torch.export.Dim("batch", min=1, max=4096)
            program = torch.onnx.export(
                module,
                tuple(arguments),
                dynamo=True,
                opset_version=opset,
                input_names=list(names),
                dynamic_shapes=tuple({0: batch} for _ in arguments) if dynamic else None,
                verbose=False,
            )
            program.save(str(path))
        else:
            file = io.BytesIO()
            axes = {name: {0: "batch"} for name in names} if dynamic else None
            torch.onnx.export(
                module,
                tuple(arguments),
                file,
                dynamo=False,
                opset_version=opset,
                input_names=list(names),
                dynamic_axes=axes,
            )
            path.write_bytes(file.getvalue())
    return path
