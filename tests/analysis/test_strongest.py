"""The samples that excite each channel most, against sorting all of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from percepta.analysis.strongest import Strongest
from percepta.core.channels import KEPT, ChannelEntries, strongest


def responses(samples: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Responses with many equals, channels that never fire, and values that are no numbers."""
    rng = np.random.default_rng(seed)
    early = np.maximum(rng.integers(-6, 6, (samples, 40)), 0).astype(np.float32)
    early[:, :5] = 0
    late = rng.normal(size=(samples, 7)).astype(np.float32)
    late[rng.random(late.shape) < 0.05] = np.nan
    late[rng.random(late.shape) < 0.05] = np.inf
    late[:, 3] = np.nan
    return {"early": early, "late": late}


def sorted_out(given: dict[str, np.ndarray]) -> list[list[tuple[int, float]]]:
    """The best of every channel by sorting: the greatest response first, of equals the lower row."""
    joined = np.concatenate(list(given.values()), axis=1)
    return [
        sorted(
            ((row, float(x)) for row, x in enumerate(column) if np.isfinite(x)),
            key=lambda pair: (-pair[1], pair[0]),
        )[:KEPT]
        for column in joined.T
    ]


def read(found: ChannelEntries) -> list[list[tuple[int, float]]]:
    channels: list[list[tuple[int, float]]] = [[] for _ in range(sum(found.widths.values()))]
    for channel, row, response in strongest(found.entries).tolist():
        channels[channel].append((row, response))
    return channels


def watch(given: dict[str, np.ndarray]) -> Strongest:
    return Strongest({layer: block.shape[1] for layer, block in given.items()})


@pytest.mark.parametrize("samples", [0, 4, 9, 10, 500])
@pytest.mark.parametrize("batch", [1, 32])
def test_what_is_kept_is_what_sorting_gives(samples: int, batch: int) -> None:
    given = responses(samples)
    found = watch(given)
    for start in range(0, samples, batch):
        found.see({layer: block[start : start + batch] for layer, block in given.items()}, start)
    assert read(found.since(0)) == sorted_out(given)


def test_pieces_that_are_taken_in_again_give_the_same() -> None:
    given = responses(300)
    edges = [0, 90, 100, 240, 300]
    whole, pieces = watch(given), []
    for start, stop in pairwise(edges):
        whole.see({layer: block[start:stop] for layer, block in given.items()}, start)
        pieces.append(whole.since(start))
    resumed = watch(given)
    for piece, start in zip(pieces[:2], edges[:2], strict=True):
        resumed.take(piece, start)
    for number in (2, 3):
        start, stop = edges[number : number + 2]
        resumed.see({layer: block[start:stop] for layer, block in given.items()}, start)
        assert resumed.since(start).entries.tobytes() == pieces[number].entries.tobytes()


def test_pieces_hold_little_once_the_best_are_found() -> None:
    rng = np.random.default_rng(0)
    found = Strongest({"layer": 100})
    sizes = []
    for start in range(0, 50_000, 1_000):
        found.see({"layer": rng.normal(size=(1_000, 100)).astype(np.float32)}, start)
        sizes.append(len(found.since(start).entries))
    assert sizes[0] == 100 * KEPT
    assert sum(sizes) < 100 * KEPT * (1 + np.log(50)) * 1.1
