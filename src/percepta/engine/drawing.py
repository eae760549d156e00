"""Drawing the pictures of a batch: what each visualizer shows of a sample, and its thumbnail."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import SampleError
from percepta.core.rendering import EncodedVisual, encode, thumbnail, thumbnails_of_images
from percepta.engine.shard import Picture, Shard
from percepta.integration import Batch, Visualizer, show

THUMBNAIL_SIZE = 64

_OF_PICTURES = frozenset({"image", "image_boxes", "image_mask"})
"""Kinds of visuals that show the sample itself: its thumbnail, sooner than bars or curves of it."""

_DIMMED = 0.35
"""Brightness that remains around the object that a sample is."""


def draw(
    visualizers: Sequence[Visualizer], batch: Batch, masks: NDArray[np.bool_] | None, shard: Shard
) -> None:
    """Draw a batch of samples and add the pictures to the shard.

    Args:
        visualizers: what is drawn, in order.
        batch: the samples that take a row.
        masks: ``[B, H, W]``, where each object lies in its picture; thumbnails are dimmed around it.
        shard: taken by one thread at a time.
    """
    count = len(batch.keys)
    thumbnails: list[Picture | None] = [None] * count
    pictured = [False] * count
    for visualizer in visualizers:
        arguments = batch.arguments(visualizer.connections)
        drawn: list[EncodedVisual | None] = [None] * count
        small: list[Picture | None] = [None] * count
        if arguments is not None and visualizer.batch is not None:
            pictures = visualizer.batch(**arguments)
            drawn = list(_encode_pictures(pictures))
            small = list(thumbnails_of_images(pictures, THUMBNAIL_SIZE))
        elif arguments is not None:
            for index in range(count):
                drawn[index], small[index] = _draw_one(visualizer, batch, index, shard)
        shard.visuals.setdefault(visualizer.name, []).extend(drawn)
        for index, (visual, new) in enumerate(zip(drawn, small, strict=True)):
            shows = visual is not None and visual.kind in _OF_PICTURES
            if new is not None and (thumbnails[index] is None or shows > pictured[index]):
                thumbnails[index], pictured[index] = new, shows
    if masks is not None:
        for index, (picture, mask) in enumerate(zip(thumbnails, masks, strict=True)):
            if picture is not None and pictured[index] and mask.any():
                thumbnails[index] = spotlight(picture, mask)
    shard.thumbnails.extend(thumbnails)


def spotlight(picture: Picture, mask: NDArray[np.bool_]) -> Picture:
    """Dim a picture around an object.

    Args:
        picture: uint8 ``[h, w, 1|3]``.
        mask: ``[H, W]`` over the same field of view, true inside the object.
    """
    rows = np.arange(picture.shape[0]) * mask.shape[0] // picture.shape[0]
    columns = np.arange(picture.shape[1]) * mask.shape[1] // picture.shape[1]
    inside = mask[rows[:, None], columns]
    return np.where(inside[..., None], picture, (picture * _DIMMED).astype(np.uint8))


def _encode_pictures(pictures: NDArray[np.uint8]) -> list[EncodedVisual]:
    _, height, width, _ = pictures.shape
    document = {"planes": ["picture"], "width": width, "height": height}
    return [EncodedVisual("image", document, (picture,)) for picture in pictures]


def _draw_one(
    visualizer: Visualizer, batch: Batch, index: int, shard: Shard
) -> tuple[EncodedVisual | None, Picture | None]:
    visual = show(visualizer, batch, index)
    if visual is None:
        return None, None
    if isinstance(visual, SampleError):
        count, first = shard.broken.get(visualizer.name, (0, str(visual)))
        shard.broken[visualizer.name] = (count + 1, first)
        return None, None
    return encode(visual), thumbnail(visual, THUMBNAIL_SIZE)
