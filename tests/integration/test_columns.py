"""Data sets as torchvision and Hugging Face make them work where a ``Dataset`` does."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from percepta.core.errors import IntegrationError, SampleError
from percepta.integration import Integration, Reading, from_datasets

CLASSES = ["cat", "dog", "owl"]


def picture(index: int, size: tuple[int, int] = (6, 4)) -> Image.Image:
    chance = np.random.default_rng(index)
    return Image.fromarray(chance.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))


class Folder:
    """A torchvision-like data set: ``(PIL picture, class number)``, ``classes``, ``targets``."""

    def __init__(self, sizes: tuple[tuple[int, int], ...] = ((6, 4),)) -> None:
        self.classes = CLASSES
        self.sizes = sizes
        self.targets = [index % 3 for index in range(12)]

    def __len__(self) -> int:
        return len(self.targets)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return picture(index, self.sizes[index % len(self.sizes)]), self.targets[index]


class Rows:
    """A data set like Hugging Face's: rows as dicts, ``features``, ``column_names``."""

    def __init__(self, rows: list[dict[str, Any]], **names: list[str]) -> None:
        self.rows = rows
        self.column_names = list(rows[0])
        self.features = {
            name: SimpleNamespace(names=names[name]) if name in names else SimpleNamespace()
            for name in rows[0]
        }

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.rows[index]

    def __getitems__(self, indices: list[int]) -> list[dict[str, Any]]:
        return [self.rows[index] for index in indices]


class Stream:
    """A stream like Hugging Face's ``IterableDataset``."""

    column_names = ("image", "label")
    features: dict[str, Any] = {}  # noqa: RUF012

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter([])


def pets(**more: Any) -> Rows:
    rows = [
        {"image": picture(i), "label": i % 3, "id": f"p{i}", "weight": i / 2, "indoor": i % 2 == 0}
        | {name: make(i) for name, make in more.items()}
        for i in range(9)
    ]
    return Rows(rows, label=CLASSES)


def read(integration: Integration, index: int = 0) -> Reading:
    samples = integration.load_subsets()[0]
    found = integration.read(samples, [index])[0]
    assert not isinstance(found, SampleError), found
    return found


def test_pictures_of_torchvision_become_arrays_with_a_note_and_the_classes_become_labels() -> None:
    integration = from_datasets({"training": Folder()})
    reading = read(integration, 5)
    (array,) = reading.inputs.values()
    assert array.shape == (3, 4, 6)
    assert array.dtype == np.float32
    np.testing.assert_allclose(array, np.asarray(picture(5)).transpose(2, 0, 1) / 255, rtol=1e-6)
    assert int(*reading.ground_truths.values()) == 2
    assert integration.predictions[0].labels == tuple(CLASSES)
    assert "without a transform" in integration.notes[0]


def test_labels_given_go_before_those_of_the_data_set() -> None:
    integration = from_datasets({"training": Folder()}, labels=["a", "b", "c"])
    assert integration.predictions[0].labels == ("a", "b", "c")


def test_a_part_of_a_data_set_knows_the_classes_of_the_whole() -> None:
    from torch.utils.data import Subset

    integration = from_datasets({"training": Subset(Folder(), [0, 4, 8])})  # type: ignore[arg-type]
    assert integration.predictions[0].labels == tuple(CLASSES)


def test_pictures_of_several_sizes_are_told_to_be_resized() -> None:
    with pytest.raises(IntegrationError, match=r"different sizes: 6 × 4 .* 8 × 4") as caught:
        from_datasets({"training": Folder(sizes=((6, 4), (8, 4)))})
    assert "Resize" in str(caught.value.fix)


def test_columns_of_hugging_face_become_input_target_and_metadata() -> None:
    integration = from_datasets({"training": pets()})
    reading = read(integration, 4)
    assert set(reading.inputs) == {"image"}
    assert reading.inputs["image"].shape == (3, 4, 6)
    assert {name: int(value) for name, value in reading.ground_truths.items()} == {"label": 1}
    assert reading.metadata == {"id": "p4", "weight": 2.0, "indoor": True}
    assert integration.predictions[0].labels == tuple(CLASSES)


def test_tokens_are_the_inputs_and_the_text_is_metadata_unless_it_is_long() -> None:
    rows = [
        {
            "text": "well " * (i + 1),
            "story": "long " * 900,
            "input_ids": [1, 2, i],
            "attention_mask": [1, 1, 0],
            "label": i % 2,
        }
        for i in range(6)
    ]
    integration = from_datasets({"test": Rows(rows, label=["bad", "good"])})
    reading = read(integration, 1)
    assert list(reading.inputs) == ["input_ids", "attention_mask"]
    assert reading.inputs["input_ids"].tolist() == [1, 2, 1]
    assert reading.metadata == {"text": "well well "}


def test_metadata_of_ones_own_is_added_to_that_of_the_columns() -> None:
    integration = from_datasets(
        {"training": pets()},
        metadata=lambda sample_id, samples: {"owner": samples.data[sample_id]["id"].upper()},
    )
    assert read(integration, 2).metadata["owner"] == "P2"
    assert read(integration, 2).metadata["weight"] == 1.0


def test_rows_without_a_label_go_into_unlabeled() -> None:
    rows = Rows([{"image": picture(i), "id": i} for i in range(6)])
    reading = read(from_datasets({"unlabeled": rows}))
    assert reading.ground_truths == {}
    assert reading.metadata == {"id": 0}
    with pytest.raises(IntegrationError, match="without a target"):
        from_datasets({"training": rows})


@pytest.mark.parametrize(
    ("data", "said", "fix"),
    [
        (Stream(), "is a stream", "streaming=True"),
        (Rows([{"text": "hello", "label": 0}] * 3), "holds texts", "tokenizer"),
        (Rows([{"age": 3, "label": 0}] * 3), "No column can be an input", "dataset.map"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_sentence(data: Any, said: str, fix: str) -> None:
    with pytest.raises(IntegrationError, match=said) as caught:
        from_datasets({"training": data})
    assert fix in str(caught.value.fix)


def test_the_real_datasets_package() -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=CLASSES),
            "id": datasets.Value("string"),
        }
    )
    columns = {
        "image": [picture(i) for i in range(9)],
        "label": [i % 3 for i in range(9)],
        "id": [f"p{i}" for i in range(9)],
    }
    data = datasets.Dataset.from_dict(columns, features=features)
    integration = from_datasets({"training": data})
    reading = read(integration, 4)
    assert reading.inputs["image"].shape == (3, 4, 6)
    assert reading.metadata == {"id": "p4"}
    assert integration.predictions[0].labels == tuple(CLASSES)
    with pytest.raises(IntegrationError, match="is a stream"):
        from_datasets({"training": data.to_iterable_dataset()})
    tokens = data.remove_columns("image").map(lambda row: {"input_ids": [1, row["label"]]})
    assert list(read(from_datasets({"training": tokens})).inputs) == ["input_ids"]
