"""Latent spaces: one vector per sample, built from the pooled responses of a model's layers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from percepta.analysis.reduction import random_bits, signs_of

Pooling = Literal["mean", "max"]
FloatArray = npt.NDArray[np.float32]
Responses = Mapping[str, Mapping[str, FloatArray]]
"""Layer name → pooling (``"mean"``, ``"max"``) → float32 ``[samples, channels]``."""

WIDEST = 512
"""A space of more channels than this is projected to ``PROJECTED`` dimensions."""
PROJECTED = 256
_LIMIT = 8.0
"""Standardised responses are cut here: a channel that hardly ever fires must not outweigh a layer."""
_DEAD = 1e-4
"""A channel that varies less than this share of its layer's typical deviation carries rounding noise only."""
_EARLY = 1 / 3


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
    """Choose the latent spaces of a model.

    ``balanced`` takes all layers with their mean response, ``foreground`` all with their strongest
    (small objects count as much as the background), ``<input>-non-semantic`` the first third (what
    the samples look like), and ``<prediction>-semantic`` the layers that feed a prediction (what
    the model makes of them). Normalisation layers are left out: they repeat the layer before them.

    Args:
        layers: the model's layers in execution order.
        inputs: names of the inputs; several share the early layers.
        outputs: names of the predictions.

    Returns:
        Space name → recipe, the default space (``balanced``) first; empty if there are no layers.
    """
    used = [layer for layer in layers if layer.kind != "norm"] or list(layers)
    if not used:
        return {}
    everything = tuple(layer.name for layer in used)
    early = tuple(layer.name for layer in used if layer.depth <= _EARLY) or everything[:1]
    spaces = {
        "balanced": SpaceRecipe(everything, "mean"),
        "foreground": SpaceRecipe(everything, "max"),
    }
    for name in inputs:
        spaces[f"{name}-non-semantic"] = SpaceRecipe(early, "mean")
    for name in outputs:
        late = tuple(layer.name for layer in used if name in layer.feeds) or everything[-1:]
        spaces[f"{name}-semantic"] = SpaceRecipe(late, "mean")
    return spaces


