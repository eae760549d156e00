"""The demos' network, and how it is trained: small, real, the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from percepta.core.progress import Progress
from percepta.demos.data import Digits


class DigitNet(nn.Module):
    """Three convolutions and two linear layers over a grey image.

    Args:
        size: height and width of the image in pixels, a multiple of 4.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.embedding = nn.Linear(64 * (size // 4) ** 2, 64)
        self.head = nn.Linear(64, 10)

    def forward(self, image: Tensor) -> Tensor:
        """Return logits [B, 10] for images [B, 1, size, size] in 0..1."""
        embedding = torch.relu(self.embedding(self.features(image)))
        logits: Tensor = self.head(embedding)
        return logits


def as_input(images: np.ndarray) -> Tensor:
    """Turn uint8 [B, H, W] into what :class:`DigitNet` takes: float32 [B, 1, H, W] in 0..1."""
    return torch.from_numpy(images.astype(np.float32) / 255).unsqueeze(1)


def train(
    training: Digits, *, epochs: int, progress: Progress, seed: int = 0, batch_size: int = 64
) -> DigitNet:
    """Train a :class:`DigitNet` with AdamW on a one-cycle schedule.

    Args:
        training: the digits to learn from.
        epochs: passes over them.
        progress: told of every batch; may cancel.
        seed: fixes weights and order.
        batch_size: digits a step.

    Returns:
        The trained network in evaluation mode.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = DigitNet(training.images.shape[1])
        steps = epochs * -(-len(training) // batch_size)
        optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
        progress.stage("training", epochs * len(training))
        for images, labels in _batches(training, epochs, batch_size):
            progress.check_cancelled()
            loss = nn.functional.cross_entropy(network(images), labels)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            progress.advance(len(labels))
    network.eval()
    return network


def accuracy(network: Callable[[Tensor], Tensor], digits: Digits) -> float:
    """Return the share of digits that the network reads right."""
    right = 0
    with torch.inference_mode():
        for start in range(0, len(digits), 256):
            images = as_input(digits.images[start : start + 256])
            predicted = network(images).argmax(dim=1).numpy()
            right += int((predicted == digits.labels[start : start + 256]).sum())
    return right / len(digits)


def _batches(digits: Digits, epochs: int, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    labels = torch.from_numpy(digits.labels)
    for _ in range(epochs):
        order = torch.randperm(len(digits))
        for start in range(0, len(digits), batch_size):
            rows = order[start : start + batch_size]
            yield as_input(digits.images[rows.numpy()]), labels[rows]
