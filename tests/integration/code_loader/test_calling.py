"""Functions are called in the way they turn out to expect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from percepta.core import visuals
from percepta.core.subsets import SampleKey, Subset
from percepta.integration import Batch, Connection, Loss, Metric, SampleBatch, Samples
from percepta.integration.code_loader.calling import Measured, Shown
from percepta.integration.code_loader.module.contract.datasetclasses import (
    ConfusionMatrixElement,
    SamplePreprocessResponse,
)
from percepta.integration.code_loader.module.contract.enums import ConfusionMatrixValue
from percepta.integration.code_loader.module.contract.visualizer_classes import LeapImage, LeapText
from percepta.integration.measuring import measure_one

VALUES = np.float32([[1, 3], [5, 7], [9, 11]])
SAMPLES = Samples("training", ["a", "b", "c"])


def columns(function: Any, kind: type[Loss | Metric] = Metric) -> dict[str, list[float]]:
    """Measure three samples with a function of `values`."""
    keys = [SampleKey(Subset.TRAINING, sample_id) for sample_id in SAMPLES.ids]
    batch = Batch(keys, {"values": VALUES}, {}, {}, SAMPLES)
    made = kind("m", Measured(function), (Connection("values", "input", "values"),))
    found = measure_one(made, batch)
    assert not found.failures
    return {name: column.tolist() for name, column in found.columns.items()}


@pytest.mark.parametrize(
    "function",
    [
        lambda values: values.mean(axis=1),
        lambda values: values.mean(),  # one number for a batch: meant for one sample
        lambda values: [float(values[0].mean())],  # looks at the first sample alone
        lambda values: np.float32([values[0].mean()]),
        lambda values: values.mean(axis=1, keepdims=True),
    ],
    ids=["batches", "a mean", "a list of one", "an array of one", "a column"],
)
def test_a_function_for_one_sample_is_asked_sample_by_sample(function: Any) -> None:
    assert columns(function) == {"m": [2, 6, 10]}
    assert columns(function, Loss) == {"m": [2, 6, 10]}


def test_what_helped_is_remembered() -> None:
    sizes = []

    def first(values: Any) -> Any:
        sizes.append(len(values))
        return values[0, :1]

    measured = Measured(first)
    for _ in range(2):
        assert measured(values=VALUES).tolist() == [1, 5, 9]
    assert sizes == [3, 1, 1, 1, 1, 1, 1]


def test_dicts_with_absent_values_and_decisions() -> None:
    def several(values: Any) -> Any:
        element = ConfusionMatrixElement("x", ConfusionMatrixValue.Positive, 0.75)
        return {"some": [None, 2.0, 3], "decided": [[element], [], [element, element]]}

    found = columns(several)
    assert found["m_some"] == pytest.approx([np.nan, 2, 3], nan_ok=True)
    assert found["m_decided_accuracy"] == pytest.approx([1, np.nan, 1], nan_ok=True)


def test_who_the_samples_are_is_told_for_the_batch_and_for_each() -> None:
    told = []

    def one(values: Any, who: SamplePreprocessResponse) -> Any:
        told.append(list(who.sample_ids))
        return values[0, :1]

    Measured(one)(values=VALUES, who=SampleBatch(("a", "b", "c"), SAMPLES))
    assert told == [["a", "b", "c"], ["a"], ["b"], ["c"]]


def test_a_visualizer_is_given_a_batch_of_one_or_one_sample_as_it_likes() -> None:
    picture = np.full((4, 5, 3), 9, np.float32)
    shapes = []

    def batched(image: Any) -> LeapImage:
        shapes.append(image.shape)
        return LeapImage(image[0])

    def alone(image: Any) -> LeapImage:
        shapes.append(image.shape)
        return LeapImage(image)

    for function in (batched, alone):
        shown = Shown(function)
        for _ in range(2):
            visual = shown(image=picture)
            assert isinstance(visual, visuals.Image)
            assert visual.data.shape == (4, 5, 3)
    assert shapes == [(1, 4, 5, 3), (1, 4, 5, 3), (1, 4, 5, 3), (4, 5, 3), (4, 5, 3)]


def test_a_visualizer_that_works_neither_way_tells_what_it_said_of_a_batch() -> None:
    def broken(values: Any) -> LeapText:
        raise ValueError(f"{values.ndim} axes")

    with pytest.raises(ValueError, match="2 axes"):
        Shown(broken)(values=np.zeros(3))
    assert Shown(lambda values: None)(values=np.zeros(3)) is None
