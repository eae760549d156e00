"""From what a script's visualizers return to the visuals that percepta keeps and draws.

What has no visual of its own becomes the nearest picture: a video a strip of frames, a sound its
curve or spectrogram, heat maps a strip of pictures, a point cloud the view from above.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import VisualError
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
from percepta.integration.code_loader.clouds import from_above, plain
from percepta.integration.code_loader.module.contract import visualizer_classes as leap
from percepta.integration.code_loader.module.utils import rescale_min_max
from percepta.integration.code_loader.strips import heated, strip

Pixels = NDArray[np.uint8]
FRAMES = 6
"""Frames of a video that are shown."""


def visual_of(payload: object) -> Visual:
    """Return the visual of what a visualizer returned.

    Args:
        payload: one of the Leap classes.

    Raises:
        VisualError: it is something else, or its values cannot be shown.
    """
    convert = CONVERSIONS.get(type(payload))
    if convert is None:
        known = ", ".join(kind.__name__ for kind in CONVERSIONS)
        raise VisualError(
            f"A {type(payload).__name__} is not what a visualizer returns.",
            fix=f"Return one of: {known}.",
        )
    return convert(payload)


def _image(payload: leap.LeapImage) -> Visual:
    return Image(_truncated(payload.data))


def _boxes(payload: leap.LeapImageWithBBox) -> Visual:
    boxes = [found for box in payload.bounding_boxes or () if (found := _box(box)) is not None]
    return ImageWithBoxes(_truncated(payload.data), boxes)


def _video(payload: leap.LeapVideo) -> Visual:
    data = payload.data
    count = len(data)
    if 0 in data.shape:
        raise VisualError(f"LeapVideo has no frames or no pixels: its shape is {data.shape}.")
    shown = np.unique(np.linspace(0, count - 1, min(count, FRAMES)).astype(int)).tolist()
    unit = data.dtype != np.uint8
    frames = [_truncated(data[index] * np.float32(255) if unit else data[index]) for index in shown]
    return Image(strip(frames, [f"{index + 1} of {count}" for index in shown]))


def _mask(payload: leap.LeapImageMask) -> Visual:
    picture = _stretched(payload.image)
    mask = payload.mask
    if mask.size and mask.shape != picture.shape[:2]:
        rows, columns = (
            (np.arange(size) * have // size)
            for size, have in zip(picture.shape, mask.shape, strict=False)
        )
        mask = mask[rows][:, columns]
    return ImageMask(mask, picture, _labels(payload.labels, mask))


def _text(payload: leap.LeapText) -> Visual:
    return Text(payload.data, payload.heatmap)


def _text_mask(payload: leap.LeapTextMask) -> Visual:
    length = min(len(payload.mask), len(payload.text))
    mask = payload.mask[:length]
    return TextMask(mask, payload.text[:length], _labels(payload.labels, mask))


def _graph(payload: leap.LeapGraph) -> Visual:
    names = [] if payload.legend is None else [str(name) for name in payload.legend]
    return Graph(
        payload.data,
        x_label=payload.x_label or "",
        y_label=payload.y_label or "",
        x_range=payload.x_range,
        legend=names or None,
    )


def _bars(payload: leap.LeapHorizontalBar) -> Visual:
    count = len(payload.body)
    labels = [*payload.labels[:count], *(str(i) for i in range(len(payload.labels), count))]
    fits = payload.gt is not None and len(payload.gt) == count
    return HorizontalBar(payload.body, labels, payload.gt if fits else None)


def _heatmaps(payload: leap.LeapImageWithHeatmap) -> Visual:
    image, heatmaps = payload.image, payload.heatmaps
    if heatmaps.ndim == 4 and heatmaps.shape[3] == 1:
        heatmaps = heatmaps[..., 0]
    if image.ndim != 3 or image.shape[2] not in (1, 3) or heatmaps.ndim != 3:
        raise VisualError(
            f"LeapImageWithHeatmap has an image of {image.shape} and heat maps of {heatmaps.shape}.",
            fix="Give an image [height, width, 1 or 3] and heat maps [maps, height, width].",
        )
    if 0 in image.shape or 0 in heatmaps.shape[1:]:
        raise VisualError("LeapImageWithHeatmap has no pixels.")
    picture = _truncated(image)
    overlays = [heated(picture, heat) for heat in heatmaps]
    return Image(strip([picture, *overlays], ["", *payload.labels]))


def _audio(payload: leap.LeapAudio) -> Visual:
    return visual_of(payload.visual)


CONVERSIONS: dict[type, Callable[[Any], Visual]] = {
    leap.LeapImage: _image,
    leap.LeapImageWithBBox: _boxes,
    leap.LeapImageMask: _mask,
    leap.LeapImageWithHeatmap: _heatmaps,
    leap.LeapVideo: _video,
    leap.LeapText: _text,
    leap.LeapTextMask: _text_mask,
    leap.LeapGraph: _graph,
    leap.LeapHorizontalBar: _bars,
    leap.LeapAudio: _audio,
    leap.LeapPointCloud: from_above,
}


def _truncated(data: NDArray[Any]) -> Pixels:
    """Cut to whole numbers in 0..255, as the contract does; NaN becomes 0."""
    if data.dtype == np.uint8:
        return data
    finite = np.nan_to_num(data, nan=0.0, posinf=255.0, neginf=0.0)
    cut: Pixels = np.clip(finite, 0, 255).astype(np.uint8)
    return cut


def _stretched(image: NDArray[Any]) -> NDArray[Any]:
    """Stretch to the full range; what is not finite becomes the lowest value that is."""
    finite = np.isfinite(image)
    if not finite.any():
        return np.zeros(image.shape, dtype=np.uint8)
    return rescale_min_max(np.where(finite, image, image[finite].min()))


def _labels(labels: list[str], mask: NDArray[np.uint8]) -> list[str]:
    """Name every class id of a mask, 0..255, also where the script has fewer names."""
    needed = int(mask.max(initial=0)) + 1
    return [*labels[:256], *(f"class {index}" for index in range(len(labels), needed))]


def _box(box: Any) -> BoundingBox | None:
    """Return the part of a box that lies on the picture; None: nothing of it does."""
    try:
        x, y, width, height, confidence, rotation = (
            float(getattr(box, name))
            for name in ("x", "y", "width", "height", "confidence", "rotation")
        )
    except (AttributeError, TypeError, ValueError):
        raise VisualError(
            f"LeapImageWithBBox has {box!r:.80} among its boxes.",
            fix="Make every box a BoundingBox of numbers.",
        ) from None
    if not all(map(math.isfinite, (x, y, width, height, rotation))):
        return None
    if rotation % 180 == 0:  # cutting a turned box would move it
        left, right = max(x - width / 2, 0.0), min(x + width / 2, 1.0)
        top, bottom = max(y - height / 2, 0.0), min(y + height / 2, 1.0)
        if left > right or top > bottom:
            return None
        x, y, width, height = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
    elif not (0 <= x <= 1 and 0 <= y <= 1 and 0 <= width <= 1 and 0 <= height <= 1):
        return None
    certain = min(max(confidence, 0.0), 1.0) if math.isfinite(confidence) else 0.0
    return BoundingBox(x, y, width, height, certain, str(box.label), rotation, plain(box.metadata))
