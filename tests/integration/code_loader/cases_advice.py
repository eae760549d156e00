"""Payloads that are taken but look wrong, and how many things each package says about them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np


def payloads(package: str) -> dict[str, Any]:
    """Return every payload by its name."""
    leap = import_module(f"{package}.contract.visualizer_classes")
    boxes = import_module(f"{package}.contract.responsedataclasses")
    ramp = np.linspace(0, 1, 48, dtype="float32").reshape(4, 4, 3)
    pictures = {
        "unit": ramp,
        "bytes": ramp * 255,
        "nearly dark": ramp * 2,
        "black": ramp * 0,
        "ones": ramp * 0 + 1,
        "signed": ramp * 2 - 1,
        "a little negative": ramp * 255 - 1,
        "wide": ramp * 300,
        "above 255 by rounding": ramp * 255.3,
        "standardised": (ramp - 0.5) * 4,
        "nan": ramp * np.float32("nan"),
        "one inf": np.where(ramp == 1, np.float32("inf"), ramp * 255).astype("float32"),
        "uint8": (ramp * 255).astype("uint8"),
        "uint8 of 0 and 1": (ramp * 1.5).astype("uint8"),
        "uint8 of 0 to 2": (ramp * 2.5).astype("uint8"),
        "uint8 black": (ramp * 0).astype("uint8"),
        "uint8 white": (ramp * 0 + 255).astype("uint8"),
        "no rows": ramp[:0],
    }
    box = boxes.BoundingBox(0.5, 0.5, 0.2, 0.2, 0.9, "a")
    found: dict[str, Any] = {}
    for name, picture in pictures.items():
        found[f"image {name}"] = leap.LeapImage(picture)
        found[f"boxes {name}"] = leap.LeapImageWithBBox(picture, [box])
        found[f"video {name}"] = leap.LeapVideo(picture[None])
        mask = np.zeros(picture.shape[:2], "uint8")
        found[f"mask {name}"] = leap.LeapImageMask(mask, picture, ["a"])
        graph = leap.LeapGraph(np.zeros((3, 1), "float32"))
        found[f"audio image {name}"] = leap.LeapAudio(ramp.ravel(), 8, leap.LeapImage(picture))
        if picture.dtype == np.float32:
            heat = np.ones((1, *picture.shape[:2]), "float32")
            found[f"heat map {name}"] = leap.LeapImageWithHeatmap(picture, heat, ["a"])
            found[f"heat map of {name}"] = leap.LeapImageWithHeatmap(
                ramp * 255, picture[None, :, :, 0], ["a"]
            )
            found[f"graph {name}"] = leap.LeapGraph(picture[:, :, 0])
            found[f"bars {name}"] = leap.LeapHorizontalBar(
                picture.ravel(), [str(index) for index in range(picture.size)]
            )
            found[f"audio {name}"] = leap.LeapAudio(picture.ravel(), 8, graph)
    image = ramp * 255
    for name, values in {
        "pixels": (20, 20, 5, 5),
        "negative": (-0.1, 0.5, 0.1, 0.1),
        "at the edge": (1.0, 0.0, 1.0, 1.0),
        "over the edge": (0.95, 0.5, 0.3, 0.1),
        "nan": (float("nan"), 0.5, 0.1, 0.1),
        "zero": (0.5, 0.5, 0.0, 0.0),
        "wide": (0.5, 0.5, 1.2, 0.1),
        "numpy": (np.float32(0.5), np.float32(2), 0.1, 0.1),
    }.items():
        odd = boxes.BoundingBox(*values, 0.9, "a")
        found[f"box {name}"] = leap.LeapImageWithBBox(image, [box, odd])
        found[f"box {name} twice"] = leap.LeapImageWithBBox(image, [odd, odd])
    found["box confidence"] = leap.LeapImageWithBBox(
        image, [boxes.BoundingBox(0.5, 0.5, 0.2, 0.2, 7.0, "a")]
    )
    for count in (0, 3, 4, 5):
        names = [str(index) for index in range(count)]
        four = np.arange(4, dtype="float32")
        found[f"bars of {count} labels"] = leap.LeapHorizontalBar(four, names)
        gt = np.zeros(count, "float32")
        found[f"bars with gt of {count}"] = leap.LeapHorizontalBar(four, list("abcd"), gt)
        ids = np.arange(4, dtype="uint8")
        found[f"text mask of {count} labels"] = leap.LeapTextMask(ids, list("abcd"), names)
        found[f"text mask of {count} tokens"] = leap.LeapTextMask(ids, names, list("abcd"))
        square = np.arange(16, dtype="uint8").reshape(4, 4) % 4
        found[f"mask of {count} labels"] = leap.LeapImageMask(square, image, names)
    both = np.full(4, np.nan, "float32")
    found["bars that are nan with 3 labels"] = leap.LeapHorizontalBar(both, list("abc"), both)
    found["mask of another size"] = leap.LeapImageMask(square[:2], image, list("abcd"))
    found["mask turned"] = leap.LeapImageMask(square[:2].T.copy(), image[:2], list("abcd"))
    found["heat map of another size"] = leap.LeapImageWithHeatmap(
        image, np.zeros((1, 2, 2), "float32"), ["a"]
    )
    found["heat map of a grey image"] = leap.LeapImageWithHeatmap(
        image[:, :, 0], np.zeros((1, 4, 4), "float32"), ["a"]
    )
    found["text"] = leap.LeapText(["a"])
    found["text of nan weights"] = leap.LeapText(["a"], heatmap=[float("nan")])
    found["cloud"] = leap.LeapPointCloud(np.ones((3, 3), "float32"))
    found["video above 1"] = leap.LeapVideo(image[None] / 200)
    return found


def cases(package: str) -> dict[str, Callable[[], object]]:
    """Return, for each payload, how many things are said about it."""
    say = _said_by_real if package == "code_loader" else _said_by_ours
    return {
        name: (lambda name=name, payload=payload: say(name, payload))
        for name, payload in payloads(package).items()
    }


def _said_by_ours(name: str, payload: Any) -> int:
    from percepta.integration.code_loader.advice import advice

    return len(advice(payload))


def _said_by_real(name: str, payload: Any) -> int:
    decorators = import_module("code_loader.inner_leap_binder.leapbinder_decorators")

    def visualizer(x: Any) -> Any:
        return payload

    visualizer.__annotations__["return"] = type(payload)
    before = len(decorators._get_stored_warnings())
    decorated = decorators.tensorleap_custom_visualizer(name, payload.type)(visualizer)
    decorated(np.zeros((1, 2), "float32"))
    return len(decorators._get_stored_warnings()) - before
