"""MNIST as users of the `code_loader` package write it: ``percepta evaluate examples/code_loader_mnist``.

Nothing here knows percepta: the same folder can be pushed to the Tensorleap platform. What
``examples/mnist.py`` says in percepta's words, this script says in those of ``code_loader``.
"""

import gzip
import os
from pathlib import Path

import numpy as np
from code_loader.contract.datasetclasses import PredictionTypeHandler, PreprocessResponse
from code_loader.contract.enums import DataStateType, LeapDataType, MetricDirection
from code_loader.contract.visualizer_classes import LeapHorizontalBar, LeapImage
from code_loader.inner_leap_binder.leapbinder_decorators import (
    tensorleap_custom_loss,
    tensorleap_custom_metric,
    tensorleap_custom_visualizer,
    tensorleap_gt_encoder,
    tensorleap_input_encoder,
    tensorleap_integration_test,
    tensorleap_load_model,
    tensorleap_metadata,
    tensorleap_preprocess,
)

DATA = Path(
    os.environ.get("PERCEPTA_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
TRAINING = 48_000
DIGITS = [str(digit) for digit in range(10)]


def read(name: str, header: int) -> np.ndarray:
    """Read the bytes of one of MNIST's files, without its header."""
    with gzip.open(DATA / "mnist" / name) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


@tensorleap_preprocess()
def preprocess() -> list[PreprocessResponse]:
    """The first 48,000 images for training, the last 12,000 for validation."""
    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28) / np.float32(255)
    labels = read("train-labels-idx1-ubyte.gz", 8)
    first = images[:TRAINING], labels[:TRAINING]
    means = np.stack([first[0][first[1] == digit].mean(axis=0) for digit in range(10)])

    def part(which: slice, state: DataStateType) -> PreprocessResponse:
        data = {"images": images[which], "labels": labels[which], "means": means}
        ids = [str(number) for number in range(len(data["labels"]))]
        return PreprocessResponse(sample_ids=ids, data=data, state=state)

    return [
        part(slice(TRAINING), DataStateType.training),
        part(slice(TRAINING, None), DataStateType.validation),
    ]


@tensorleap_input_encoder("image", channel_dim=-1)
def image(sample_id: str, subset: PreprocessResponse) -> np.ndarray:
    """Ink ``[28, 28, 1]`` from 0 to 1."""
    return subset.data["images"][int(sample_id)][..., None]


@tensorleap_gt_encoder("digit")
def digit(sample_id: str, subset: PreprocessResponse) -> np.ndarray:
    """One-hot ``[10]``."""
    return np.eye(10, dtype=np.float32)[subset.data["labels"][int(sample_id)]]


@tensorleap_metadata("digit")
def facts(sample_id: str, subset: PreprocessResponse) -> dict:
    """The digit, and how far the image is from the mean image of every digit."""
    label = int(subset.data["labels"][int(sample_id)])
    ink = subset.data["images"][int(sample_id)]
    distances = np.linalg.norm(subset.data["means"] - ink, axis=(1, 2))
    return {
        "label": label,
        "parity": "odd" if label % 2 else "even",
        "distance_to_own_mean": float(distances[label]),
        **{f"distance_to_mean_{digit}": float(distances[digit]) for digit in range(10)},
    }


@tensorleap_custom_loss("cross_entropy")
def cross_entropy(truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Minus the logarithm of the probability of the true digit ``[B]``."""
    return -np.log(np.maximum((truth * scores).sum(axis=-1), 1e-7))


@tensorleap_custom_metric("accuracy", direction=MetricDirection.Upward)
def accuracy(truth: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Whether the highest score is that of the true digit ``[B]``."""
    return (truth.argmax(axis=-1) == scores.argmax(axis=-1)).astype(np.float32)


@tensorleap_custom_visualizer("picture", LeapDataType.Image)
def picture(image: np.ndarray) -> LeapImage:
    """The image; what arrives has a batch axis of one."""
    return LeapImage((np.squeeze(image, axis=0) * 255).astype(np.uint8))


@tensorleap_custom_visualizer("probabilities", LeapDataType.HorizontalBar)
def probabilities(scores: np.ndarray, truth: np.ndarray) -> LeapHorizontalBar:
    """Probability of each digit, beside the true one."""
    return LeapHorizontalBar(np.squeeze(scores, axis=0), DIGITS, gt=np.squeeze(truth, axis=0))


@tensorleap_load_model([PredictionTypeHandler("scores", DIGITS, channel_dim=-1)])
def load_model():
    """The Keras file that belongs to Tensorleap's own example."""
    import keras

    model = keras.models.load_model(DATA / "models/mnist/tensorleap_mnist.h5", compile=False)
    model.trainable = False
    return model


@tensorleap_integration_test()
def integration_test(sample_id: str, subset: PreprocessResponse) -> None:
    """One sample through everything: the calls say what is connected with what."""
    pixels = image(sample_id, subset)
    truth = digit(sample_id, subset)
    scores = load_model()(pixels)
    facts(sample_id, subset)
    cross_entropy(truth, scores)
    accuracy(truth, scores)
    picture(pixels)
    probabilities(scores, truth)


if __name__ == "__main__":
    responses = preprocess()
    integration_test(responses[0].sample_ids[0], responses[0])
