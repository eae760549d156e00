"""Drawing visuals: a thumbnail for the map, and the form that storage keeps and the page draws."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core import drawing
from percepta.core.errors import VisualError
from percepta.core.visuals import (
    Graph,
    HorizontalBar,
    Image,
    ImageMask,
    ImageWithBoxes,
    Text,
    TextMask,
    Visual,
)

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedVisual:
    """A visual as storage keeps it and the page draws it.

    Attributes:
        kind: ``image``, ``image_boxes``, ``image_mask``, ``text``, ``text_mask``, ``graph`` or
            ``horizontal_bar``.
        document: JSON-able values (boxes, labels, tokens, series …). Where there are planes,
            ``document["planes"]`` names the role of each: ``picture`` (may be stored lossily) or
            ``mask`` (class ids; must be stored losslessly), and ``width``, ``height`` give their
            size.
        planes: pictures, uint8 ``[H, W, 1|3]``, in the order of ``document["planes"]``.
    """

    kind: str
    document: dict[str, Any]
    planes: tuple[NDArray[np.uint8], ...] = ()

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The first plane, or None."""
        return self.planes[0] if self.planes else None


@dataclass(frozen=True, slots=True)
class Renderer:
    """How one kind of visual is drawn.

    Attributes:
        kind: the word kept in storage and known to the page.
        encode: visual -> encoded visual.
        thumbnail: visual, size -> uint8 ``[h, w, 1|3]``; None: this kind has no thumbnail.
    """

    kind: str
    encode: Callable[[Any], EncodedVisual]
    thumbnail: Callable[[Any, int], Pixels] | None


def encode(visual: Visual) -> EncodedVisual:
    """Turn a visual into what storage keeps and the page draws.

    Raises:
        VisualError: it is not a visual.
    """
    return renderer(visual).encode(visual)


def thumbnail(visual: Visual, size: int = 64) -> Pixels | None:
    """Draw a visual small.

    Args:
        visual: any payload.
        size: pixels of the longer side; pictures are never enlarged.

    Returns:
        uint8 ``[h, w, 1|3]``, or None for texts.

    Raises:
        VisualError: it is not a visual.
    """
    draw = renderer(visual).thumbnail
    return None if draw is None else draw(visual, size)


def thumbnails_of_images(batch: Pixels, size: int = 64) -> Pixels:
    """Thumbnails of many plain pictures at once.

    Args:
        batch: uint8 ``[B, H, W, C]``.
        size: pixels of the longer side.

    Returns:
        uint8 ``[B, h, w, C]``; the very same array where the pictures are small already.
    """
    return drawing.shrink(batch, size)


def renderer(visual: object) -> Renderer:
    """Return how a visual is drawn.

    Raises:
        VisualError: it is not a visual.
    """
    found = RENDERERS.get(type(visual))
    if found is None:
        known = ", ".join(kind.__name__ for kind in RENDERERS)
        raise VisualError(
            f"A {type(visual).__name__} is not a visual.", fix=f"Return one of: {known}."
        )
    return found


def pixels(data: NDArray[Any]) -> Pixels:
    """Round a picture in 0..255 to uint8."""
    if data.dtype == np.uint8:
        return data
    rounded: Pixels = np.clip(np.rint(data), 0, 255).astype(np.uint8)
    return rounded


def _planes(roles: list[str], planes: tuple[Pixels, ...]) -> dict[str, Any]:
    height, width = planes[0].shape[:2]
    return {"planes": roles, "width": width, "height": height}


def _encode_image(visual: Image) -> EncodedVisual:
    planes = (pixels(visual.data),)
    return EncodedVisual("image", _planes(["picture"], planes), planes)


def _encode_boxes(visual: ImageWithBoxes) -> EncodedVisual:
    planes = (pixels(visual.data),)
    boxes = [
        {
            "x": box.x,
            "y": box.y,
            "width": box.width,
            "height": box.height,
            "rotation": box.rotation,
            "confidence": box.confidence,
            "label": box.label,
            "metadata": dict(box.metadata or {}),
        }
        for box in visual.boxes
    ]
    return EncodedVisual("image_boxes", _planes(["picture"], planes) | {"boxes": boxes}, planes)


