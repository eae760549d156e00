"""How many samples run at once: small ones more, those with large outputs fewer, as the user says exactly."""

from __future__ import annotations

import pytest

from percepta.core.errors import IntegrationError
from percepta.engine.options import MOST_OUTPUT, EvaluateOptions
from percepta.models import TensorSpec


@pytest.mark.parametrize(
    ("sample", "output", "batch"),
    [
        (784, 40, 128),
        (3 * 224 * 224 * 4, 4_000, 64),
        (3 * 257 * 257 * 4, 21 * 257 * 257 * 4, 12),
        (100, MOST_OUTPUT, 1),
        (100, 10 * MOST_OUTPUT, 1),
        (784, 0, 128),
    ],
)
def test_a_batch_by_the_size_of_samples_and_outputs(sample: int, output: int, batch: int) -> None:
    assert EvaluateOptions().batch(sample, output) == batch
    assert EvaluateOptions(batch_size=7).batch(sample, output) == 7


def test_bytes_of_a_sample() -> None:
    assert TensorSpec("x", (None, 3, 2), "float32").sample_bytes == 24
    assert TensorSpec("x", (1, None, 2), "float16").sample_bytes == 4
    assert TensorSpec("x", (None,), "int64").sample_bytes == 8


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"limit": 0}, {"shard_size": -1}, {"workers": -1}]
)
def test_numbers_that_make_no_sense(wrong: dict[str, int]) -> None:
    with pytest.raises(IntegrationError):
        EvaluateOptions(**wrong)  # type: ignore[arg-type]
