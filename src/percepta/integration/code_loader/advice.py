"""Advice about what visualizers return: what is taken, but is probably not what was meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.integration.code_loader.module.contract import visualizer_classes as leap

Sentences = list[str]


def advice(payload: object) -> Sentences:
    """Return what is probably wrong with a payload, one sentence each; nothing for other values.

    The sentences are alike for payloads that are wrong alike, so that one is told for all samples.

    Args:
        payload: what a visualizer returned.
    """
    advise = ADVISERS.get(type(payload))
    return [] if advise is None else advise(payload)


def _image(payload: leap.LeapImage) -> Sentences:
    return _range(payload.data, "LeapImage.data")


def _boxes(payload: leap.LeapImageWithBBox) -> Sentences:
    names = ("x", "y", "width", "height")
    inside = all(
        _in_unit(getattr(box, name, None)) for box in payload.bounding_boxes or () for name in names
    )
    found = _range(payload.data, "LeapImageWithBBox.data")
    if not inside:
        found.append(
            "LeapImageWithBBox has a box outside 0..1: divide pixels by the picture's width and height."
        )
    return found


def _video(payload: leap.LeapVideo) -> Sentences:
    data = payload.data
    found = _not_finite(data, "LeapVideo.data")
    if found or data.size == 0:
        return found
    if data.dtype == np.uint8:
        return _dark(data, "LeapVideo.data")
    if data.min() < 0 or data.max() > 1:
        return [
            "LeapVideo.data is float32 with values outside 0..1, which are cut off (divide by 255, or "
            "give uint8)."
        ]
    return []


def _mask(payload: leap.LeapImageMask) -> Sentences:
    found = _not_finite(payload.image, "LeapImageMask.image")
    found += _unnamed(payload.mask, payload.labels, "LeapImageMask")
    if payload.mask.shape != payload.image.shape[:2]:
        found.append(
            f"LeapImageMask has a mask of {payload.mask.shape} on an image of "
            f"{payload.image.shape[:2]}; the mask is stretched."
        )
    return found


def _text_mask(payload: leap.LeapTextMask) -> Sentences:
    found = _unnamed(payload.mask, payload.labels, "LeapTextMask")
    if len(payload.mask) != len(payload.text):
        found.append(
            "LeapTextMask has another number of class ids than of tokens; what is over is left out."
        )
    return found


def _bars(payload: leap.LeapHorizontalBar) -> Sentences:
    found = _not_finite(payload.body, "LeapHorizontalBar.body")
    count = len(payload.body)
    if len(payload.labels) != count:
        found.append(f"LeapHorizontalBar has {len(payload.labels)} labels for {count} bars.")
    if payload.gt is not None and len(payload.gt) != count:
        found.append(
            f"LeapHorizontalBar has {len(payload.gt)} values in gt for {count} bars; gt is left out."
        )
    return found


def _heatmaps(payload: leap.LeapImageWithHeatmap) -> Sentences:
    found = _range(payload.image, "LeapImageWithHeatmap.image")
    found += _not_finite(payload.heatmaps, "LeapImageWithHeatmap.heatmaps")
    if payload.heatmaps.shape[1:3] != payload.image.shape[:2]:
        found.append(
            f"LeapImageWithHeatmap has heat maps of {payload.heatmaps.shape[1:3]} on an image of "
            f"{payload.image.shape[:2]}; they are stretched."
        )
    return found


def _graph(payload: leap.LeapGraph) -> Sentences:
    return _not_finite(payload.data, "LeapGraph.data")


def _audio(payload: leap.LeapAudio) -> Sentences:
    return _not_finite(payload.audio, "LeapAudio.audio") + advice(payload.visual)


ADVISERS: dict[type, Callable[[Any], Sentences]] = {
    leap.LeapImage: _image,
    leap.LeapImageWithBBox: _boxes,
    leap.LeapImageMask: _mask,
    leap.LeapImageWithHeatmap: _heatmaps,
    leap.LeapVideo: _video,
    leap.LeapTextMask: _text_mask,
    leap.LeapGraph: _graph,
    leap.LeapHorizontalBar: _bars,
    leap.LeapAudio: _audio,
}


def _range(data: NDArray[Any], name: str) -> Sentences:
    found = _not_finite(data, name)
    if found or data.size == 0:
        return found
    if data.dtype == np.uint8:
        return _dark(data, name)
    if data.min() < 0 or data.max() > 255:
        return [f"{name} has values outside 0..255, which are cut off."]
    if 0 < data.max() <= 1:
        return [
            f"{name} is float32 in 0..1, but floats must lie in 0..255: the picture is black (multiply "
            f"by 255)."
        ]
    return []


def _dark(data: NDArray[Any], name: str) -> Sentences:
    if data.max() > 1:
        return []
    return [f"{name} is uint8 with no value above 1, a black picture (multiply by 255 first)."]


def _not_finite(data: NDArray[Any], name: str) -> Sentences:
    if data.dtype.kind != "f" or np.isfinite(data).all():
        return []
    return [f"{name} has values that are NaN or infinite."]


def _unnamed(mask: NDArray[np.uint8], labels: list[str], owner: str) -> Sentences:
    if int(mask.max(initial=0)) < len(labels):
        return []
    return [f"{owner} has class ids without a label: there are {len(labels)} labels."]


def _in_unit(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and 0 <= float(value) <= 1
