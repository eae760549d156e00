"""The real model files among the data: their samples, their own runtime, what each is known to reach."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

Array = NDArray[Any]
Run = Callable[[Array], Array]
"""A batch in, the (only) output out."""


@dataclass(frozen=True)
class Samples:
    """Prepared samples and what is true of them.

    Attributes:
        inputs: ``[N, ...]`` as the model takes them.
        truth: class numbers ``[N, ...]``.
        weighted: what a gradient with respect to the input could mean: False for token numbers.
    """

    inputs: Array
    truth: Array
    weighted: bool = True


Score = Callable[[Array, Array], float]
"""``(outputs, truth) -> share``."""


def accuracy(outputs: Array, truth: Array) -> float:
    """Share of samples whose highest score is the true class."""
    return float((outputs.argmax(axis=-1) == truth).mean())


def person_iou(outputs: Array, truth: Array) -> float:
    """Intersection over union of people, over the pixels of all photos."""
    found = outputs.argmax(axis=-1) == 15
    return float((found & truth).sum() / (found | truth).sum())


@dataclass(frozen=True)
class Case:
    """A model file.

    Attributes:
        file: path below ``models``.
        samples: prepares its samples from the folder of data sets.
        published: the score it is known to reach.
        score: how that is computed.
        scored_as: what was scored, for people.
        module: the module around a file of weights; None: the file is whole.
    """

    file: str
    samples: Callable[[Path], Samples]
    published: float
    scored_as: str
    score: Score = accuracy
    module: Callable[[], nn.Module] | None = None


def own_runtime(case: Case, path: Path) -> Run:
    """Open a model with the runtime of its format, as plainly as can be."""
    if case.module is not None:
        return run_module(module_with_weights(case, path))
    if path.suffix == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        [given] = session.get_inputs()
        return whole_or_single(
            lambda batch: session.run(None, {given.name: batch})[0], given.shape[0] == 1
        )
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    model = keras.models.load_model(path, compile=False)

    def run(batch: Array) -> Array:
        with torch.no_grad():
            answer: torch.Tensor = model(torch.from_numpy(batch), training=False)
        return answer.cpu().numpy()

    return whole_or_single(run, model.input_shape[0] == 1)


def module_with_weights(case: Case, path: Path) -> nn.Module:
    """Build the module and load the file's weights into it."""
    assert case.module is not None
    module = case.module()
    module.load_state_dict(torch.load(path, weights_only=True))
    return module.eval()


def run_module(module: nn.Module) -> Run:
    """Run a module eagerly."""

    def run(batch: Array) -> Array:
        with torch.inference_mode():
            answer: torch.Tensor = module(torch.from_numpy(batch))
        return answer.numpy()

    return run


def whole_or_single(run: Run, single: bool) -> Run:
    """Run a batch at once, or its samples one by one where the file fixes the batch at one."""
    if not single:
        return run
    return lambda batch: np.concatenate([run(sample[None]) for sample in batch])


# ---- samples ---------------------------------------------------------------------------------------


@cache
def digits(data: Path) -> tuple[Array, Array]:
    """The 10,000 test images of MNIST, uint8 ``[N, 28, 28]``, and their digits."""
    parts = {}
    for part, header in (("images-idx3", 16), ("labels-idx1", 8)):
        with gzip.open(data / "mnist" / f"t10k-{part}-ubyte.gz") as file:
            parts[part] = np.frombuffer(file.read(), np.uint8, offset=header)
    return parts["images-idx3"].reshape(-1, 28, 28), parts["labels-idx1"]


def digits_255(data: Path) -> Samples:
    """``[N, 1, 28, 28]`` from 0 to 255."""
    images, labels = digits(data)
    return Samples(images[:, None].astype(np.float32), labels)


def digits_1(data: Path) -> Samples:
    """``[N, 28, 28, 1]`` from 0 to 1."""
    images, labels = digits(data)
    return Samples(images[..., None] / np.float32(255), labels)


@cache
def photos(data: Path, part: str) -> tuple[Array, Array]:
    """CIFAR-10, uint8 ``[N, 32, 32, 3]``: 4,000 lossless training or 5,000 JPEG test images."""
    folder = data / "cifar10"
    if part == "train":
        files = [folder / f"lossless_train_batch_{number}.png" for number in range(4)]
        images = np.concatenate([np.asarray(Image.open(f)).reshape(-1, 32, 32, 3) for f in files])
        table = "labels_train_0-19999.csv"
    else:
        with zipfile.ZipFile(folder / "test_jpeg_0000-4999.zip") as archive:
            files = [io.BytesIO(archive.read(f"{number:05}.jpg")) for number in range(5_000)]
        images = np.stack([np.asarray(Image.open(file)) for file in files])
        table = "labels_test_0-4999.csv"
    with (folder / table).open() as file:
        labels = [int(row["label"]) for row in csv.DictReader(file)]
    return images, np.array(labels[: len(images)])


def photos_255(data: Path) -> Samples:
    """Lossless training images ``[N, 32, 32, 3]`` from 0 to 255."""
    images, labels = photos(data, "train")
    return Samples(images.astype(np.float32), labels)


def photos_normalised(data: Path) -> Samples:
    """JPEG test images ``[N, 3, 32, 32]`` from -1 to 1."""
    images, labels = photos(data, "test")
    pixels = images.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
    return Samples(np.ascontiguousarray(pixels), labels)


