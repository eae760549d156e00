"""Heat maps as one picture: small multiples, a row for each target and a column for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.attribution.fusing import enlarge
from percepta.core.drawing import INK, PALETTE, PAPER

Pixels = NDArray[np.uint8]
FloatArray = NDArray[np.float32]

SIDE = 224
"""Pixels of the longer side of a panel."""
GAP = 12
LINE = 16
STRENGTH = 0.8
"""Opacity of the hottest place."""
_HEAT = np.array(
    [(0, 0, 4), (87, 16, 110), (188, 55, 84), (249, 142, 9), (252, 255, 164)], np.float32
)
"""Dark violet to light yellow, as light as it is hot: read alike with any colour vision."""
_FOR, _AGAINST = PALETTE[5].astype(np.float32), PALETTE[0].astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One panel.

    Attributes:
        picture: uint8 ``[H, W, 3]``.
        caption: what it shows, a line each.
    """

    picture: Pixels
    caption: tuple[str, ...]


def overlaid(picture: Pixels, heat: FloatArray, signed: bool, most: float | None = None) -> Pixels:
    """Lay a heat map over a picture.

    Args:
        picture: uint8 ``[H, W, 1|3]``.
        heat: ``[h, w]``.
        signed: orange speaks for the target and blue against it; else from violet to yellow.
        most: the heat of the strongest colour; None: the greatest absolute value here.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    fine = enlarge(heat[None], picture.shape[:2])[0]
    peak = float(np.abs(fine).max()) if most is None else most
    share = np.clip(fine / max(peak, 1e-12), -1, 1)
    if signed:
        colours = np.where(share[..., None] > 0, _FOR, _AGAINST)
    else:
        at = np.clip(share, 0, 1) * (len(_HEAT) - 1)
        low = np.minimum(at.astype(int), len(_HEAT) - 2)
        part = (at - low)[..., None]
        colours = _HEAT[low] * (1 - part) + _HEAT[low + 1] * part
    opacity = STRENGTH * np.abs(share[..., None])
    grey = picture.astype(np.float32).mean(axis=2, keepdims=True)
    return np.asarray(np.rint(grey * (1 - opacity) + colours * opacity), np.uint8)


def curve(
    values: FloatArray, heat: FloatArray | None, signed: bool, most: float | None = None
) -> Pixels:
    """Draw values ``[L]`` as a curve, over their heat ``[L]`` where it is given."""
    from PIL import Image, ImageDraw

    height = SIDE // 2
    paper = np.full((height, SIDE, 1), PAPER, np.uint8)
    ground = np.repeat(paper, 3, axis=2)
    if heat is not None:
        rows = np.repeat(enlarge(heat[None], (SIDE,)), height, axis=0)
        ground = overlaid(paper, rows, signed, most)
    drawn = Image.fromarray(ground)
    low, high = float(values.min()), float(values.max())
    heights = (high - values) / ((high - low) or 1) * (height - 9) + 4
    columns = (np.arange(len(values)) + 0.5) * SIDE / len(values)
    points = [(float(x), float(y)) for x, y in zip(columns, heights, strict=True)]
    if len(points) > 1:
        ImageDraw.Draw(drawn).line(points, fill=(INK, INK, INK), width=1)
    return np.asarray(drawn)


def enlarged(picture: Pixels, side: int = SIDE) -> Pixels:
    """Bring a picture ``[H, W, 1|3]`` to the size of a panel, small ones in whole pixels."""
    from PIL import Image

    plain = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
    height, width = plain.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    return np.asarray(Image.fromarray(np.ascontiguousarray(plain)).resize(size, how))


def multiples(title: str, rows: Sequence[Sequence[Panel]]) -> Pixels:
    """Put panels into rows under a title.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size=12)
    widths = [max(112, *(panel.picture.shape[1] for panel in column)) for column in _columns(rows)]
    heights = [max(p.picture.shape[0] + LINE * len(p.caption) for p in row) for row in rows]
    width = sum(widths) + GAP * (len(widths) + 1)
    height = sum(heights) + GAP * (len(heights) + 2) + LINE
    sheet = Image.new("RGB", (width, height), (PAPER, PAPER, PAPER))
    draw = ImageDraw.Draw(sheet)
    ink = (INK, INK, INK)
    draw.text((GAP, GAP), _cut(title, width - 2 * GAP, font), fill=ink, font=font)
    top = 2 * GAP + LINE
    for row, tall in zip(rows, heights, strict=True):
        left = GAP
        for panel, wide in zip(row, widths, strict=False):
            for line, text in enumerate(panel.caption):
                draw.text((left, top + line * LINE), _cut(text, wide, font), fill=ink, font=font)
            sheet.paste(
                Image.fromarray(np.ascontiguousarray(panel.picture)),
                (left, top + LINE * len(panel.caption)),
            )
            left += wide + GAP
        top += tall + GAP
    return np.asarray(sheet)


def _columns(rows: Sequence[Sequence[Panel]]) -> list[list[Panel]]:
    count = max(len(row) for row in rows)
    return [[row[index] for row in rows if index < len(row)] for index in range(count)]


def _cut(text: str, width: int, font: object) -> str:
    """Shorten a text to a width in pixels."""
    length = font.getlength  # type: ignore[attr-defined]
    if length(text) <= width:
        return text
    while text and length(text + "…") > width:
        text = text[:-1]
    return text + "…"
