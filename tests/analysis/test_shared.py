"""The channels a group shares: high and steady beats higher and unsteady."""

from __future__ import annotations

import numpy as np

from percepta.analysis.shared import shared_channels


def test_high_and_steady_comes_first() -> None:
    group = np.zeros((4, 5), np.float32)
    group[:, 0] = [3, 3, 3, 3]  # floor 3
    group[:, 1] = [8, 0, 8, 8]  # higher, but not in all: 6 less 3.46
    group[:, 2] = [-2, -2, -2, -2]  # steadily low
    group[:, 3] = [4, -4, 4, -4]  # no more than the population
    group[:, 4] = [1, 1, 1, 1.2]
    found = shared_channels(group, 5)
    assert found.channels.tolist() == [0, 1, 4]
    np.testing.assert_allclose(found.heights, [3, 6, 1.05], atol=1e-6)
    np.testing.assert_allclose(found.spreads, [0, np.sqrt(12), np.sqrt(0.0075)], atol=1e-6)
    assert shared_channels(group, 2).channels.tolist() == [0, 1]


def test_one_sample_is_a_group() -> None:
    found = shared_channels(np.float32([[0.5, 2, -1]]), 8)
    assert found.channels.tolist() == [1, 0]
    assert found.spreads.tolist() == [0, 0]
