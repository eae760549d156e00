"""Latent spaces: one vector per sample, built from the pooled responses of a model's layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Pooling = Literal["mean", "max"]
FloatArray = npt.NDArray[np.float32]
Responses = Mapping[str, Mapping[str, FloatArray]]
"""Layer name → pooling (``"mean"``, ``"max"``) → float32 ``[samples, channels]``."""


class LayerLike(Protocol):
    """What is needed to know of a model's layer."""

    @property
    def name(self) -> str:
        """Name of the layer, unique in its model."""

    @property
    def kind(self) -> str:
        """Kind of the layer: conv, linear, norm, attention, other."""

    @property
    def depth(self) -> float:
        """Position in execution order, 0 (first) to 1 (last)."""

    @property
    def width(self) -> int:
        """Number of channels."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """Names of the predictions whose last layers it is among."""


@dataclass(frozen=True, slots=True)
class SpaceRecipe:
    """Which pooled responses make up a latent space.

    Attributes:
        layers: names of the layers, in execution order.
        pooling: how a channel's response is pooled over positions.
    """

    layers: tuple[str, ...]
    pooling: Pooling = "mean"


def plan_spaces(
    layers: Sequence[LayerLike], inputs: Sequence[str], outputs: Sequence[str]
) -> dict[str, SpaceRecipe]:
    """Choose the latent spaces of a model: name → recipe, the default space (``balanced``) first."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How pooled layer responses become vectors; made once per run, then only applied."""

    def width(self, space: str) -> int:
        """Number of dimensions of a space's vectors."""
        raise NotImplementedError

    def transform(self, responses: Responses) -> dict[str, FloatArray]:
        """Return space name → float32 ``[samples, width]``."""
        raise NotImplementedError

    def to_bytes(self) -> bytes:
        """Serialise; equal calibrations give equal bytes."""
        raise NotImplementedError

    @classmethod
    def from_bytes(cls, data: bytes) -> Calibration:
        """Read what :meth:`to_bytes` wrote."""
        raise NotImplementedError


def calibrate(
    recipes: Mapping[str, SpaceRecipe], responses: Responses, *, seed: int = 0
) -> Calibration:
    """Learn from the responses of some samples (a few hundred or more, all subsets) how to build the spaces."""
    raise NotImplementedError
