"""A point cloud from above: a picture of the points, and boxes on it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.drawing import PAPER
from percepta.core.visuals import BoundingBox, ImageWithBoxes
from percepta.integration.code_loader.module.contract.responsedataclasses import BoundingBox3D
from percepta.integration.code_loader.module.contract.visualizer_classes import LeapPointCloud

SIZE = 512
COLD = np.array([40, 60, 160], dtype=np.float32)
HOT = np.array([213, 94, 0], dtype=np.float32)


def plain(metadata: Any) -> dict[str, Any]:
    """Return a box's metadata with Python's own numbers; what is no dict is left out."""
    if not isinstance(metadata, dict):
        return {}
    return {
        str(name): value.item() if isinstance(value, np.generic) else value
        for name, value in metadata.items()
    }


def from_above(cloud: LeapPointCloud) -> ImageWithBoxes:
    """Draw a cloud as seen from above: x to the right, y up.

    Points go from blue to orange by intensity; without one, by height. Boxes keep their heading.
    """
    boxes = cloud.bounding_boxes or []
    low, side = _square(cloud.points, boxes)
    pixel = np.clip((cloud.points[:, :2] - low) / side * SIZE, 0, SIZE - 1).astype(np.int64)
    values = cloud.points[:, 2] if cloud.intensity is None else cloud.intensity
    order = np.argsort(values, kind="stable")  # what is high hides what is beneath it
    picture = np.full((SIZE, SIZE, 3), PAPER, dtype=np.uint8)
    picture[SIZE - 1 - pixel[order, 1], pixel[order, 0]] = _colors(values[order])
    return ImageWithBoxes(picture, [_box(box, low, side) for box in boxes])


def _square(
    points: NDArray[np.float32], boxes: list[BoundingBox3D]
) -> tuple[NDArray[np.float64], float]:
    """Return the lower left corner and the side of the square that holds everything."""
    reach = np.array([[box.x, box.y, math.hypot(box.length, box.width) / 2] for box in boxes])
    flat = points[:, :2].astype(np.float64)
    lows, highs = [flat.min(axis=0)], [flat.max(axis=0)]
    if boxes:
        lows.append((reach[:, :2] - reach[:, 2:]).min(axis=0))
        highs.append((reach[:, :2] + reach[:, 2:]).max(axis=0))
    low, high = np.min(lows, axis=0), np.max(highs, axis=0)
    side = float((high - low).max()) or 1.0
    return (low + high) / 2 - side / 2, side


def _colors(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    span = float(values[-1] - values[0]) or 1.0
    share = ((values - values[0]) / span)[:, None]
    colors: NDArray[np.uint8] = (COLD * (1 - share) + HOT * share).astype(np.uint8)
    return colors


def _box(box: BoundingBox3D, low: NDArray[np.float64], side: float) -> BoundingBox:
    kind = "ground truth" if box.is_ground_truth else "prediction"
    space: dict[str, Any] = {"kind": kind, "z": float(box.z), "height": float(box.height)}
    return BoundingBox(
        x=(box.x - low[0]) / side,
        y=1 - (box.y - low[1]) / side,
        width=box.length / side,
        height=box.width / side,
        confidence=min(max(float(box.confidence), 0.0), 1.0),
        label=str(box.label),
        rotation=-math.degrees(box.yaw),  # counted clockwise on a picture
        metadata={**space, **plain(box.metadata)},
    )
