"""Visual payloads: what is accepted, what is refused and with which advice, and how each is drawn."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from percepta.core.errors import VisualError
from percepta.core.rendering import RENDERERS, encode, thumbnail, thumbnails_of_images
from percepta.core.visuals import (
    BoundingBox,
    Graph,
    HorizontalBar,
    Image,
    ImageMask,
    ImageWithBoxes,
    Text,
    TextMask,
    Visual,
)

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (90, 60, 3), dtype=np.uint8)
BOX = BoundingBox(x=0.5, y=0.5, width=0.5, height=0.5, confidence=0.9, label="cat")

ONE_OF_EACH: dict[str, Visual] = {
    "image": Image(RGB),
    "image_boxes": ImageWithBoxes(RGB, [BOX]),
    "image_mask": ImageMask(np.eye(90, 60, dtype=np.int64), RGB, ["background", "line"]),
    "text": Text(["a", "good", "film"], heatmap=[0.0, 1.0, 0.5]),
    "text_mask": TextMask(np.array([0, 1, 0]), ["a", "good", "film"], ["other", "praise"]),
    "graph": Graph(np.sin(np.linspace(0, 9, 200)), x_label="s", y_label="mV", x_range=(0, 2)),
    "horizontal_bar": HorizontalBar(np.array([0.1, 0.9]), ["cat", "dog"], np.array([0, 1])),
}


def test_one_of_each_kind_is_tested() -> None:
    assert {kind for kind in ONE_OF_EACH} == {renderer.kind for renderer in RENDERERS.values()}


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_every_kind_encodes_to_json_and_lossless_planes(kind: str) -> None:
    encoded = encode(ONE_OF_EACH[kind])
    assert encoded.kind == kind
    assert json.loads(json.dumps(encoded.document, allow_nan=False)) == encoded.document
    assert len(encoded.document.get("planes", [])) == len(encoded.planes)
    for plane in encoded.planes:
        assert plane.dtype == np.uint8
        assert plane.shape[:2] == (encoded.document["height"], encoded.document["width"])


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_every_kind_has_a_thumbnail_of_the_asked_size_or_none(kind: str) -> None:
    small = thumbnail(ONE_OF_EACH[kind], size=48)
    if kind.startswith("text"):
        assert small is None
        return
    assert small is not None
    assert small.dtype == np.uint8
    assert max(small.shape[:2]) == 48
    assert small.shape[2] in (1, 3)
    assert small.std() > 0


def test_a_thumbnail_averages_areas() -> None:
    checker = np.zeros((128, 128, 1), dtype=np.uint8)
    checker[::2, ::2] = 200
    assert (thumbnail(Image(checker), size=64) == 50).all()


def test_a_thumbnail_keeps_the_mean_where_sizes_do_not_divide() -> None:
    small = thumbnail(Image(RGB), size=64)
    assert small is not None
    assert small.shape == (64, 43, 3)
    assert np.abs(small.mean(axis=(0, 1)) - RGB.mean(axis=(0, 1))).max() < 2


def test_thumbnails_of_many_equal_thumbnails_of_one() -> None:
    batch = RNG.integers(0, 256, (5, 100, 70, 3), dtype=np.uint8)
    many = thumbnails_of_images(batch, 64)
    assert many.shape == (5, 64, 45, 3)
    for one, picture in zip(many, batch, strict=True):
        assert np.array_equal(one, thumbnail(Image(picture)))


def test_small_pictures_are_not_touched() -> None:
    batch = RNG.integers(0, 256, (5, 28, 28, 1), dtype=np.uint8)
    assert thumbnails_of_images(batch) is batch


def test_a_mask_keeps_its_class_ids_in_its_own_plane() -> None:
    mask = np.array([[0, 1], [2, 0]])
    encoded = encode(ImageMask(mask, np.zeros((2, 2, 3)), ["a", "b", "c"]))
    assert encoded.document["planes"] == ["picture", "mask"]
    assert encoded.planes[1][:, :, 0].tolist() == mask.tolist()


def test_gaps_of_a_graph_are_null() -> None:
    encoded = encode(Graph(np.array([[1.0, 4.0], [np.nan, 5.0]])))
    assert encoded.document["series"] == [[1.0, None], [4.0, 5.0]]
    assert encoded.document["x_range"] == [0.0, 1.0]
    assert thumbnail(Graph(np.full(3, np.nan))) is not None


def test_a_box_is_drawn_where_it_is() -> None:
    small = thumbnail(ImageWithBoxes(np.zeros((64, 64)), [BOX]))
    assert small is not None
    coloured = small.any(axis=2)
    assert coloured[16, 16:48].all()
    assert coloured[48, 16:48].all()
    assert not coloured[20:44, 20:44].any()


def test_grey_float_pictures_are_rounded() -> None:
    encoded = encode(Image(np.array([[0.4, 254.6]])))
    assert encoded.planes[0][:, :, 0].tolist() == [[0, 255]]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Image(np.zeros((3, 32, 32))), "channels first"),
        (lambda: Image(np.zeros((1, 32, 32, 3))), "batch axis"),
        (lambda: Image(np.zeros((32, 32, 4))), r"shape \(32, 32, 4\)"),
        (lambda: Image(np.zeros((0, 4, 1))), "shape"),
        (lambda: Image(np.full((4, 4), 300.0)), r"300, outside 0\.\.255"),
        (lambda: Image(np.full((4, 4), -2.0)), "undo the normalisation"),
        (lambda: Image(np.full((4, 4), np.nan)), "nan"),
        (lambda: Image(np.full((4, 4), "x")), "type <U1"),
        (lambda: Image(None), "shape"),
        (lambda: BoundingBox(120, 5, 30, 30, 1, "cat"), "x = 120, outside 0..1"),
        (lambda: BoundingBox(0.5, 0.5, 0.1, 0.1, float("nan"), "cat"), "not a finite number"),
        (lambda: BoundingBox("left", 0, 0, 0, 0, "cat"), "'left', not a number"),
        (lambda: ImageWithBoxes(RGB, [(0, 0, 1, 1)]), "a tuple among its boxes"),
        (lambda: ImageMask(np.zeros((9, 9), int), RGB, ["a"]), "Resize one of them"),
        (lambda: ImageMask(np.full((90, 60), 2), RGB, ["a", "b"]), "but 2 labels"),
        (lambda: ImageMask(np.zeros((90, 60)), RGB, ["a"]), r"argmax\(-1\)"),
        (lambda: ImageMask(np.zeros((90, 60), int), RGB, []), "1 to 256 labels"),
        (lambda: Text("a good film"), r"text\.split\(\)"),
        (lambda: Text(["a"], heatmap=[1, 2]), "2 weights in its heatmap but 1 tokens"),
        (lambda: TextMask(np.array([0]), ["a", "b"], ["x"]), "1 class ids"),
        (lambda: Graph(np.zeros((2, 2, 2))), "2 axes"),
        (lambda: Graph(np.zeros((0, 2))), "no points"),
        (lambda: Graph(np.zeros((5, 2)), legend=["only one"]), "1 names in its legend"),
        (lambda: Graph(np.zeros(5), x_range=(1, 2, 3)), "two numbers"),
        (lambda: HorizontalBar(np.zeros(3), ["a"]), "1 labels but 3 values"),
        (lambda: HorizontalBar(np.array([np.inf]), ["a"]), "not finite"),
        (lambda: HorizontalBar(np.zeros(0), []), "has no values"),
        (lambda: HorizontalBar(np.zeros(2), ["a", "b"], np.zeros(3)), "3 values in its truth"),
        (lambda: thumbnail(np.zeros((4, 4))), "ndarray is not a visual"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit_is_refused(make: Any, said: str) -> None:
    with pytest.raises(VisualError, match=said):
        make()
