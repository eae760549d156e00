"""The demos' network, and how it is trained: small, real, the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

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


class Log(Protocol):
    """Takes metrics of one subset at a step or epoch, counted from 1."""

    def __call__(
        self, by: Literal["step", "epoch"], at: int, subset: str, **metrics: float
    ) -> None:
        """Note them."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well digits are read: mean loss (cross-entropy) and share of right answers."""

    loss: float
    accuracy: float


def train(
    training: Digits,
    validation: Digits,
    epochs: int,
    progress: Progress,
    log: Log,
    seed: int = 0,
    batch_size: int = 64,
) -> DigitNet:
    """Train a :class:`DigitNet` with AdamW on a one-cycle schedule.

    Args:
        training: the digits to learn from.
        validation: digits it is tried on after every epoch.
        epochs: passes over the training digits.
        progress: told of every batch; may cancel.
        log: told of loss and accuracy of every batch, and of both subsets after every epoch; those of the
            training digits are the mean of the batches.
        seed: fixes weights and order.
        batch_size: digits a step.

    Returns:
        The trained network in evaluation mode.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = DigitNet(training.images.shape[1])
        per_epoch = -(-len(training) // batch_size)
        steps = epochs * per_epoch
        optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps)
        progress.stage("training", epochs * len(training))
        met: list[Quality] = []
        for step, (images, labels) in enumerate(_batches(training, epochs, batch_size), 1):
            progress.check_cancelled()
            logits = network(images)
            loss = nn.functional.cross_entropy(logits, labels)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            met.append(_quality(logits, labels))
            log("step", step, "training", **asdict(met[-1]))
            if step % per_epoch == 0:
                epoch = step // per_epoch
                log("epoch", epoch, "training", **asdict(_mean(met)))
                log("epoch", epoch, "validation", **asdict(quality(network, validation)))
                met.clear()
            progress.advance(len(labels))
    network.eval()
    return network


def quality(network: Callable[[Tensor], Tensor], digits: Digits) -> Quality:
    """Return how well the network reads digits."""
    parts, sizes = [], []
    with torch.inference_mode():
        for start in range(0, len(digits), 256):
            labels = torch.from_numpy(digits.labels[start : start + 256])
            logits = network(as_input(digits.images[start : start + 256]))
            parts.append(_quality(logits, labels))
            sizes.append(len(labels))
    return _mean(parts, sizes)


def _quality(logits: Tensor, labels: Tensor) -> Quality:
    loss = nn.functional.cross_entropy(logits, labels)
    right = (logits.argmax(dim=1) == labels).float().mean()
    return Quality(float(loss.detach()), float(right))


def _mean(parts: Sequence[Quality], sizes: Sequence[int] | None = None) -> Quality:
    mean = np.average([(part.loss, part.accuracy) for part in parts], axis=0, weights=sizes)
    return Quality(float(mean[0]), float(mean[1]))


def _batches(digits: Digits, epochs: int, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    labels = torch.from_numpy(digits.labels)
    for _ in range(epochs):
        order = torch.randperm(len(digits))
        for start in range(0, len(digits), batch_size):
            rows = order[start : start + batch_size]
            yield as_input(digits.images[rows.numpy()]), labels[rows]
