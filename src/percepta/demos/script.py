"""The demos' integration, written with the decorators that every user writes with.

:func:`define` registers the functions of one demo; ``digits.py`` and ``mnist.py`` beside this file are the
scripts that call it. It is the longest way to write so short an integration, on purpose: it shows metadata,
a metric of one's own, and both readings of "far from its class".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import percepta as pc
from percepta.core.errors import ModelError
from percepta.demos.data import Digits

LABELS = [str(digit) for digit in range(10)]
HOLES = {0: 1, 4: 0, 6: 1, 8: 2, 9: 1}


@dataclass(frozen=True)
class Part:
    """One subset's digits, with what its samples are compared to."""

    digits: Digits
    class_means: NDArray[np.float32]

    @cached_property
    def distances(self) -> NDArray[np.float32]:
        """Euclidean distance of every image (0..1) to the mean image of every class, [N, 10]."""
        flat = self.digits.images.reshape(len(self.digits), -1)
        means = self.class_means
        constant = (means**2).sum(axis=1)
        squared = np.empty((len(flat), len(means)), np.float32)
        for start in range(0, len(flat), 4096):
            images = flat[start : start + 4096].astype(np.float32) / 255
            norms = (images**2).sum(axis=1, keepdims=True)
            squared[start : start + 4096] = norms - 2 * images @ means.T + constant
        return np.sqrt(np.maximum(squared, 0))


def define(
    name: str,
    load: Callable[[], tuple[Digits, Digits]],
    weights: Callable[[], Path],
    log: Callable[[], Path],
) -> None:
    """Register the integration of one demo.

    Args:
        name: the demo's name.
        load: reads the training and the validation digits.
        weights: where training left the network's state dict.
        log: where training wrote how it went.
    """

    @pc.subsets
    def subsets() -> list[pc.Samples]:
        training, validation = load()
        images = training.images.reshape(len(training), -1)
        means = [images[training.labels == digit].mean(axis=0) / 255 for digit in range(10)]
        class_means = np.asarray(means, np.float32)
        return [
            pc.Samples("training", range(len(training)), Part(training, class_means)),
            pc.Samples("validation", range(len(validation)), Part(validation, class_means)),
        ]

    @pc.input("image", channel_axis=0)
    def image(sample_id: int, samples: pc.Samples) -> NDArray[np.float32]:
        picture: NDArray[np.uint8] = samples.data.digits.images[sample_id]
        return picture[None].astype(np.float32) / np.float32(255)

    @pc.ground_truth("digit")
    def digit(sample_id: int, samples: pc.Samples) -> int:
        return int(samples.data.digits.labels[sample_id])

    @pc.metadata()
    def appearance(sample_id: int, samples: pc.Samples) -> dict[str, object]:
        picture = samples.data.digits.images[sample_id]
        label = int(samples.data.digits.labels[sample_id])
        distances = samples.data.distances[sample_id]
        return {
            "ink": float(picture.mean()) / 255,
            "holes": HOLES.get(label, 0),
            "parity": "odd" if label % 2 else "even",
            "distance_to_class": float(distances[label]),
            "nearest_class": str(int(distances.argmin())),
        }

    pc.use_loss("cross_entropy")
    pc.use_metric("accuracy")

    @pc.training_curves
    def curves() -> Path | None:
        return log() if log().is_file() else None

    @pc.model(predictions=[pc.Prediction("digit", labels=LABELS, activation="softmax")])
    def network() -> object:
        import torch

        from percepta.demos.network import DigitNet

        file = weights()
        if not file.is_file():
            raise ModelError(
                f"The {name} demo has no trained network yet.", fix=f"Run `percepta demo {name}`."
            )
        state = torch.load(file, weights_only=True)
        model = DigitNet(size=int((state["embedding.weight"].shape[1] / 64) ** 0.5) * 4)
        model.load_state_dict(state)
        return model