@dataclass(frozen=True, eq=False)
class Calibration:
    """How pooled layer responses become vectors; made once per run, then only applied.

    Attributes:
        recipes: the spaces.
        means: ``<layer>/<pooling>`` → float32 ``[channels]``, subtracted.
        scales: the same names → float32 ``[channels]``, multiplied; 0 for dead channels. Before a
            layer's weight.
        seed: of the random projections.
    """

    recipes: Mapping[str, SpaceRecipe]
    means: Mapping[str, FloatArray]
    scales: Mapping[str, FloatArray]
    seed: int

    def width(self, space: str) -> int:
        """Return the number of dimensions of a space's vectors."""
        channels = self._channels(self.recipes[space])
        return channels if channels <= WIDEST else PROJECTED

    def transform(
        self, responses: Responses, spaces: Sequence[str] | None = None
    ) -> dict[str, FloatArray]:
        """Build the vectors of some samples.

        Each channel is standardised (cut at ±8), each layer divided by the root of its number of
        live channels, so that every layer adds the same variance whatever its width, and the layers
        are joined; the total variance is about 1. A joined width above 512 is brought to 256 by
        random signs (Achlioptas, "Database-friendly random projections", 2003). A response that is
        not finite counts as the mean.

        Args:
            responses: pooled responses of the same samples for every layer of the spaces.
            spaces: names of the spaces wanted; None: all.

        Returns:
            Space name → float32 ``[samples, width]``, finite.
        """
        vectors: dict[str, FloatArray] = {}
        for name in self.recipes if spaces is None else spaces:
            recipe = self.recipes[name]
            mean, scale, limit, signs = self._steps[name]
            joined = np.concatenate([responses[k][recipe.pooling] for k in recipe.layers], axis=1)
            joined = (joined - mean) * scale
            if not np.isfinite(joined).all():
                np.nan_to_num(joined, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            np.clip(joined, -limit, limit, out=joined)
            vectors[name] = (joined if signs is None else joined @ signs).astype(
                np.float32, copy=False
            )
        return vectors

    def standardised(self, space: str, layer: str, responses: Responses) -> FloatArray:
        """Return the responses of one layer of a space, in deviations of the population from its mean.

        Cut at ±8 as :meth:`transform` does; 0 for dead channels and where a response is not finite.

        Args:
            space: name of the space, which says how responses are pooled.
            layer: one of its layers.
            responses: as given to :meth:`transform`.

        Returns:
            float32 ``[samples, channels]``.
        """
        pooling = self.recipes[space].pooling
        name = f"{layer}/{pooling}"
        away = (responses[layer][pooling] - self.means[name]) * self.scales[name]
        known = np.nan_to_num(away, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(known, -_LIMIT, _LIMIT), np.float32)

    def pull_back(
        self, space: str, responses: Responses, slopes: FloatArray
    ) -> dict[str, FloatArray]:
        """Carry the derivatives of something by a space's vectors back to the pooled responses.

        Args:
            space: name of the space.
            responses: as given to :meth:`transform`.
            slopes: ``[samples, width]``, by the vectors.

        Returns:
            Layer name → float32 ``[samples, channels]``; zero where a response was cut.
        """
        recipe = self.recipes[space]
        mean, scale, limit, signs = self._steps[space]
        joined = np.concatenate([responses[k][recipe.pooling] for k in recipe.layers], axis=1)
        free = np.abs((joined - mean) * scale) <= limit
        back = (slopes if signs is None else slopes @ signs.T) * scale * free
        edges = np.cumsum([responses[k][recipe.pooling].shape[1] for k in recipe.layers])[:-1]
        parts = np.split(np.asarray(back, np.float32), edges, axis=1)
        return dict(zip(recipe.layers, parts, strict=True))

    def to_bytes(self) -> bytes:
        """Serialise; equal calibrations give equal bytes (npz without pickles, fixed dates and order)."""
        recipes = [[name, r.pooling, list(r.layers)] for name, r in self.recipes.items()]
        about = json.dumps({"format": 1, "seed": self.seed, "recipes": recipes}).encode()
        arrays: dict[str, npt.NDArray[Any]] = {"about": np.frombuffer(about, np.uint8)}
        names = sorted(self.means)
        arrays["names"] = np.frombuffer(json.dumps(names).encode(), np.uint8)
        for index, name in enumerate(names):
            arrays[f"mean{index}"] = self.means[name]
            arrays[f"scale{index}"] = self.scales[name]
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for name, array in arrays.items():
                member = io.BytesIO()
                np.lib.format.write_array(member, array, version=(1, 0), allow_pickle=False)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
        return target.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Calibration:
        """Read what :meth:`to_bytes` wrote.

        Raises:
            ValueError: the bytes are something else, or of a newer format.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                about = json.loads(archive["about"].tobytes())
                names = json.loads(archive["names"].tobytes())
                means = {name: archive[f"mean{i}"] for i, name in enumerate(names)}
                scales = {name: archive[f"scale{i}"] for i, name in enumerate(names)}
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"These bytes are not a calibration: {error}") from error
        if about["format"] != 1:
            raise ValueError(f"This calibration is of format {about['format']}, known is 1.")
        recipes = {
            name: SpaceRecipe(tuple(layers), pooling) for name, pooling, layers in about["recipes"]
        }
        return cls(recipes, means, scales, int(about["seed"]))

    def _channels(self, recipe: SpaceRecipe) -> int:
        return sum(len(self.means[f"{layer}/{recipe.pooling}"]) for layer in recipe.layers)

    @cached_property
    def _steps(self) -> dict[str, tuple[FloatArray, FloatArray, FloatArray, FloatArray | None]]:
        """What is subtracted, multiplied, cut at, and projected by, for each space's joined layers."""
        steps = {}
        for space, recipe in self.recipes.items():
            names = [f"{layer}/{recipe.pooling}" for layer in recipe.layers]
            live = [max(int(np.count_nonzero(self.scales[name])), 1) for name in names]
            widths = [len(self.scales[name]) for name in names]
            weight = np.repeat((np.array(live) * len(names)) ** -0.5, widths).astype(np.float32)
            mean = np.concatenate([self.means[name] for name in names])
            scale = np.concatenate([self.scales[name] for name in names]) * weight
            signs = _random_signs(len(mean), self.seed) if len(mean) > WIDEST else None
            steps[space] = (mean, scale, weight * np.float32(_LIMIT), signs)
        return steps


def calibrate(
    recipes: Mapping[str, SpaceRecipe], responses: Responses, *, seed: int = 0
) -> Calibration:
    """Learn from the responses of some samples how to build the spaces.

    Args:
        recipes: the spaces to build.
        responses: pooled responses of a few hundred samples or more, spread over all subsets.
        seed: of the random projections.

    Raises:
        ValueError: a recipe names a layer that has no responses.
    """
    means: dict[str, FloatArray] = {}
    scales: dict[str, FloatArray] = {}
    for recipe in recipes.values():
        for layer in recipe.layers:
            name = f"{layer}/{recipe.pooling}"
            if name in means:
                continue
            if layer not in responses or recipe.pooling not in responses[layer]:
                raise ValueError(f"There are no {recipe.pooling} responses of layer {layer!r}.")
            means[name], scales[name] = _standard(responses[layer][recipe.pooling])
    return Calibration(dict(recipes), means, scales, seed)


def _standard(response: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return each channel's mean and the reciprocal of its deviation (0 for dead channels)."""
    values = np.asarray(response, np.float64)
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, values, 0).sum(axis=0) / count
    deviation = np.sqrt((np.where(known, values - mean, 0) ** 2).sum(axis=0) / count)
    typical = np.sqrt((deviation**2).mean()) if deviation.size else 0.0
    rounding = 1e-6 * np.abs(mean)
    live = (deviation > _DEAD * typical) & (deviation > rounding)
    scale = np.where(live, 1 / np.where(live, deviation, 1), 0)
    return mean.astype(np.float32), scale.astype(np.float32)


def _random_signs(width: int, seed: int) -> FloatArray:
    """Return float32 ``[width, 256]`` of ±1/16."""
    return signs_of(random_bits(width, PROJECTED, seed), PROJECTED) * np.float32(PROJECTED**-0.5)
