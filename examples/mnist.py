"""MNIST: ``percepta evaluate examples/mnist.py``.

The model is a Keras file of 327,242 parameters, the one of Tensorleap's own MNIST example. Another one
takes its place with ``--model moonflower_mnist.keras``: any file will do that takes the same pixels.

What to look at: the loss grows with ``distance_to_own_mean``. Validation sample 11701 is a 5 that lies
nearer to the mean 6 than to the mean 5.
"""

from __future__ import annotations

import gzip
from types import SimpleNamespace

import numpy as np
from real_data import find
from scipy import ndimage

import percepta as pc

TRAINING = 48_000  # of the 60,000 training images; the last 12,000 are for validation
DIGITS = [str(digit) for digit in range(10)]


def read(name: str, header: int) -> np.ndarray:
    """Read the bytes of one of MNIST's files, without its header."""
    with gzip.open(find(f"mnist/{name}")) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


@pc.subsets
def subsets():
    """Runs once. What it puts into ``Samples`` comes back to every function below as ``samples.data``."""
    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    labels = read("train-labels-idx1-ubyte.gz", 8)
    first, last = slice(TRAINING), slice(TRAINING, None)
    means = [images[first][labels[first] == digit].mean(axis=0) / 255 for digit in range(10)]

    def part(name: str, which: slice) -> pc.Samples:
        chosen = SimpleNamespace(images=images[which], labels=labels[which], means=np.stack(means))
        return pc.Samples(name, len(chosen.labels), chosen)

    return [part("training", first), part("validation", last)]


@pc.input("image", channel_axis=-1)
def image(sample_id, samples):
    """What the model takes: ink ``[28, 28, 1]`` from 0 to 1."""
    return samples.data.images[sample_id][..., None] / np.float32(255)


@pc.ground_truth("digit")
def digit(sample_id, samples):
    """What the model should say: the number of the class."""
    return samples.data.labels[sample_id]


# Every key becomes a field of the run: colour the map by it, filter with it, explain clusters by it.
@pc.metadata
def facts(sample_id, samples):
    """The digit, and how far the image is from the mean image of every digit."""
    label = int(samples.data.labels[sample_id])
    ink = samples.data.images[sample_id] / np.float32(255)
    distances = np.linalg.norm(samples.data.means - ink, axis=(1, 2))
    others = np.delete(distances, label)
    return {
        "digit": label,
        "parity": "odd" if label % 2 else "even",
        "distance_to_own_mean": float(distances[label]),
        "nearest_mean_is_own": bool(distances[label] < others.min()),
        **{f"distance_to_mean_{digit}": float(distances[digit]) for digit in range(10)},
    }


@pc.metadata
def writing(sample_id, samples):
    """How it is written: share of inked pixels, mean width of the stroke, a hole (as in 0, 6, 8, 9)."""
    inked = samples.data.images[sample_id] > 75
    inside = ndimage.distance_transform_cdt(inked)
    ridge = inside[(inside == ndimage.maximum_filter(inside, size=3)) & inked]
    _, regions = ndimage.label(np.pad(~inked, 1))  # the paper around the digit is one of them
    return {
        "pixel_density": float(inked.mean()),
        "stroke_width": float(2 * ridge.mean() - 1),
        "has_hole": regions > 1,
    }


pc.use_loss("cross_entropy", prediction="scores", ground_truth="digit")
pc.use_metric("accuracy", prediction="scores", ground_truth="digit")


@pc.visualizer("picture")
def picture(image):
    """Arguments are matched by name: ``image`` is the input above, of one sample."""
    return pc.Image(image * 255)


@pc.visualizer("probabilities")
def probabilities(scores, digit):
    """Probability of each digit, beside the true one."""
    return pc.HorizontalBar(scores, DIGITS, truth=np.eye(10)[digit])


@pc.model(predictions=[pc.Prediction("scores", labels=DIGITS, activation="none")])
def model():
    """A path, or a module. ``activation="none"``: the file's last layer gives probabilities already."""
    return find("models/mnist/tensorleap_mnist.h5")
