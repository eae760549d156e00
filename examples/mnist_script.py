"""MNIST as an integration script: ``percepta evaluate examples/mnist_script.py``.

The model is a small convolutional network, trained here in about half a minute. To look at a model
file instead: ``percepta evaluate examples/mnist_script.py --model mnist-12.onnx`` (that one is the MNIST
network of the ONNX model zoo). Either takes pixels from 0 to 255.

Data: the four original files of MNIST, in ``$PERCEPTA_DATA/mnist`` or ``../shared/data/mnist``.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy import ndimage

import percepta as pc

DATA = Path(
    os.environ.get("PERCEPTA_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)
TRAINING = 48_000  # of the 60,000; the other 12,000 are for validation
DIGITS = [str(digit) for digit in range(10)]


def read(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images ``[N, 28, 28]`` and labels ``[N]``, both uint8."""
    with gzip.open(DATA / "mnist" / f"{part}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(DATA / "mnist" / f"{part}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return images, labels


def class_means(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Mean image of each digit, ``[10, 28, 28]`` in 0..1."""
    return np.stack([images[labels == digit].mean(axis=0) / 255 for digit in range(10)])


@pc.subsets
def subsets():
    """The first 48,000 training images, the other 12,000, and the test images."""
    images, labels = read("train")
    test_images, test_labels = read("t10k")
    means = class_means(images[:TRAINING], labels[:TRAINING])
    parts = {
        "training": (images[:TRAINING], labels[:TRAINING]),
        "validation": (images[TRAINING:], labels[TRAINING:]),
        "test": (test_images, test_labels),
    }
    return [
        pc.Samples(name, len(x), SimpleNamespace(images=x, labels=y, means=means))
        for name, (x, y) in parts.items()
    ]


@pc.input("image", channel_axis=0)
def image(sample_id, samples):
    """Pixels ``[1, 28, 28]``, 0 to 255."""
    return samples.data.images[sample_id][None].astype(np.float32)


@pc.ground_truth("digit")
def digit(sample_id, samples):
    """The digit that it is."""
    return samples.data.labels[sample_id]


@pc.metadata
def facts(sample_id, samples):
    """What to colour, filter and explain by."""
    ink = samples.data.images[sample_id] / np.float32(255)
    label = int(samples.data.labels[sample_id])
    return {
        "label": label,
        "even": label % 2 == 0,
        **writing(ink),
        **distances(ink, label, samples),
    }


def writing(ink: np.ndarray) -> dict[str, float | bool]:
    """How it is written: share of inked pixels, mean width of the stroke, holes (as in 0, 6, 8, 9)."""
    inked = ink > 0.3
    inside = ndimage.distance_transform_cdt(inked)
    ridge = inside[(inside == ndimage.maximum_filter(inside, size=3)) & inked]
    _, regions = ndimage.label(np.pad(~inked, 1))  # the paper around the digit is one of them
    return {
        "pixel_density": float(inked.mean()),
        "stroke_width": float(2 * ridge.mean() - 1) if ridge.size else 0.0,
        "has_hole": regions > 1,
    }


def distances(ink: np.ndarray, label: int, samples: pc.Samples) -> dict[str, float | bool]:
    """Euclidean distance to the mean image of its own digit, and to the nearest other one."""
    each = np.linalg.norm(samples.data.means - ink, axis=(1, 2))
    others = np.delete(each, label)
    return {
        "distance_to_own_mean": float(each[label]),
        "distance_to_other_mean": float(others.min()),
        "nearest_mean_is_own": bool(each[label] < others.min()),
    }


pc.use_loss("cross_entropy", prediction="digit", ground_truth="digit")
pc.use_metric("accuracy", prediction="digit", ground_truth="digit")


@pc.visualizer("image")
def picture(image):
    """The image as it was scanned."""
    return pc.Image(np.transpose(image, (1, 2, 0)))


@pc.visualizer("scores", connect={"scores": "prediction.digit", "truth": "ground_truth.digit"})
def scores(scores, truth):
    """Probability of each digit, beside the true one."""
    odds = np.exp(scores - scores.max())
    return pc.HorizontalBar(odds / odds.sum(), DIGITS, truth=np.eye(10)[truth])


@pc.model(predictions=[pc.Prediction("digit", labels=DIGITS, activation="softmax")])
def model():
    """A small convolutional network after one epoch of training."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    network = nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10)),
    )
    with torch.no_grad():
        network[0].weight /= 100  # pixels go from 0 to 255
    images, labels = read("train")
    pixels = torch.from_numpy(images[:TRAINING].astype(np.float32))[:, None]
    targets = torch.from_numpy(labels[:TRAINING].astype(np.int64))
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for batch in torch.randperm(TRAINING).split(128):
        loss = nn.functional.cross_entropy(network(pixels[batch]), targets[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()
