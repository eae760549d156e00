"""Several pictures side by side in one, each with a caption: for what has no visual of its own."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.drawing import INK, PAPER

Pixels = NDArray[np.uint8]

BAND = 14
"""Height of a caption, pixels."""
GAP = 4
LEGIBLE = 96
"""Narrower pictures are enlarged, so that there is room for a caption."""


def strip(pictures: Sequence[Pixels], captions: Sequence[str]) -> Pixels:
    """Draw pictures side by side.

    Args:
        pictures: uint8 ``[H, W, 1|3]``, all of one height and width, at least one.
        captions: one for each; what does not fit is cut off.

    Returns:
        uint8 ``[h, w, 3]``.
    """
    from PIL import Image, ImageDraw

    height, width = pictures[0].shape[:2]
    scale = max(1, math.ceil(LEGIBLE / width))
    height, width = height * scale, width * scale
    canvas = np.full((height + BAND, len(pictures) * (width + GAP) - GAP, 3), PAPER, dtype=np.uint8)
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left = index * (width + GAP)
        enlarged = picture.repeat(scale, axis=0).repeat(scale, axis=1)
        canvas[BAND:, left : left + width] = enlarged
        band = Image.new("L", (width, BAND), PAPER)
        text = caption.encode("latin-1", "replace").decode("latin-1")
        ImageDraw.Draw(band).text((2, 1), text, fill=INK, font=_font())
        canvas[:BAND, left : left + width] = np.asarray(band)[:, :, None]
    return canvas


@functools.cache
def _font() -> Any:
    """Pillow's own font; opening it costs more than all the rest."""
    from PIL import ImageFont

    return ImageFont.load_default()


def heated(picture: Pixels, heat: NDArray[np.float32]) -> Pixels:
    """Lay a heat map over a picture: the hotter, the redder.

    Args:
        picture: uint8 ``[H, W, 1|3]``.
        heat: ``[h, w]``, stretched to the picture's size, and from its lowest value (or 0) to its
            highest (or 0); what is not finite counts as the lowest.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    from PIL import Image

    height, width = picture.shape[:2]
    finite = np.isfinite(heat)
    low, high = float(heat.min(where=finite, initial=0)), float(heat.max(where=finite, initial=0))
    share = (np.where(finite, heat, low) - low) / ((high - low) or 1.0)
    fitted = np.asarray(
        Image.fromarray(share.astype(np.float32)).resize((width, height), Image.Resampling.BILINEAR)
    )[:, :, None]
    weight = 0.75 * np.clip(fitted, 0, 1)
    red = np.array([213, 40, 0], dtype=np.float32)
    mixed: Pixels = np.rint(picture * (1 - weight) + red * weight).astype(np.uint8)
    return mixed