def _encode_mask(visual: ImageMask) -> EncodedVisual:
    planes = (pixels(visual.image), visual.mask[:, :, None])
    document = _planes(["picture", "mask"], planes) | {"labels": list(visual.labels)}
    return EncodedVisual("image_mask", document, planes)


def _encode_text(visual: Text) -> EncodedVisual:
    heatmap = None if visual.heatmap is None else _numbers(np.asarray(visual.heatmap))
    return EncodedVisual("text", {"tokens": list(visual.tokens), "heatmap": heatmap})


def _encode_text_mask(visual: TextMask) -> EncodedVisual:
    document = {
        "tokens": list(visual.tokens),
        "mask": visual.mask.tolist(),
        "labels": list(visual.labels),
    }
    return EncodedVisual("text_mask", document)


def _encode_graph(visual: Graph) -> EncodedVisual:
    low, high = visual.x_range or (0.0, float(max(len(visual.data) - 1, 1)))
    document = {
        "series": [_numbers(series) for series in visual.data.T],
        "x_label": visual.x_label,
        "y_label": visual.y_label,
        "x_range": [low, high],
        "legend": None if visual.legend is None else list(visual.legend),
    }
    return EncodedVisual("graph", document)


def _encode_bars(visual: HorizontalBar) -> EncodedVisual:
    document = {
        "values": _numbers(visual.values),
        "labels": list(visual.labels),
        "truth": None if visual.truth is None else _numbers(visual.truth),
    }
    return EncodedVisual("horizontal_bar", document)


def _numbers(values: NDArray[Any]) -> list[float | None]:
    """JSON has no NaN, so what is not finite becomes null; six digits are more than one sees."""
    return [float(f"{v:.6g}") if math.isfinite(v) else None for v in values.tolist()]


def _small(picture: Pixels, size: int) -> Pixels:
    small: Pixels = drawing.shrink(picture[None], size)[0]
    return small


def _thumbnail_image(visual: Image, size: int) -> Pixels:
    return _small(pixels(visual.data), size)


def _thumbnail_boxes(visual: ImageWithBoxes, size: int) -> Pixels:
    small = _small(pixels(visual.data), size)
    picture: Pixels = np.repeat(small, 3, axis=2) if small.shape[2] == 1 else small.copy()
    height, width = picture.shape[:2]
    colors = {label: i for i, label in enumerate(sorted({box.label for box in visual.boxes}))}
    for box in visual.boxes:
        angle = math.radians(box.rotation)
        half_x, half_y = box.width * width / 2, box.height * height / 2
        corners = [
            (
                box.x * width + dx * half_x * math.cos(angle) - dy * half_y * math.sin(angle),
                box.y * height + dx * half_x * math.sin(angle) + dy * half_y * math.cos(angle),
            )
            for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        drawing.outline(picture, corners, colors[box.label])
    return picture


def _thumbnail_mask(visual: ImageMask, size: int) -> Pixels:
    return _small(drawing.blend(pixels(visual.image), visual.mask), size)


RENDERERS: dict[type, Renderer] = {
    Image: Renderer("image", _encode_image, _thumbnail_image),
    ImageWithBoxes: Renderer("image_boxes", _encode_boxes, _thumbnail_boxes),
    ImageMask: Renderer("image_mask", _encode_mask, _thumbnail_mask),
    Text: Renderer("text", _encode_text, None),
    TextMask: Renderer("text_mask", _encode_text_mask, None),
    Graph: Renderer("graph", _encode_graph, lambda v, size: drawing.curves(v.data, size)),
    HorizontalBar: Renderer(
        "horizontal_bar", _encode_bars, lambda v, size: drawing.bars(v.values, v.truth, size)
    ),
}
"""Every kind of visual."""
