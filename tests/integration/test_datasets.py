"""Map-style datasets: every form of item, batches at once, torch losses, and mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset

from percepta.core.errors import IntegrationError, SampleError
from percepta.integration import Batch, Integration, Reading, from_datasets, measure
from percepta.integration.measuring import Measures
from tests.integration.test_measuring import CLASSES, LOGITS

IMAGES = torch.rand(20, 1, 4, 5, generator=torch.Generator().manual_seed(0))
DIGITS = torch.arange(20) % 3


class Items(Dataset[Any]):
    """A dataset of given items; an exception among them is raised."""

    def __init__(self, *items: Any) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        item = self.items[index]
        if isinstance(item, Exception):
            raise item
        return item


class Batches(Items):
    """One that gives a batch at once, and counts."""

    calls = 0

    def __getitems__(self, indices: list[int]) -> list[Any]:
        type(self).calls += 1
        return [self[index] for index in indices]


def first_of(integration: Integration, *ids: int) -> Any:
    """Readings of the first subset."""
    samples = integration.load_subsets()[0]
    readings = integration.read(samples, ids or samples.ids)
    return readings if len(readings) != 1 else readings[0]


def test_a_tensor_dataset() -> None:
    integration = from_datasets(
        {"validation": TensorDataset(IMAGES, DIGITS), "training": TensorDataset(IMAGES, DIGITS)},
        labels=["a", "b", "c"],
        name="toy",
    )
    assert [s.subset.value for s in integration.load_subsets()] == ["training", "validation"]
    assert integration.predictions[0].labels == ("a", "b", "c")
    readings = first_of(integration, 3, 19)
    for index, reading in zip((3, 19), readings, strict=True):
        assert np.array_equal(reading.inputs["input"], IMAGES[index])
        assert reading.ground_truths["target"] == DIGITS[index]
        assert reading.metadata == {}
    encoder, truth = integration.inputs[0], integration.ground_truths[0]
    samples = integration.load_subsets()[0]
    assert np.array_equal(encoder.function(3, samples), IMAGES[3])
    assert truth.function(3, samples) == 0


def test_a_tensor_dataset_subclass_is_asked_its_own_way() -> None:
    class Doubled(TensorDataset):
        def __getitem__(self, index: Any) -> Any:
            image, digit = super().__getitem__(index)
            return image * 2, digit

    reading = first_of(from_datasets({"test": Doubled(IMAGES, DIGITS)}), 5)
    assert np.array_equal(reading.inputs["input"], IMAGES[5] * 2)


def test_a_batch_is_one_call() -> None:
    integration = from_datasets({"test": Batches(*zip(IMAGES, DIGITS, strict=True))})
    first_of(integration, 0)  # learns the shapes
    Batches.calls = 0
    assert len(first_of(integration, *range(20))) == 20
    assert Batches.calls == 1
    subset = Subset(TensorDataset(IMAGES, DIGITS), [7, 8, 9])
    assert np.array_equal(first_of(from_datasets({"test": subset}), 1).inputs["input"], IMAGES[8])


def test_a_bad_sample_in_a_batch_costs_that_sample() -> None:
    good = (np.zeros(3), 1)
    integration = from_datasets({"test": Batches(good, OSError("bad file"), good)})
    readings = first_of(integration)
    assert [isinstance(reading, Reading) for reading in readings] == [True, False, True]
    problem = readings[1]
    assert problem.message == "Batches.__getitem__() raised OSError: bad file."
    assert problem.where.sample_id == "1"
    assert problem.where.file.endswith("test_datasets.py")
    assert problem.where.function == "__getitem__"


@pytest.mark.parametrize(
    ("item", "shape", "target"),
    [
        ((torch.ones(3, requires_grad=True), 1), (3,), 1),
        ((np.ones((2, 2)), np.int64(1)), (2, 2), 1),
        ([np.ones(2), torch.tensor(1)], (2,), 1),
        ((torch.ones(3, dtype=torch.bfloat16), 0.5), (3,), 0.5),
        (([1, 2, 3], True), (3,), True),
        ((Pillow.new("RGB", (5, 4), (255, 0, 0)), 1), (3, 4, 5), 1),
        ((Pillow.new("L", (5, 4), 255), 1), (1, 4, 5), 1),
    ],
)
def test_items_in_every_form(item: Any, shape: tuple[int, ...], target: Any) -> None:
    reading = first_of(from_datasets({"test": Items(item)}))
    assert isinstance(reading, Reading)
    assert reading.inputs["input"].shape == shape
    assert reading.inputs["input"].max() in (1, 3)
    assert reading.ground_truths["target"] == target


def test_several_inputs_and_targets_by_name() -> None:
    item = ({"ids": np.arange(4), "mask": np.ones(4)}, {"topic": 1, "mood": 0.5})
    integration = from_datasets({"test": Items(item)}, predictions=["topic_scores", "mood_score"])
    assert [e.name for e in integration.inputs] == ["ids", "mask"]
    assert [e.name for e in integration.ground_truths] == ["topic", "mood"]
    assert [p.name for p in integration.predictions] == ["topic_scores", "mood_score"]
    assert first_of(integration).ground_truths["mood"] == np.float32(0.5)


def test_unlabeled_items_need_no_target() -> None:
    integration = from_datasets(
        {"training": Items((np.zeros(3), 1)), "unlabeled": Items(np.ones(3), (np.ones(3), "?"))}
    )
    readings = integration.read(integration.load_subsets()[1], [0, 1])
    assert all(isinstance(r, Reading) and r.ground_truths == {} for r in readings)


def test_ids_and_metadata() -> None:
    integration = from_datasets(
        {"test": Items((np.zeros(3), 1), (np.ones(3), 2))},
        ids={"test": ["first", "second"]},
        metadata=lambda sample_id, samples: {
            "name": sample_id,
            "total": samples.data[samples.position(sample_id)][0].sum(),
        },
    )
    reading = first_of(integration, "second")  # type: ignore[arg-type]
    assert reading.ground_truths["target"] == 2
    assert reading.metadata == {"name": "second", "total": 3.0}


def loss_of(loss: Any, scores: Any = LOGITS, targets: Any = CLASSES, **more: Any) -> Measures:
    """What a loss gives for a batch."""
    items = [(np.zeros(3), target) for target in targets]
    integration = from_datasets({"test": Items(*items)}, loss=loss, **more)
    samples = integration.load_subsets()[0]
    from percepta.core.subsets import SampleKey

    keys = [SampleKey(samples.subset, index) for index in samples.ids]
    return measure(
        integration,
        Batch(keys, {}, {"target": np.asarray(targets)}, {"prediction": scores}, samples),
    )


def plain(prediction: Any, target: Any) -> Any:
    return np.abs(prediction[:, 0] - target)


def with_tensors(prediction: Any, target: Any) -> Any:
    return prediction.float().sub(target.unsqueeze(1).float()).abs().mean(dim=1)


def reducing(prediction: Any, target: Any) -> Any:
    return functional.cross_entropy(prediction, target)


@pytest.mark.parametrize(
    ("loss", "name", "expected"),
    [
        (nn.CrossEntropyLoss(), "cross_entropy", None),
        (nn.CrossEntropyLoss(reduction="sum"), "cross_entropy", None),
        (functional.cross_entropy, "cross_entropy", None),
        ("cross_entropy", "cross_entropy", None),
        (reducing, "reducing", None),
        (plain, "plain", np.abs(LOGITS[:, 0] - CLASSES)),
        (with_tensors, "with_tensors", np.abs(LOGITS - CLASSES[:, None]).mean(1)),
    ],
    ids=["module", "summing module", "functional", "name", "reducing", "numpy", "tensor"],
)
def test_losses_in_every_form(loss: Any, name: str, expected: Any) -> None:
    if expected is None:
        expected = functional.cross_entropy(
            torch.tensor(LOGITS), torch.tensor(CLASSES), reduction="none"
        )
    columns = loss_of(loss).columns
    assert list(columns) == [name]
    np.testing.assert_allclose(columns[name], expected, rtol=1e-5)


def test_a_torch_loss_over_pixels_is_averaged_and_left_unchanged() -> None:
    given = nn.MSELoss()
    columns = loss_of(given, np.ones((2, 3, 4), np.float32), np.zeros((2, 3, 4))).columns
    assert columns["mse"].tolist() == [1, 1]
    assert given.reduction == "mean"


def test_metrics_by_name_and_function() -> None:
    columns = loss_of(None, metrics={"right": "accuracy", "first": plain}).columns
    assert set(columns) == {"right", "first"}
    assert columns["right"].tolist() == (LOGITS.argmax(1) == CLASSES).tolist()
    assert set(loss_of(None, metrics="top_2").columns) == {"top_2"}


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Any:
        return iter([(np.zeros(3), 1)])


GOOD = Items((np.zeros(3), 1))


@pytest.mark.parametrize(
    ("call", "said", "fix"),
    [
        (lambda: from_datasets({}), "no datasets", "{'training': train_dataset"),
        (lambda: from_datasets(GOOD), "no datasets", "a dict of them"),  # type: ignore[arg-type]
        (lambda: from_datasets({"train": GOOD}), "no subset 'train'", "training, validation"),
        (
            lambda: from_datasets({"test": DataLoader(GOOD)}),
            "DataLoader is not a dataset",
            "loader.dataset",
        ),
        (
            lambda: from_datasets({"test": Stream()}),
            "Stream is not a map-style dataset",
            "__getitem__",
        ),
        (lambda: from_datasets({"test": {"a": 1}}), "dict is not a map-style dataset", "__len__"),
        (lambda: from_datasets({"test": Items()}), "There are no samples", "leave the subset out"),
        (
            lambda: from_datasets({"test": GOOD}, ids={"test": [1, 2]}),
            "2 ids for 1 samples",
            "one id each",
        ),
        (
            lambda: from_datasets({"test": Items(np.zeros(3))}),
            "an input without a target",
            "'unlabeled'",
        ),
        (lambda: from_datasets({"test": Items((1, 2, 3))}), "3 values", "as a dict"),
        (lambda: from_datasets({"test": Items((None, 1))}), "Items gave None", "every branch"),
        (
            lambda: from_datasets({"test": Items((np.zeros(3), "cat"))}),
            "the text 'cat'",
            "class number",
        ),
        (
            lambda: from_datasets({"test": Items(ValueError("bad"))}),
            "raised ValueError: bad",
            "Fix the dataset",
        ),
        (
            lambda: from_datasets({"test": GOOD}, loss="crossentropy"),
            "no built-in loss",
            "cross_entropy",
        ),
        (lambda: from_datasets({"test": GOOD}, loss=nn.MSELoss), "MSELoss is a class", "MSELoss()"),
        (
            lambda: from_datasets({"test": GOOD}, loss=lambda x: x),
            "does not take (prediction, target)",
            "two arguments",
        ),
        (
            lambda: from_datasets({"test": GOOD}, labels=["a", "a"]),
            "appears more than once",
            "its own label",
        ),
        (
            lambda: from_datasets({"test": GOOD}, labels="ab"),
            "labels of prediction 'prediction' are 'ab'",
            "list",
        ),
    ],
)
def test_wrong_datasets_are_told_in_one_sentence(call: Any, said: str, fix: str) -> None:
    with pytest.raises(IntegrationError) as caught:
        call()
    assert said in caught.value.message
    assert fix in (caught.value.fix or "")
    assert "\n" not in str(caught.value)


def test_a_shape_that_varies_costs_those_samples() -> None:
    good = (np.zeros((3, 4)), 0)
    readings = first_of(from_datasets({"test": Items(good, good, (np.zeros((3, 5)), 0))}))
    assert isinstance(readings[2], SampleError)
    assert "has shape (3, 5), but other samples have (3, 4)" in readings[2].message


def test_the_code_hash_follows_what_is_known() -> None:
    hashes = {
        from_datasets({"test": GOOD}).code_hash,
        from_datasets({"training": GOOD}).code_hash,
        from_datasets({"test": GOOD}, loss="mse").code_hash,
        from_datasets({"test": GOOD}, labels=["x"]).code_hash,
    }
    assert len(hashes) == 4
    assert from_datasets({"test": GOOD}).code_hash in hashes
