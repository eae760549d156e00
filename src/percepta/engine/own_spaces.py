"""Latent spaces of the user's own: from what their functions give to one vector per sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.reduction import RandomProjection, mean_over_positions
from percepta.core.errors import IntegrationError, SampleError
from percepta.integration import Batch, LatentSpace
from percepta.integration.latents import latents_of, width_of

Vectors = NDArray[np.float32]


class OwnSpaces:
    """Makes the vectors of latent spaces of the user's own, of one width for the whole run.

    Args:
        spaces: the spaces.
        seed: of random projections.
    """

    def __init__(self, spaces: Sequence[LatentSpace], seed: int) -> None:
        self._spaces = tuple(spaces)
        self._seed = seed
        self._widths: dict[str, int] = {}
        self._projections: dict[tuple[int, int], RandomProjection] = {}

    def vectors(
        self, read: Mapping[str, Vectors], batch: Batch
    ) -> tuple[dict[str, Vectors], dict[int, SampleError]]:
        """Make the vectors of a batch.

        Args:
            read: of the spaces that are read per sample, ``[B, …]``.
            batch: what the others are made from.

        Returns:
            Space name → float32 ``[B, width]``; and by position, why a sample has none.

        Raises:
            IntegrationError: arrays that cannot become vectors, or not of the width they had before.
        """
        found: dict[str, Vectors] = {}
        failures: dict[int, SampleError] = {}
        for space in self._spaces:
            if space.connections:
                arrays, failed = latents_of(space, batch)
                failures = {**failed, **failures}
            else:
                arrays = read[space.name]
            if arrays is not None:
                found[space.name] = self._reduced(space, arrays)
        return found, failures

    def _reduced(self, space: LatentSpace, arrays: Vectors) -> Vectors:
        width = width_of(space, arrays.shape[1:])
        before = self._widths.setdefault(space.name, width)
        if before != width:
            raise IntegrationError(
                f"The latent space {space.name!r} has {width} dimensions for some samples and {before} for "
                "others.",
                where=space.where,
                fix="Return the same shape for every sample.",
            )
        match space.reduce:
            case None:
                return arrays
            case "mean":
                return mean_over_positions(arrays, space.channel_axis)
            case "projection":
                flat = arrays.reshape(len(arrays), -1)
                size = (flat.shape[1], space.width)
                if size not in self._projections:
                    self._projections[size] = RandomProjection(*size, self._seed)
                return self._projections[size](flat)
