"""Targets as numbers: what a heat map explains, computed from what a model gives, with its derivatives.

A target is bound to samples. It says its value from outputs and pooled responses, and how the value
depends on each of them; :mod:`percepta.models.linear_target` carries that on through the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.latent import Calibration, Pooling
from percepta.models import Forward

FloatArray = NDArray[np.float32]

_ITSELF = 1 - 1e-5
"""A cosine from which on a sample is the direction itself, as far as rounding lets one say."""


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """How a target depends on what the model gives.

    Attributes:
        outputs: by output name, ``[B, …]`` in its shape.
        pooled: by layer name, ``[B, C]``.
    """

    outputs: Mapping[str, FloatArray] = field(default_factory=dict)
    pooled: Mapping[str, FloatArray] = field(default_factory=dict)


class BoundTarget(Protocol):
    """A target of given samples."""

    @property
    def capture(self) -> tuple[str, ...]:
        """Layers whose pooled responses it is made of."""

    @property
    def pooling(self) -> Pooling:
        """How their responses are pooled."""

    @property
    def masks(self) -> NDArray[np.bool_] | None:
        """The positions that they are pooled over, ``[B, H, W]``; None: all."""

    def value(self, forward: Forward) -> FloatArray:
        """Return the target, ``[B]``."""

    def slopes(self, forward: Forward) -> Slopes:
        """Return its derivatives there."""


@dataclass(frozen=True)
class OfOutputs:
    """What targets share that are made of outputs alone."""

    @property
    def capture(self) -> tuple[str, ...]:
        """No layer is needed."""
        return ()

    @property
    def pooling(self) -> Pooling:
        """Of no meaning."""
        return "mean"

    @property
    def masks(self) -> None:
        """Of no meaning."""
        return


@dataclass(frozen=True, eq=False)
class WeightedOutput(OfOutputs):
    """A weighted sum of one output: a class score, a value, the mean score over a region.

    Attributes:
        prediction: name of the output.
        weights: ``[B, …]`` in the output's shape, or ``[1, …]`` for all samples alike.
    """

    prediction: str
    weights: FloatArray

    def value(self, forward: Forward) -> FloatArray:
        """Return the sum, ``[B]``."""
        output = forward.outputs[self.prediction]
        weighted = np.asarray(output, np.float32) * self.weights
        return np.asarray(weighted.reshape(len(output), -1).sum(axis=1), np.float32)

    def slopes(self, forward: Forward) -> Slopes:
        """Return the weights."""
        return Slopes({self.prediction: self.weights})


@dataclass(frozen=True, eq=False)
class LogOdds(OfOutputs):
    """The log-odds of a class where the output already is probabilities.

    A probability near one hardly moves with the network's evidence for it; its log-odds move as the score
    behind the softmax does.

    Attributes:
        prediction: name of the output.
        chosen: ``[B, …]`` or ``[1, …]`` in the output's shape: at the class, the weight of each position;
            zero at all other classes.
        axis: of the classes, in the batched output.
    """

    prediction: str
    chosen: FloatArray
    axis: int

    def value(self, forward: Forward) -> FloatArray:
        """Return the weighted mean of the log-odds, ``[B]``."""
        own, others, share = self._parts(forward)
        odds = np.log(own) - np.log(others)
        return np.asarray((odds * share).reshape(len(odds), -1).sum(axis=1), np.float32)

    def slopes(self, forward: Forward) -> Slopes:
        """Return the derivatives by every probability."""
        own, others, share = self._parts(forward)
        slopes = np.where(self.chosen != 0, 1 / own, -1 / others) * share
        return Slopes({self.prediction: np.asarray(slopes, np.float32)})

    def _parts(self, forward: Forward) -> tuple[Any, Any, Any]:
        """Return the class's probability, that of all others, and the weight, of each position."""
        probabilities = np.asarray(forward.outputs[self.prediction], np.float64)
        picked = np.broadcast_to(self.chosen != 0, probabilities.shape)
        own = np.where(picked, probabilities, 0).sum(axis=self.axis, keepdims=True)
        others = np.where(picked, 0, probabilities).sum(axis=self.axis, keepdims=True)
        share = np.asarray(self.chosen.sum(axis=self.axis, keepdims=True), np.float64)
        return np.maximum(own, 1e-30), np.maximum(others, 1e-30), share


@dataclass(frozen=True, eq=False)
class Similarity:
    """The cosine between a sample's latent vector and a direction, seen from the population's mean.

    Attributes:
        calibration: how responses become vectors.
        space: name of the latent space.
        mean: ``[D]``, of the population.
        towards: ``[D]``, a unit vector.
        masks: bool ``[B, H, W]``, the objects that responses are pooled over; None: all of the picture.
    """

    calibration: Calibration
    space: str
    mean: FloatArray
    towards: FloatArray
    masks: NDArray[np.bool_] | None = None

    @property
    def capture(self) -> tuple[str, ...]:
        """The layers that the space is built of."""
        return self.calibration.recipes[self.space].layers

    @property
    def pooling(self) -> Pooling:
        """As the space pools."""
        return self.calibration.recipes[self.space].pooling

    def value(self, forward: Forward) -> FloatArray:
        """Return the cosine, ``[B]``."""
        along, length, _ = self._seen(forward)
        return np.asarray(along / length, np.float32)

    def slopes(self, forward: Forward) -> Slopes:
        """Return the derivatives by the pooled responses of every layer.

        Of a sample that is the direction itself the cosine is at its greatest: all its derivatives are
        zero, and what is left is noise of rounding. There they are those of how far it lies that way.
        """
        along, length, away = self._seen(forward)
        cosine = (along / length)[:, None]
        turning = np.where(cosine < _ITSELF, cosine, 0)
        by_vector = np.asarray(
            (self.towards - turning * away / length[:, None]) / length[:, None], np.float32
        )
        pooled = self.calibration.pull_back(self.space, self._responses(forward), by_vector)
        return Slopes(pooled=pooled)

    def _seen(self, forward: Forward) -> tuple[FloatArray, FloatArray, FloatArray]:
        vectors = self.calibration.transform(self._responses(forward), spaces=(self.space,))
        away = np.asarray(vectors[self.space] - self.mean, np.float32)
        length = np.maximum(np.linalg.norm(away, axis=1), np.float32(1e-12))
        return np.asarray(away @ self.towards), np.asarray(length), away

    def _responses(self, forward: Forward) -> dict[str, dict[str, FloatArray]]:
        pooled = forward.mean if self.pooling == "mean" else forward.max
        return {layer: {self.pooling: pooled[layer]} for layer in self.capture}
