"""The compiled loop behind :mod:`.strongest`: one comparison a channel, unless a sample is news."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(nogil=True, cache=True)
def insert(
    response: np.float32,
    place: int,
    channel: int,
    values: NDArray[np.float32],
    places: NDArray[np.int64],
) -> None:
    """Put one sample among the best of a channel, behind its equals; nothing if it is not among them.

    Args:
        response: finite.
        place: of the sample; greater than those that are there.
        channel: whose response it is.
        values: ``[K, C]``, falling along K; written.
        places: ``[K, C]``; written.
    """
    k = values.shape[0] - 1
    if not values[k, channel] < response < np.inf:
        return
    while k > 0 and values[k - 1, channel] < response:
        values[k, channel] = values[k - 1, channel]
        places[k, channel] = places[k - 1, channel]
        k -= 1
    values[k, channel] = response
    places[k, channel] = place


@numba.njit(nogil=True, cache=True)
def insert_all(
    responses: NDArray[np.float32],
    places_of: NDArray[np.int64],
    channels: NDArray[np.int64],
    values: NDArray[np.float32],
    places: NDArray[np.int64],
) -> None:
    """Put samples ``[m]``, their places rising, each among the best of its channel."""
    for i in range(len(responses)):
        insert(responses[i], places_of[i], channels[i], values, places)


@numba.njit(nogil=True, cache=True)
def look(
    block: NDArray[np.float32],
    first: int,
    values: NDArray[np.float32],
    places: NDArray[np.int64],
) -> None:
    """Put the samples of a block ``[B, C]``, whose places begin at ``first``, among the best."""
    least = values[values.shape[0] - 1]
    for sample in range(block.shape[0]):
        row = block[sample]
        for channel in range(block.shape[1]):
            if row[channel] > least[channel]:
                insert(row[channel], first + sample, channel, values, places)
