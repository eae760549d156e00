"""What is filled in for an integration that names no loss, metric or visualizer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from percepta.core.errors import IntegrationError
from percepta.core.fields import Direction
from percepta.core.visuals import Graph, HorizontalBar, Image
from percepta.integration import Integration, Prediction, complete, from_datasets, read_spread

RNG = np.random.default_rng(0)


class Items(list[Any]):
    """A list is a map-style dataset."""


def completed(
    inputs: Any, targets: Any, output: Any, predictions: Any = None, **more: Any
) -> Integration:
    """An integration of a dataset, completed."""
    items = Items(zip(inputs, targets, strict=True))
    integration = from_datasets({"training": items}, predictions=predictions, **more)
    name = integration.predictions[0].name
    return complete(integration, read_spread(integration), {name: np.asarray(output, np.float32)})


VECTORS = RNG.normal(0, 1, (6, 5)).astype(np.float32)
SCORES = RNG.normal(0, 1, (6, 3)).astype(np.float32)
PROBABILITIES = np.exp(SCORES) / np.exp(SCORES).sum(1, keepdims=True)
PIXELS = RNG.normal(0, 1, (6, 3, 4, 4)).astype(np.float32)
DIGITS = np.array([0, 1, 2, 0, 1, 2])


@pytest.mark.parametrize(
    ("targets", "output", "loss", "metric"),
    [
        (DIGITS, SCORES, "cross_entropy", "accuracy"),
        (np.eye(3)[DIGITS], SCORES, "cross_entropy", "accuracy"),
        (DIGITS, PROBABILITIES, "cross_entropy", "accuracy"),
        (RNG.integers(0, 3, (6, 4, 4)), PIXELS, "cross_entropy", "mean_iou"),
        (DIGITS % 2, SCORES[:, :1], "binary_cross_entropy", "accuracy"),
        (np.array([[1, 1, 0]] * 6), SCORES, "binary_cross_entropy", "accuracy"),
        (RNG.normal(0, 1, 6), SCORES[:, :1], "mse", "mae"),
        (VECTORS, VECTORS, "mse", "mae"),
    ],
    ids=["classes", "one-hot", "probabilities", "pixels", "binary", "tags", "value", "values"],
)
def test_loss_and_metric_by_the_kind_of_ground_truth(
    targets: Any, output: Any, loss: str, metric: str
) -> None:
    predictions = [Prediction("scores", channel_axis=1)] if output.ndim == 4 else None
    made = completed(VECTORS, targets, output, predictions)
    assert [each.name for each in made.losses] == [loss]
    assert [each.name for each in made.metrics] == [metric]
    assert made.metrics[0].direction is (Direction.DOWN if metric == "mae" else Direction.UP)
    values = made.losses[0].function(
        prediction=output, target=np.stack([r.ground_truths["target"] for r in read_spread(made)])
    )
    assert values.shape == (6,)
    assert np.isfinite(values).all()
    if loss == "cross_entropy" and output.ndim == 2:  # logits and their probabilities agree
        rows = np.arange(6)
        np.testing.assert_allclose(values, -np.log(PROBABILITIES[rows, DIGITS]), rtol=1e-4)


def test_what_the_user_gave_stays() -> None:
    made = completed(VECTORS, DIGITS, SCORES, loss="mse", metrics=["top_2"])
    assert [each.name for each in (*made.losses, *made.metrics)] == ["mse", "top_2"]


def test_the_subsets_are_not_made_again() -> None:
    integration = from_datasets({"training": Items(zip(VECTORS, DIGITS, strict=True))})
    before = integration.load_subsets()
    after = complete(integration, read_spread(integration), {"prediction": SCORES})
    assert after.load_subsets()[0] is before[0]


def test_probabilities_are_noticed_and_logits_are_not() -> None:
    assert completed(VECTORS, DIGITS, PROBABILITIES).predictions[0].activation == "none"
    assert completed(VECTORS, DIGITS, SCORES).predictions[0].activation is None


@pytest.mark.parametrize(
    ("labels", "output", "axis", "said"),
    [
        (["a", "b"], SCORES, -1, "has 2 labels, but the model gives 3 values"),
        (["a", "b", "c"], PIXELS, -1, "has 3 labels, but the model gives 4 values"),
        (["a", "b", "c"], SCORES, 2, "has no axis 2"),
    ],
)
def test_labels_that_do_not_match_the_output(
    labels: Any, output: Any, axis: int, said: str
) -> None:
    with pytest.raises(IntegrationError, match=said) as caught:
        completed(VECTORS, DIGITS, output, [Prediction("scores", labels, axis)])
    assert "label" in (caught.value.fix or "") or "channel_axis" in (caught.value.fix or "")


def shown(arrays: Any) -> Any:
    """The default visualizer's payload of the first sample, and the visualizer."""
    made = completed(arrays, DIGITS, SCORES)
    if not made.visualizers:
        return None, None
    [visualizer] = made.visualizers
    return visualizer.function(data=arrays[0]), visualizer


GREY = np.linspace(0, 1, 6 * 30, dtype=np.float32).reshape(6, 1, 5, 6)


@pytest.mark.parametrize(
    ("arrays", "shape"),
    [
        (GREY, (5, 6, 1)),
        (GREY[:, 0], (5, 6, 1)),
        (np.repeat(GREY, 3, axis=1), (5, 6, 3)),
        (np.moveaxis(np.repeat(GREY, 3, axis=1), 1, -1), (5, 6, 3)),
        ((GREY * 255).astype(np.uint8), (5, 6, 1)),
    ],
    ids=["CHW", "HW", "CHW colour", "HWC", "uint8"],
)
def test_pictures_in_every_layout(arrays: Any, shape: tuple[int, ...]) -> None:
    visual, visualizer = shown(arrays)
    assert isinstance(visual, Image)
    assert visual.data.shape == shape
    expected = np.rint(GREY[0, 0] * 255)
    assert np.abs(visual.data[..., 0].astype(int) - expected).max() <= 1
    batch = visualizer.batch(data=arrays)
    assert batch.dtype == np.uint8
    assert np.array_equal(batch[0], visual.data)


def test_normalised_pictures_are_denormalised_with_one_scale_for_all() -> None:
    pixels = RNG.integers(0, 256, (6, 3, 8, 8)).astype(np.float32)
    pixels[:, :, 0, 0], pixels[:, :, 0, 1] = 0, 255
    pixels[1] /= 4  # a dark one
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    normalised = (pixels / 255 - mean[:, None, None]) / std[:, None, None]
    _, visualizer = shown(normalised.astype(np.float32))
    back = np.moveaxis(visualizer.batch(data=normalised.astype(np.float32)), -1, 1)
    assert np.abs(back - pixels).max() <= 1


def test_0_to_255_floats_and_constant_pictures() -> None:
    assert shown(GREY * 200)[0].data.max() <= 200 / 6 + 1
    assert shown(np.zeros_like(GREY))[0].data.max() == 0


def test_vectors_and_what_has_no_default() -> None:
    bars, _ = shown(VECTORS)
    assert isinstance(bars, HorizontalBar)
    graph, _ = shown(np.zeros((6, 200), np.float32))
    assert isinstance(graph, Graph)
    assert shown(np.zeros((6, 7, 9, 11), np.float32)) == (None, None)
