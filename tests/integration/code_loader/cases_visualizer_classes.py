"""Constructor calls of the visualizer classes, accepted and refused."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np

SHAPES = [
    (),
    (0,),
    (1,),
    (4,),
    (4, 3),
    (1, 4),
    (0, 3),
    (5, 4, 1),
    (5, 4, 3),
    (5, 4, 2),
    (5, 4, 4),
    (3, 5, 4),
    (0, 4, 3),
    (2, 5, 4, 1),
    (2, 5, 4, 3),
    (2, 5, 4, 4),
    (2, 3, 5, 4),
    (1, 2, 5, 4, 3),
]
DTYPES = ["uint8", "float32", "float64", "float16", "int32", "int64", "bool"]


def arrays() -> dict[str, Any]:
    """Return arrays of every shape and type, and what is no array."""
    found: dict[str, Any] = {
        f"{dtype}{shape}": np.ones(shape, dtype) for shape, dtype in product(SHAPES, DTYPES)
    }
    image = np.zeros((5, 4, 3), "float32")
    return found | {
        "list": image.tolist(),
        "None": None,
        "text": "text",
        "subclass": image.view(np.recarray),
        "masked": np.ma.masked_array(image),
        "nan": np.full((5, 4, 3), np.nan, "float32"),
        "nan points": np.full((4, 3), np.nan, "float32"),
        "inf line": np.full((4,), np.inf, "float32"),
        "wide": np.full((5, 4, 3), 1e9, "float32"),
        "negative": np.full((5, 4, 3), -7, "float32"),
        "scalar": np.float32(3),
        "big endian": np.zeros((5, 4, 3), ">f4"),
    }


def cases(package: str) -> dict[str, Callable[[], object]]:
    """Return every call by its name."""
    leap = import_module(f"{package}.contract.visualizer_classes")
    boxes = import_module(f"{package}.contract.responsedataclasses")
    enums = import_module(f"{package}.contract.enums")
    kind = enums.LeapDataType
    image = np.zeros((5, 4, 3), "float32")
    byte = image.astype("uint8")
    mask = np.zeros((5, 4), "uint8")
    curve = np.zeros((6, 2), "float32")
    line = np.zeros(4, "float32")
    cloud = np.zeros((7, 3), "float32")
    heatmaps = np.zeros((2, 5, 4), "float32")
    box = boxes.BoundingBox(0.5, 0.5, 1.0, 1.0, 1.0, "box")
    found: dict[str, Callable[[], object]] = {}

    def case(name: str, call: Callable[..., object], *args: object, **named: object) -> None:
        assert name not in found, name
        found[name] = lambda: call(*args, **named)

    for name, array in arrays().items():
        case(f"LeapImage {name}", leap.LeapImage, array)
        case(f"LeapVideo {name}", leap.LeapVideo, array)
        case(f"LeapImageWithBBox {name}", leap.LeapImageWithBBox, array, [box])
        case(f"LeapGraph {name}", leap.LeapGraph, array)
        case(f"LeapText {name}", leap.LeapText, array)
        case(f"LeapText heatmap {name}", leap.LeapText, ["a"], heatmap=array)
        case(f"LeapHorizontalBar {name}", leap.LeapHorizontalBar, array, ["a"])
        case(f"LeapHorizontalBar gt {name}", leap.LeapHorizontalBar, line, list("abcd"), array)
        case(f"LeapImageMask mask {name}", leap.LeapImageMask, array, image, ["a"])
        case(f"LeapImageMask image {name}", leap.LeapImageMask, mask, array, ["a"])
        case(f"LeapTextMask {name}", leap.LeapTextMask, array, list("abcd"), ["a"])
        case(
            f"LeapImageWithHeatmap image {name}",
            leap.LeapImageWithHeatmap,
            array,
            heatmaps,
            list("ab"),
        )
        case(
            f"LeapImageWithHeatmap maps {name}", leap.LeapImageWithHeatmap, image, array, list("ab")
        )
        case(f"LeapAudio {name}", leap.LeapAudio, array, 16000, leap.LeapGraph(curve))
        case(f"LeapPointCloud {name}", leap.LeapPointCloud, array)
        case(
            f"LeapPointCloud intensity {name}",
            leap.LeapPointCloud,
            np.zeros((4, 3), "float32"),
            array,
        )

    for name, labels in {
        "right": ["a", "b"],
        "few": ["a"],
        "none": [],
        "None": None,
        "tuple": ("a", "b"),
        "array": np.array(["a", "b"]),
        "numbers": [1, 2],
        "mixed": ["a", 2],
        "text": "ab",
        "numpy text": [np.str_("a"), np.str_("b")],
        "dict": {"a": 1, "b": 2},
    }.items():
        case(f"LeapText of {name}", leap.LeapText, labels)
        case(f"LeapHorizontalBar labels {name}", leap.LeapHorizontalBar, line[:2], labels)
        case(f"LeapImageMask labels {name}", leap.LeapImageMask, mask, image, labels)
        case(f"LeapTextMask labels {name}", leap.LeapTextMask, mask[0, :2], ["a", "b"], labels)
        case(f"LeapTextMask text {name}", leap.LeapTextMask, mask[0, :2], labels, ["a"])
        case(
            f"LeapImageWithHeatmap labels {name}",
            leap.LeapImageWithHeatmap,
            image,
            heatmaps,
            labels,
        )
        case(f"LeapGraph legend {name}", leap.LeapGraph, curve, legend=labels)
        case(f"LeapGraph x_label {name}", leap.LeapGraph, curve, x_label=labels)
        case(f"LeapGraph y_label {name}", leap.LeapGraph, curve, y_label=labels)
        case(f"LeapGraph x_range {name}", leap.LeapGraph, curve, x_range=labels)
        case(f"LeapImageWithBBox boxes {name}", leap.LeapImageWithBBox, image, labels)
        case(f"LeapPointCloud boxes {name}", leap.LeapPointCloud, cloud, None, labels)
        case(f"LeapImage compress {name}", leap.LeapImage, image, kind.Image, labels)

    for name, heat in {
        "floats": [0.0, 1.0],
        "ints": [0, 1],
        "mixed": [0.5, 1],
        "numpy floats": [np.float32(0), np.float32(1)],
        "numpy doubles": [np.float64(0), np.float64(1)],
        "short": [0.5],
        "empty": [],
        "tuple": (0.5, 1.0),
        "array": np.zeros(2),
        "text": ["a", "b"],
        "nan": [float("nan"), 0.0],
        "bools": [True, False],
    }.items():
        case(f"LeapText heatmap of {name}", leap.LeapText, ["a", "b"], kind.Text, heat)
    case("LeapText empty, heatmap empty", leap.LeapText, [], heatmap=[])

    for name, x_range in {
        "floats": (0.0, 1.0),
        "ints": (0, 1),
        "list": [0.0, 1.0],
        "one": (0.0,),
        "three": (0.0, 1.0, 2.0),
        "numpy": (np.float32(0), np.float64(1)),
        "numpy ints": (np.int64(0), np.int64(1)),
        "equal": (1.0, 1.0),
        "reversed": (2.0, 1.0),
        "None": (None, 1.0),
        "bools": (True, False),
        "nan": (float("nan"), 1.0),
        "array": np.array([0.0, 1.0]),
    }.items():
        case(f"LeapGraph x_range of {name}", leap.LeapGraph, curve, x_range=x_range)

    for name, rate in {
        "int": 8000,
        "zero": 0,
        "negative": -1,
        "float": 8000.0,
        "numpy": np.int64(8000),
        "bool": True,
        "None": None,
        "text": "8000",
    }.items():
        case(f"LeapAudio rate {name}", leap.LeapAudio, line, rate, leap.LeapGraph(curve))
    for name, visual in {
        "graph": leap.LeapGraph(curve),
        "image": leap.LeapImage(byte),
        "text": leap.LeapText(["a"]),
        "None": None,
        "array": image,
        "mask": leap.LeapImageMask(mask, image, ["a"]),
    }.items():
        case(f"LeapAudio visual {name}", leap.LeapAudio, line, 8000, visual)

    for name, changed in {
        "plain": {},
        "width zero": {"width": 0.0},
        "width negative": {"width": -1.0},
        "length zero": {"length": 0},
        "height text": {"height": "1"},
        "x nan": {"x": float("nan")},
        "yaw inf": {"yaw": float("inf")},
        "yaw None": {"yaw": None},
        "confidence high": {"confidence": 7.0},
        "confidence nan": {"confidence": float("nan")},
        "ints": {"x": 1, "y": 1, "z": 1, "width": 1},
        "numpy": {"x": np.float32(1), "width": np.float64(2)},
        "metadata": {"metadata": {"a": 1}},
        "truth": {"is_ground_truth": True},
        "label number": {"label": 3},
    }.items():
        values = {"x": 0.0, "y": 0.0, "z": 0.0, "width": 1.0, "length": 2.0, "height": 3.0}
        values |= {"yaw": 0.5, "label": "car"} | changed
        case(f"BoundingBox3D {name}", boxes.BoundingBox3D, **values)
        case(
            f"LeapPointCloud box {name}",
            lambda values=values: leap.LeapPointCloud(cloud, None, [boxes.BoundingBox3D(**values)]),
        )
    case("LeapPointCloud no box", leap.LeapPointCloud, cloud, None, [])
    case("LeapPointCloud 2-D box", leap.LeapPointCloud, cloud, None, [box])
    case("LeapPointCloud intensity", leap.LeapPointCloud, cloud, np.zeros(7, "float32"))
    for name, intensity in {"nan": np.nan, "inf": np.inf, "negative": -1}.items():
        values = np.full(7, intensity, "float32")
        case(f"LeapPointCloud intensity of {name}", leap.LeapPointCloud, cloud, values)
    for name, changed in {
        "outside": {"x": 7.0},
        "negative": {"width": -1.0},
        "text": {"y": "a"},
        "rotation": {"rotation": 90},
        "metadata": {"metadata": {"a": 1, "b": "c"}},
        "label": {"label": None},
    }.items():
        values = {"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4, "confidence": 0.5, "label": "a"}
        case(f"BoundingBox {name}", boxes.BoundingBox, **(values | changed))
    case("LeapImageWithBBox no boxes", leap.LeapImageWithBBox, image, [])
    case("LeapImageWithBBox arrays", leap.LeapImageWithBBox, image, [line])

    for wrong in ("Graph", None, kind.Graph):
        case(f"LeapImage type {wrong}", leap.LeapImage, image, wrong)
        case(f"LeapVideo type {wrong}", leap.LeapVideo, image[None], wrong)
        case(f"LeapGraph type {wrong}", leap.LeapGraph, curve, wrong)
        case(f"LeapText type {wrong}", leap.LeapText, ["a"], wrong)
        case(f"LeapHorizontalBar type {wrong}", leap.LeapHorizontalBar, line, ["a"], None, wrong)
        case(f"LeapImageMask type {wrong}", leap.LeapImageMask, mask, image, ["a"], wrong)
        case(f"LeapPointCloud type {wrong}", leap.LeapPointCloud, cloud, None, None, wrong)

    case("the map of kinds", lambda: leap.map_leap_data_type_to_visualizer_class)
    for name, value in vars(leap).items():
        if name.startswith("Leap") and hasattr(value, "__dataclass_fields__"):
            case(f"{name}.type", getattr, value, "type")
            case(f"{name} equals itself", lambda value=value: value.__eq__ is not object.__eq__)
    case("a mask that fits no image", leap.LeapImageMask, mask.T.copy(), image, ["a"])
    case(
        "a heat map that fits no image",
        leap.LeapImageWithHeatmap,
        image,
        heatmaps.swapaxes(1, 2),
        list("ab"),
    )
    case("heat maps without labels", leap.LeapImageWithHeatmap, image, heatmaps[:0], [])
    case("a text mask of another length", leap.LeapTextMask, mask[0], list("ab"), ["a"])
    return found
