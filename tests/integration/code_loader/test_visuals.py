"""Every Leap payload becomes a visual that storage can keep."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from percepta.core.errors import VisualError
from percepta.core.rendering import encode, thumbnail
from percepta.core.visuals import (
    Graph,
    HorizontalBar,
    Image,
    ImageMask,
    ImageWithBoxes,
    Text,
    TextMask,
)
from percepta.integration.code_loader.module.contract.responsedataclasses import (
    BoundingBox,
    BoundingBox3D,
)
from percepta.integration.code_loader.module.contract.visualizer_classes import (
    LeapAudio,
    LeapGraph,
    LeapHorizontalBar,
    LeapImage,
    LeapImageMask,
    LeapImageWithBBox,
    LeapImageWithHeatmap,
    LeapPointCloud,
    LeapText,
    LeapTextMask,
    LeapVideo,
    map_leap_data_type_to_visualizer_class,
)
from percepta.integration.code_loader.strips import BAND, GAP
from percepta.integration.code_loader.visuals import CONVERSIONS, visual_of
from tests.integration.code_loader.cases_advice import payloads
from tests.integration.code_loader.oracle import OURS


def f32(*values: Any) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def image(*values: float) -> np.ndarray:
    return f32(*values).reshape(1, -1, 1)


def test_every_class_has_a_conversion() -> None:
    assert set(CONVERSIONS) == set(map_leap_data_type_to_visualizer_class.values())


@pytest.mark.parametrize("name", sorted(payloads(OURS)))
def test_a_payload_that_looks_odd_is_kept_or_refused_in_a_sentence(name: str) -> None:
    payload = payloads(OURS)[name]
    try:
        visual = visual_of(payload)
    except VisualError as error:
        assert error.message
        assert any(word in name for word in ("nan", "inf", "no rows", "of 0 tokens", "grey"))
        return
    encoded = encode(visual)
    json.dumps(encoded.document, allow_nan=False)
    thumbnail(visual, 32)


def test_floats_of_an_image_are_cut_not_scaled() -> None:
    visual = visual_of(LeapImage(image(0, 0.9, 1, 254.99, 255, 300, -3, math.nan)))

    assert isinstance(visual, Image)
    assert visual.data.ravel().tolist() == [0, 0, 1, 254, 255, 255, 0, 0]


def test_boxes_are_cut_to_the_picture() -> None:
    boxes = [
        BoundingBox(0.95, 0.5, 0.3, 0.2, 1.7, "over the edge", metadata={"n": np.float32(2)}),
        BoundingBox(0.5, 0.5, 0.1, 0.1, math.nan, "unsure"),
        BoundingBox(3.0, 0.5, 0.2, 0.2, 1.0, "outside"),
        BoundingBox(math.nan, 0.5, 0.2, 0.2, 1.0, "nowhere"),
        BoundingBox(0.5, 0.5, 0.4, 0.2, 1.0, "turned", rotation=30),
    ]
    visual = visual_of(LeapImageWithBBox(np.zeros((4, 4, 3), "uint8"), boxes))

    assert isinstance(visual, ImageWithBoxes)
    assert [box.label for box in visual.boxes] == ["over the edge", "unsure", "turned"]
    cut, unsure, turned = visual.boxes
    assert (cut.x, cut.width, cut.confidence) == pytest.approx((0.9, 0.2, 1.0))
    assert cut.metadata == {"n": 2.0}
    assert unsure.confidence == 0
    assert (turned.x, turned.width, turned.rotation) == (0.5, 0.4, 30)


def test_what_is_no_box_is_named() -> None:
    payload = LeapImageWithBBox(np.zeros((4, 4, 3), "uint8"), ["box"])  # type: ignore[list-item]

    with pytest.raises(VisualError, match="'box' among its boxes"):
        visual_of(payload)


def test_a_mask_stretches_its_image_and_names_every_class() -> None:
    mask = np.array([[0, 3]], dtype=np.uint8)
    visual = visual_of(LeapImageMask(mask, f32(-1, 1, -1, 1).reshape(2, 2, 1), ["sky", "sea"]))

    assert isinstance(visual, ImageMask)
    assert visual.labels == ("sky", "sea", "class 2", "class 3")
    assert visual.mask.tolist() == [[0, 3], [0, 3]]
    assert visual.image[:, :, 0].tolist() == [[0, 254], [0, 254]]


def test_no_boxes_may_be_none() -> None:
    payload = LeapImageWithBBox(np.zeros((4, 4, 3), "uint8"), None)  # type: ignore[arg-type]
    visual = visual_of(payload)

    assert isinstance(visual, ImageWithBoxes)
    assert visual.boxes == ()


def test_labels_that_no_class_id_can_have_are_left_out() -> None:
    mask = np.array([[255]], dtype=np.uint8)
    visual = visual_of(LeapImageMask(mask, image(1), [str(index) for index in range(1000)]))

    assert isinstance(visual, ImageMask)
    assert (len(visual.labels), visual.labels[-1]) == (256, "255")


def test_texts() -> None:
    text = visual_of(LeapText(["a", "b"], heatmap=[0.5, 1.0]))
    mask = visual_of(LeapTextMask(np.array([1, 0, 1], "uint8"), ["a", "b"], ["x"]))

    assert isinstance(text, Text)
    assert text.tokens == ("a", "b")
    assert np.asarray(text.heatmap).tolist() == [0.5, 1.0]
    assert isinstance(mask, TextMask)
    assert (mask.mask.tolist(), mask.tokens) == ([1, 0], ("a", "b"))
    assert mask.labels == ("x", "class 1")


def test_graphs_and_bars() -> None:
    graph = visual_of(LeapGraph(f32([1, 2], [3, 4]), x_label="t", x_range=(0, 5), legend=[]))
    bars = visual_of(LeapHorizontalBar(f32(1, 2, 3), ["a"], gt=f32(0, 1)))

    assert isinstance(graph, Graph)
    assert (graph.data.tolist(), graph.x_label, graph.x_range) == ([[1, 2], [3, 4]], "t", (0, 5))
    assert graph.legend is None
    assert isinstance(bars, HorizontalBar)
    assert (bars.values.tolist(), list(bars.labels)) == ([1, 2, 3], ["a", "1", "2"])
    assert bars.truth is None


def test_a_video_is_a_strip_of_its_frames() -> None:
    frames = np.linspace(0, 1, 11, dtype="float32")[:, None, None, None] * np.ones(
        (11, 4, 100, 3), "float32"
    )
    visual = visual_of(LeapVideo(frames))

    assert isinstance(visual, Image)
    assert visual.data.shape == (4 + BAND, 6 * (100 + GAP) - GAP, 3)
    shown = [visual.data[BAND + 1, 50 + index * (100 + GAP), 0] for index in range(6)]
    assert shown == [0, 51, 102, 153, 204, 255]
    assert visual.data[:BAND].min() < 100  # the captions are there


def test_a_short_video_of_bytes() -> None:
    visual = visual_of(LeapVideo(np.full((2, 4, 10, 1), 7, "uint8")))

    assert isinstance(visual, Image)
    assert visual.data.shape == (40 + BAND, 2 * (100 + GAP) - GAP, 3)  # enlarged tenfold
    assert visual.data[BAND:, :100].tolist() == np.full((40, 100, 3), 7).tolist()


def test_a_sound_is_its_picture() -> None:
    sound, curve = f32(0, 1), LeapGraph(f32([0], [1]))

    assert isinstance(visual_of(LeapAudio(sound, 8, curve)), Graph)
    assert isinstance(visual_of(LeapAudio(sound, 8, LeapImage(image(0, 255)))), Image)


def test_heat_maps_lie_beside_the_picture() -> None:
    grey = np.full((100, 100, 3), 100, "float32")
    heat = np.zeros((2, 100, 100), "float32")
    heat[0, :, 50:] = 5
    visual = visual_of(LeapImageWithHeatmap(grey, heat, ["right", "none"]))

    assert isinstance(visual, Image)
    plain, right, none = (visual.data[BAND:, at : at + 100] for at in (0, 104, 208))
    assert (plain == 100).all()
    assert (none == 100).all()
    assert (right[:, :49] == 100).all()
    assert right[50, 90].tolist() == [185, 55, 25]  # a quarter of the grey, the rest red


def test_heat_maps_may_have_an_axis_of_channels() -> None:
    grey = np.full((100, 100, 3), 100, "float32")
    flat = np.random.default_rng(0).random((1, 100, 100)).astype("float32")
    one = visual_of(LeapImageWithHeatmap(grey, flat, ["a"]))
    other = visual_of(LeapImageWithHeatmap(grey, flat[..., None], ["a"]))

    assert isinstance(one, Image) and isinstance(other, Image)
    assert (one.data == other.data).all()


def test_heat_maps_that_fit_nothing_are_refused() -> None:
    flat = LeapImageWithHeatmap(np.zeros((4, 4), "float32"), np.zeros((1, 4, 4), "float32"), ["a"])

    with pytest.raises(VisualError, match=r"an image of \(4, 4\)"):
        visual_of(flat)


def test_a_cloud_is_seen_from_above() -> None:
    cloud = LeapPointCloud(
        f32([0, 0, 0], [10, 0, 5], [10, 10, 9], [10, 10, 1]),
        bounding_boxes=[BoundingBox3D(5, 2.5, 1, 1, 4, 1, math.pi / 2, "car", 0.8, True)],
    )
    visual = visual_of(cloud)

    assert isinstance(visual, ImageWithBoxes)
    low, middle, high = visual.data[-1, 0], visual.data[-1, -1], visual.data[0, -1]
    assert low[2] > middle[2] > high[2]  # blue below, orange above; the upper hides the lower
    assert (visual.data[0, 0] == 250).all()
    (box,) = visual.boxes
    assert (box.x, box.y, box.width, box.height) == pytest.approx((0.5, 0.75, 0.4, 0.1))
    assert (box.rotation, box.confidence, box.label) == (-90, 0.8, "car")
    assert box.metadata == {"kind": "ground truth", "z": 1.0, "height": 1.0}


def test_a_cloud_of_one_point_and_a_turned_box() -> None:
    long = BoundingBox3D(0, 0, 0, 1, 9, 1, 0.7, "lorry")
    visual = visual_of(LeapPointCloud(f32([1, 1, 1]), f32(3), [long]))

    assert isinstance(visual, ImageWithBoxes)
    assert visual.boxes[0].width < 1
    alone = visual_of(LeapPointCloud(f32([1, 1, 1])))
    assert isinstance(alone, ImageWithBoxes)
    assert (alone.data != 250).any()


def test_what_is_no_payload_is_refused() -> None:
    with pytest.raises(VisualError, match="A ndarray is not what a visualizer returns"):
        visual_of(np.zeros(3))


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from([1, 3])),
        elements=st.floats(width=32),
    )
)
def test_no_picture_of_floats_is_refused(data: np.ndarray) -> None:
    visual = visual_of(LeapImage(data))

    assert isinstance(visual, Image)
    assert visual.data.dtype == np.uint8
    within = (data >= 0) & (data < 256)
    assert (visual.data[within] == np.floor(data[within])).all()


@given(st.lists(st.floats(-2, 3), min_size=4, max_size=4), st.floats(-720, 720))
def test_no_box_of_numbers_is_refused(values: list[float], rotation: float) -> None:
    box = BoundingBox(*values, 0.5, "a", rotation)
    visual = visual_of(LeapImageWithBBox(np.zeros((4, 4, 1), "uint8"), [box]))

    assert isinstance(visual, ImageWithBoxes)
    for found in visual.boxes:
        assert 0 <= found.x <= 1 and 0 <= found.y <= 1
        assert 0 <= found.width <= 1 and 0 <= found.height <= 1
