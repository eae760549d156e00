"""The networks that benchmarks run: a small CNN and MobileNetV2, written out."""

from __future__ import annotations

import torch
from torch import nn


def small_cnn() -> nn.Sequential:
    """Return a CNN of about 260,000 parameters for ``[B, 1, 28, 28]``, ten classes."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1600, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


class InvertedResidual(nn.Module):
    """The block of MobileNetV2 (Sandler et al. 2018, https://arxiv.org/abs/1801.04381)."""

    def __init__(self, width_in: int, width_out: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = width_in * expansion
        self.residual = stride == 1 and width_in == width_out
        parts: list[nn.Module] = []
        if expansion != 1:
            parts += _conv(width_in, hidden, 1)
        parts += _conv(hidden, hidden, 3, stride, groups=hidden)
        parts += _conv(hidden, width_out, 1, activation=False)
        self.body = nn.Sequential(*parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the block on ``[B, C, H, W]``."""
        return x + self.body(x) if self.residual else self.body(x)


def mobilenet_v2(classes: int = 1000) -> nn.Sequential:
    """Return MobileNetV2 at width 1.0 (3.5 million parameters) for ``[B, 3, H, W]``."""
    parts: list[nn.Module] = _conv(3, 32, 3, 2)
    width = 32
    for expansion, channels, repeats, stride in (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ):
        for index in range(repeats):
            step = stride if index == 0 else 1
            parts.append(InvertedResidual(width, channels, step, expansion))
            width = channels
    parts += _conv(320, 1280, 1)
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, classes)]
    return nn.Sequential(*parts)


def _conv(
    width_in: int,
    width_out: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
    activation: bool = True,
) -> list[nn.Module]:
    parts: list[nn.Module] = [
        nn.Conv2d(width_in, width_out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(width_out),
    ]
    return [*parts, nn.ReLU6(inplace=True)] if activation else parts
