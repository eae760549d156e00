"""The samples that excite each channel most, found while all of them come by."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from percepta.core.channels import ENTRY, KEPT, ChannelEntries

Best = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]
"""Responses and places, ``[C, 9]``, the strongest first; and ``[C]``, what a sample must exceed to join."""


class Strongest:
    """The few places with the greatest response of each channel of some layers, among those seen so far.

    A place is a sample's position in whatever order it comes by; places are to be shown in rising order, so
    that of equal responses the first is kept. What was seen up to any place can be handed on as entries and
    taken in again, so that work goes on where it stopped. A channel takes 112 bytes; a sample that is no news
    costs one comparison a channel. Responses that are not finite are passed over.

    Args:
        widths: number of channels of each layer.
    """

    def __init__(self, widths: Mapping[str, int]) -> None:
        self.widths = dict(widths)
        self._best: dict[str, Best] = {
            layer: (
                np.full((width, KEPT), -np.inf, np.float32),
                np.full((width, KEPT), -1, np.int64),
                np.full(width, -np.inf, np.float32),
            )
            for layer, width in widths.items()
        }

    def see(self, responses: Mapping[str, NDArray[np.float32]], first: int) -> None:
        """Look at some samples.

        Args:
            responses: by layer, ``[B, C]`` float32; layers that are not watched are passed by.
            first: place of the first of them; the others follow.
        """
        from percepta.analysis.strongest_scan import look

        for layer, best in self._best.items():
            look(np.ascontiguousarray(responses[layer]), first, *best)

    def take(self, found: ChannelEntries, first: int) -> None:
        """Take in what :meth:`since` gave for the place ``first``, instead of seeing those samples again."""
        from percepta.analysis.strongest_scan import insert_all

        entries = found.entries[np.argsort(found.entries["row"], kind="stable")]
        channels = entries["channel"].astype(np.int64)
        start = 0
        for layer, width in self.widths.items():
            own = (channels >= start) & (channels < start + width)
            responses = np.ascontiguousarray(entries["response"][own])
            places = entries["row"][own].astype(np.int64) + first
            insert_all(responses, places, channels[own] - start, *self._best[layer])
            start += width

    def since(self, first: int) -> ChannelEntries:
        """Return what came in from a place on, rows counted from there."""
        parts, start = [], 0
        for values, places, _ in self._best.values():
            channel, rank = np.nonzero(places >= first)
            part = np.empty(len(channel), ENTRY)
            part["channel"] = channel + start
            part["row"] = places[channel, rank] - first
            part["response"] = values[channel, rank]
            parts.append(part)
            start += len(values)
        return ChannelEntries(self.widths, np.concatenate(parts) if parts else np.empty(0, ENTRY))
