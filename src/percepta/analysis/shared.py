"""The channels that a group of samples shares: they fire high and steadily in it, against the population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Channels of a layer that a group shares, those it shares most first.

    Attributes:
        channels: int64 ``[k]``.
        heights: float32 ``[k]``, the mean response over the group, in standard deviations of the population
            above its mean.
        spreads: float32 ``[k]``, the standard deviation of the response over the group, in the same unit.
    """

    channels: NDArray[np.int64]
    heights: FloatArray
    spreads: FloatArray


def shared_channels(responses: FloatArray, most: int) -> Shared:
    """Find the channels whose response is highest and steadiest over a group.

    They are ranked by height less spread: what about five in six samples of the group exceed. Channels
    for which that is not above the population's mean are left out.

    Args:
        responses: ``[samples of the group, C]``, standardised by the population; finite.
        most: at most so many channels.
    """
    heights, spreads = responses.mean(axis=0), responses.std(axis=0)
    floor = heights - spreads
    order = np.argsort(-floor, kind="stable")[:most]
    order = order[floor[order] > 0]
    return Shared(order, heights[order], spreads[order])
