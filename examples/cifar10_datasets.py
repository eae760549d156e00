"""CIFAR-10 as PyTorch datasets: ``python examples/cifar10_datasets.py``, then ``percepta serve``.

The model is the small network of the PyTorch tutorial after 20 epochs, which fits its training data too well:
compare training with validation. Validation images are JPEG re-encodings, some of them labelled wrongly.
"""

from __future__ import annotations

import csv
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from PIL import Image
from real_data import find
from torch import nn
from torch.utils.data import Dataset, TensorDataset

import percepta

FOLDER = find("cifar10")
NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()


def labels(part: str) -> list[int]:
    """Return the class of each image of a part, in order."""
    with (FOLDER / f"labels_{part}.csv").open() as file:
        return [int(row["label"]) for row in csv.DictReader(file)]


def normalised(pixels: np.ndarray) -> torch.Tensor:
    """Turn uint8 ``[..., H, W, 3]`` into what the network was trained with: ``[..., 3, H, W]`` in -1..1."""
    return torch.from_numpy(pixels.astype(np.float32) / 127.5 - 1).movedim(-1, -3).contiguous()


def training() -> TensorDataset:
    """The first 4,000 training images, lossless: four pictures with one image per row of pixels."""
    parts = [np.asarray(Image.open(FOLDER / f"lossless_train_batch_{i}.png")) for i in range(4)]
    pixels = np.concatenate([part.reshape(-1, 32, 32, 3) for part in parts])
    return TensorDataset(normalised(pixels), torch.tensor(labels("train_0-19999")[: len(pixels)]))


class Validation(Dataset):
    """The first 5,000 test images, read from the archive when they are asked for."""

    def __init__(self) -> None:
        self.archive = FOLDER / "test_jpeg_0000-4999.zip"
        self.labels = labels("test_0-4999")

    def __len__(self) -> int:
        return len(self.labels)

    def __getitems__(self, indices: list[int]) -> list[tuple[torch.Tensor, int]]:
        with zipfile.ZipFile(self.archive) as archive:  # opened once per batch
            return [self._item(archive, index) for index in indices]

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.__getitems__([index])[0]

    def _item(self, archive: zipfile.ZipFile, index: int) -> tuple[torch.Tensor, int]:
        with archive.open(f"{index:05}.jpg") as file:
            return normalised(np.asarray(Image.open(file))), self.labels[index]


def network(epochs: int = 20) -> nn.Module:
    """The network of the PyTorch tutorial, trained for 1, 5 or 20 epochs."""
    layers = OrderedDict(
        conv1=nn.Conv2d(3, 6, 5), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(6, 16, 5), relu2=nn.ReLU(), pool2=nn.MaxPool2d(2), flatten=nn.Flatten(),
        fc1=nn.Linear(400, 120), relu3=nn.ReLU(), fc2=nn.Linear(120, 84), relu4=nn.ReLU(),
        fc3=nn.Linear(84, 10),
    )  # fmt: skip
    made = nn.Sequential(layers)
    weights = find(f"models/cifar10/zeno_cifar_net_{epochs}.pth")
    made.load_state_dict(torch.load(weights, weights_only=True))
    return made


if __name__ == "__main__":
    run = percepta.evaluate(
        network(),
        {"training": training(), "validation": Validation()},
        loss=nn.CrossEntropyLoss(),
        labels=NAMES,
        project="cifar10",
    )
    print(run.metrics)