def scenes(data: Path) -> Samples:
    """Photos of COCO ``[N, 257, 257, 3]`` from -1 to 1, and where people are."""
    folder, size = data / "coco_seg", (257, 257)
    names = sorted(path.stem for path in (folder / "images").iterdir())
    images = [
        Image.open(folder / f"images/{name}.jpg")
        .convert("RGB")
        .resize(size, Image.Resampling.BILINEAR)
        for name in names
    ]
    masks = [
        Image.open(folder / f"masks/{name}.png").resize(size, Image.Resampling.NEAREST)
        for name in names
    ]
    pixels = np.stack([np.asarray(image, np.float32) / 127.5 - 1 for image in images])
    return Samples(pixels, np.stack([np.asarray(mask) == 1 for mask in masks]))


def reviews(data: Path) -> Samples:
    """The 2,000 test reviews of IMDB as numbers of words ``[N, 256]``, floats as the file wants."""
    lines = (data / "models/text/text_classification_vocab.txt").read_text("utf-8").splitlines()
    known = {word: int(number) for word, _, number in (line.rpartition(" ") for line in lines)}
    with gzip.open(data / "imdb/imdb_test_2000.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    tokens = np.zeros((len(rows), 256), np.float32)
    for row, review in zip(tokens, rows, strict=True):
        text = review["text"].lower().replace("<br />", " ")
        words = [word for word in re.split(r"[ ,.!?]+", text) if word]
        numbers = [1, *(known.get(word, 2) for word in words)][:256]
        row[: len(numbers)] = numbers
    return Samples(tokens, np.array([review["label"] for review in rows]), weighted=False)


def words(data: Path) -> Samples:
    """500 spoken words ``[N, 49, 10, 1]``."""
    archive = np.load(data / "speech_commands_mfcc/kws01_500.npz")
    features = (archive["mfcc_int8"].astype(np.float32) - 83) * np.float32(0.5847029)
    return Samples(features, archive["labels"])


def passengers(data: Path) -> Samples:
    """The 891 passengers of the Titanic ``[N, 12]``, prepared as Captum's tutorial does."""
    with (data / "titanic/titanic.csv").open() as file:
        rows = list(csv.DictReader(file))
    columns = []
    for name in ("Age", "SibSp", "Parch", "Fare"):
        values = np.array([float(row[name] or "nan") for row in rows])
        columns.append(np.where(np.isnan(values), np.nanmean(values), values))
    for name, kinds in (("Sex", ["female", "male"]), ("Embarked", "CQS"), ("Pclass", "123")):
        columns += [np.array([row[name] == kind for row in rows]) for kind in kinds]
    truth = np.array([int(row["Survived"]) for row in rows])
    return Samples(np.stack(columns, axis=1).astype(np.float32), truth)


# ---- modules around files of weights ---------------------------------------------------------------


class TutorialNet(nn.Module):
    """The network of the PyTorch tutorial on CIFAR-10."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        for conv in (self.conv1, self.conv2):
            image = nn.functional.max_pool2d(torch.relu(conv(image)), 2)
        hidden = torch.relu(self.fc1(image.flatten(1)))
        return self.fc3(torch.relu(self.fc2(hidden)))


class TitanicNet(nn.Module):
    """The network of Captum's tutorial on the Titanic."""

    def __init__(self) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(12, 12), nn.Linear(12, 8)
        self.linear3 = nn.Linear(8, 2)

    def forward(self, passenger: torch.Tensor) -> torch.Tensor:
        hidden = torch.sigmoid(self.linear2(torch.sigmoid(self.linear1(passenger))))
        return torch.softmax(self.linear3(hidden), dim=1)


MNIST, RESNET = "MNIST test", "CIFAR-10, lossless training"
TUTORIAL, IMDB = "CIFAR-10, JPEG test", "IMDB test"
CASES = (
    Case("mnist/mnist-8.onnx", digits_255, 0.9891, MNIST),
    Case("mnist/mnist-12.onnx", digits_255, 0.9891, MNIST),
    Case("mnist/tensorleap_mnist.h5", digits_1, 0.9904, MNIST),
    Case("mnist/moonflower_mnist.keras", digits_1, 0.9918, MNIST),
    Case("cifar10/mlperftiny_resnet8.h5", photos_255, 0.930, RESNET),
    Case("cifar10/mlperftiny_resnet8.converted.onnx", photos_255, 0.930, RESNET),
    Case("cifar10/zeno_cifar_net_1.pth", photos_normalised, 0.492, TUTORIAL, module=TutorialNet),
    Case("cifar10/zeno_cifar_net_5.pth", photos_normalised, 0.616, TUTORIAL, module=TutorialNet),
    Case("cifar10/zeno_cifar_net_20.pth", photos_normalised, 0.600, TUTORIAL, module=TutorialNet),
    Case(
        "segmentation/deeplabv3_257_mv_gpu.converted.onnx",
        scenes,
        0.632,
        "COCO, IoU of people",
        person_iou,
    ),
    Case("text/text_classification.converted.onnx", reviews, 0.909, IMDB),
    Case("audio/mlperftiny_kws.converted.onnx", words, 0.896, "Speech Commands"),
    Case("tabular/captum_titanic.pt", passengers, 0.846, "Titanic", module=TitanicNet),
)
UNREAD = (
    "cifar10/mlperftiny_resnet8.tflite",
    "segmentation/deeplabv3_257_mv_gpu.tflite",
    "text/text_classification.tflite",
    "audio/mlperftiny_kws_float32.tflite",
)
