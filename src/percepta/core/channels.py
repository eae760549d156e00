"""The samples of a run that excite each channel of a network most: how they are kept, piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEPT = 9
"""Samples kept for each channel."""

ENTRY = np.dtype([("channel", "<u4"), ("row", "<u4"), ("response", "<f4")])
"""One sample of one channel: 12 bytes."""


@dataclass(frozen=True, eq=False)
class ChannelEntries:
    """Samples that may be among those that excite a channel most.

    Attributes:
        widths: number of channels of each layer; those of all layers are counted through, in this order.
        entries: :data:`ENTRY`, ``[m]``; rows count from the beginning of the piece that these are of.
    """

    widths: Mapping[str, int]
    entries: NDArray[Any]


@dataclass(frozen=True, eq=False)
class ChannelSamples:
    """The samples that excite each channel of a layer most.

    Attributes:
        rows: int32 ``[C, 9]``, the strongest first, of equals the lower row; -1 where there are fewer.
        responses: float32 ``[C, 9]``, the channel's greatest response over positions; NaN where there are
            fewer.
    """

    rows: NDArray[np.int32]
    responses: NDArray[np.float32]

    def of(self, channel: int) -> list[tuple[int, float]]:
        """Return the rows of one channel, each with its response, the strongest first."""
        pairs = zip(self.rows[channel].tolist(), self.responses[channel].tolist(), strict=True)
        return [(row, response) for row, response in pairs if row >= 0]


def strongest(entries: NDArray[Any]) -> NDArray[Any]:
    """Return the best of each channel, at most :data:`KEPT`: by channel, then the strongest first.

    Of equal responses the lower row comes first, so the result does not depend on the order of the entries.
    """
    order = np.lexsort((entries["row"], -entries["response"], entries["channel"]))
    ordered = entries[order]
    return ordered[ranks(ordered["channel"]) < KEPT]


def ranks(channels: NDArray[Any]) -> NDArray[np.int64]:
    """Return the place of each entry among those of its channel, 0 first; entries lie channel by channel."""
    first = np.ones(len(channels), bool)
    first[1:] = channels[1:] != channels[:-1]
    starts = np.flatnonzero(first)
    lengths = np.diff([*starts, len(channels)])
    return np.arange(len(channels)) - np.repeat(starts, lengths)
