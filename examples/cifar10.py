"""CIFAR-10: ``percepta evaluate examples/cifar10.py``.

The model is the ResNet8 of MLPerf Tiny, a Keras file. It was trained on lossless images; half of the
training images here and all test images went through JPEG, which it was never shown.

What to look at: the accuracy of each ``source`` (0.93 lossless, 0.78 JPEG). Where ``people_agree`` is low the
model fails too: on test images from 0.83, where all people name the given class, to 0.43.
"""

from __future__ import annotations

import csv
import io
import zipfile
from types import SimpleNamespace

import numpy as np
from PIL import Image
from real_data import find

import percepta as pc

LOSSLESS = 4_000  # training images 0 to 3,999 come as they are, and 4,000 to 7,999 as JPEG
NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()
ASKED = ["random1", "random2", "random3"]  # what three people said of a training image (CIFAR-10N)


def rows(part: str, count: int) -> list[dict[str, str]]:
    """What is known of the first images of a part."""
    with (find("cifar10") / f"labels_{part}.csv").open() as file:
        return list(csv.DictReader(file))[:count]


def lossless() -> np.ndarray:
    """The first 4,000 training images: four pictures that hold one image per row of pixels."""
    files = [find(f"cifar10/lossless_train_batch_{number}.png") for number in range(4)]
    return np.concatenate([np.asarray(Image.open(file)).reshape(-1, 32, 32, 3) for file in files])


def jpegs(name: str, numbers: range) -> np.ndarray:
    """Images from an archive of JPEG files."""
    with zipfile.ZipFile(find(f"cifar10/{name}")) as archive:
        files = [archive.read(f"{number:05}.jpg") for number in numbers]
    return np.stack([np.asarray(Image.open(io.BytesIO(file))) for file in files])


@pc.subsets
def subsets():
    """8,000 training images, half of them JPEG, and 5,000 test images."""
    later = jpegs("train_jpeg_04000-19999.zip", range(LOSSLESS, 2 * LOSSLESS))
    training = np.concatenate([lossless(), later])
    test = jpegs("test_jpeg_0000-4999.zip", range(5_000))
    return [
        pc.Samples(
            subset, len(images), SimpleNamespace(images=images, rows=rows(part, len(images)))
        )
        for subset, part, images in [
            ("training", "train_0-19999", training),
            ("test", "test_0-4999", test),
        ]
    ]


@pc.input("image", channel_axis=-1)
def image(sample_id, samples):
    """Colours ``[32, 32, 3]`` from 0 to 255."""
    return samples.data.images[sample_id].astype(np.float32)


@pc.ground_truth("label")
def label(sample_id, samples):
    """The number of the class."""
    return int(samples.data.rows[sample_id]["label"])


@pc.metadata
def facts(sample_id, samples):
    """How the image was kept, how bright it is, and what share of people named its class."""
    row = samples.data.rows[sample_id]
    first = str(samples.subset) == "training" and sample_id < LOSSLESS
    return {
        "source": "lossless" if first else "jpeg",
        "brightness": float(samples.data.images[sample_id].mean()),
        "people_agree": agreement(row),
        "label_doubted": row["confirmed_error"] == "1" if "confirmed_error" in row else None,
    }


def agreement(row: dict[str, str]) -> float:
    """Share of people who name the given class: of three in training, of some fifty in the test."""
    if ASKED[0] in row:
        return sum(row[person] == row["label"] for person in ASKED) / len(ASKED)
    votes = [int(row[f"cifar10h_{name}"]) for name in NAMES]
    return votes[int(row["label"])] / sum(votes)


pc.use_loss("cross_entropy", prediction="scores", ground_truth="label")
pc.use_metric("accuracy", prediction="scores", ground_truth="label")


@pc.visualizer("probabilities")
def probabilities(scores, label):
    """Probability of each class, beside the true one."""
    return pc.HorizontalBar(scores, NAMES, truth=np.eye(10)[label])


@pc.visualizer("picture")
def picture(image):
    """The image."""
    return pc.Image(image)


@pc.model(predictions=[pc.Prediction("scores", labels=NAMES, activation="none")])
def model():
    """A Keras file of 78,666 parameters; the last layer gives probabilities."""
    return find("models/cifar10/mlperftiny_resnet8.h5")
