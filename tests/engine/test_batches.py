"""Reading ahead: order, subset boundaries, samples that fail, thread and processes alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from percepta.core.subsets import SampleKey, Subset
from percepta.engine.batches import reader
from percepta.engine.choosing import even, spread
from percepta.integration import InputEncoder, Integration, Samples


def encode(sample_id: int, samples: Samples) -> np.ndarray:
    if sample_id == 13:
        raise ValueError("unlucky")
    width = 3 if sample_id == 21 else 2
    return np.full(width, sample_id, np.float32)


def make() -> Integration:
    parts = [Samples("training", range(30)), Samples("validation", range(5))]
    return Integration("test", lambda: parts, (InputEncoder("x", encode),))


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_keep_order_and_subsets_and_lose_only_bad_samples(workers: int) -> None:
    integration = make()
    subsets = integration.load_subsets()
    keys = [SampleKey(part.subset, i) for part in subsets for i in part.ids]
    with reader(integration, subsets, workers, 8) as samples:
        batches = list(samples.batches(keys))
    assert [batch.size for batch in batches] == [8, 8, 8, 6, 5]
    assert all(len({key.subset for key in batch.keys}) == 1 for batch in batches)
    read = [key for batch in batches for key in batch.keys]
    failed = {failed.key: failed for batch in batches for failed in batch.failures}
    assert set(failed) == {SampleKey(Subset.TRAINING, 13), SampleKey(Subset.TRAINING, 21)}
    assert read == [key for key in keys if key not in failed]
    assert "unlucky" in failed[SampleKey(Subset.TRAINING, 13)].error.message
    assert "shape" in failed[SampleKey(Subset.TRAINING, 21)].error.message
    values = np.concatenate([batch.inputs["x"][:, 0] for batch in batches])
    assert values.tolist() == [key.id for key in read]


def test_a_reader_that_is_left_early_stops_reading() -> None:
    asked: list[int] = []

    def slow(sample_id: int, samples: Samples) -> Any:
        asked.append(sample_id)
        return np.zeros(1, np.float32)

    parts = [Samples("training", range(10_000))]
    integration = Integration("test", lambda: parts, (InputEncoder("x", slow),))
    keys = [SampleKey(Subset.TRAINING, i) for i in range(10_000)]
    with reader(integration, integration.load_subsets(), 0, 10) as samples:
        next(samples.batches(keys))
    assert len(asked) < 200


def test_samples_are_spread_evenly_over_subsets() -> None:
    assert even(10, 3) == [0, 4, 9]
    assert even(2, 5) == [0, 1]
    keys = {Subset.TRAINING: range(90), Subset.VALIDATION: range(10)}
    chosen = spread(keys, 20)
    assert sum(key.subset is Subset.TRAINING for key in chosen) == 18
    assert chosen[0].id == 0
    assert chosen[17].id == 89
