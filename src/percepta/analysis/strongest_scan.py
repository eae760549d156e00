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
    least: NDArray[np.float32],
) -> None:
    """Put one sample among the best of a channel, behind its equals; nothing if it is not among them.

    Args:
        response: passed over where it is not finite.
        place: of the sample; greater than those that are there.
        channel: whose response it is.
        values: ``[C, K]``, falling along K; written.
        places: ``[C, K]``; written.
        least: ``[C]``, the last of the values; written.
    """
    if not least[channel] < response < np.inf:
        return
    value, where = values[channel], places[channel]
    k = value.shape[0] - 1
    while k > 0 and value[k - 1] < response:
        value[k] = value[k - 1]
        where[k] = where[k - 1]
        k -= 1
    value[k] = response
    where[k] = place
    least[channel] = value[value.shape[0] - 1]


@numba.njit(nogil=True, cache=True)
def insert_all(
    responses: NDArray[np.float32],
    places_of: NDArray[np.int64],
    channels: NDArray[np.int64],
    values: NDArray[np.float32],
    places: NDArray[np.int64],
    least: NDArray[np.float32],
) -> None:
    """Put samples ``[m]``, their places rising, each among the best of its channel."""
    for i in range(len(responses)):
        insert(responses[i], places_of[i], channels[i], values, places, least)


@numba.njit(nogil=True, cache=True)
def look(
    block: NDArray[np.float32],
    first: int,
    values: NDArray[np.float32],
    places: NDArray[np.int64],
    least: NDArray[np.float32],
) -> None:
    """Put the samples of a block ``[B, C]``, whose places begin at ``first``, among the best."""
    for sample in range(block.shape[0]):
        row = block[sample]
        for channel in range(block.shape[1]):
            if row[channel] > least[channel]:
                insert(row[channel], first + sample, channel, values, places, least)
