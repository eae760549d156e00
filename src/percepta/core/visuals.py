"""Visual payloads: what a visualizer may return for one sample.

Each is a frozen value, checked when it is made, so that a mistake is reported in the user's
function and not in the page. How they are drawn is in :mod:`percepta.core.rendering`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import VisualError

MAX_CLASSES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """A picture.

    Attributes:
        data: ``[H, W, 1]`` grey or ``[H, W, 3]`` RGB, uint8 or float, values 0..255 (``[H, W]`` is
            taken as grey).

    Raises:
        VisualError: for another shape, type or range.
    """

    data: NDArray[Any]

    def __post_init__(self) -> None:
        """Check and normalise."""
        object.__setattr__(self, "data", _picture(self.data, type(self).__name__))


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A box on a picture, in shares of the picture's size.

    Attributes:
        x: horizontal centre, 0 (left) to 1 (right).
        y: vertical centre, 0 (top) to 1 (bottom).
        width: 0..1.
        height: 0..1.
        confidence: 0..1.
        label: name shown with the box.
        rotation: degrees, clockwise.
        metadata: more scalars shown with the box.

    Raises:
        VisualError: for values outside these ranges.
    """

    x: float
    y: float
    width: float
    height: float
    confidence: float
    label: str
    rotation: float = 0.0
    metadata: Mapping[str, bool | int | float | str | None] | None = None

    def __post_init__(self) -> None:
        """Check and normalise."""
        for name in ("x", "y", "width", "height", "confidence"):
            value = _number(getattr(self, name), f"{name} of a BoundingBox")
            if not -1e-6 <= value <= 1 + 1e-6:
                raise VisualError(
                    f"BoundingBox has {name} = {value:g}, outside 0..1.",
                    fix="Give centre and size as shares of the picture: divide pixels by its width "
                    "and height.",
                )
            object.__setattr__(self, name, min(max(value, 0.0), 1.0))
        object.__setattr__(self, "rotation", _number(self.rotation, "rotation of a BoundingBox"))
        object.__setattr__(self, "label", str(self.label))


@dataclass(frozen=True, slots=True, eq=False)
class ImageWithBoxes:
    """A picture with boxes on it.

    Attributes:
        data: as in :class:`Image`.
        boxes: any number of boxes.
    """

    data: NDArray[Any]
    boxes: Sequence[BoundingBox]

    def __post_init__(self) -> None:
        """Check and normalise."""
        object.__setattr__(self, "data", _picture(self.data, type(self).__name__))
        boxes = tuple(self.boxes)
        for box in boxes:
            if not isinstance(box, BoundingBox):
                raise VisualError(
                    f"ImageWithBoxes has a {type(box).__name__} among its boxes.",
                    fix="Make every box a percepta.BoundingBox.",
                )
        object.__setattr__(self, "boxes", boxes)


@dataclass(frozen=True, slots=True, eq=False)
class ImageMask:
    """A picture with a class for every pixel.

    Attributes:
        mask: class ids, integers ``[H, W]``, each below ``len(labels)`` (at most 256 classes).
        image: as in :class:`Image`, with the same height and width.
        labels: name of each class id.
    """

    mask: NDArray[Any]
    image: NDArray[Any]
    labels: Sequence[str]

    def __post_init__(self) -> None:
        """Check and normalise."""
        image = _picture(self.image, type(self).__name__)
        labels = _labels(self.labels)
        mask = _class_ids(self.mask, 2, labels, type(self).__name__)
        if mask.shape != image.shape[:2]:
            raise VisualError(
                f"ImageMask has a mask of {mask.shape} on an image of {image.shape[:2]}.",
                fix="Resize one of them so that height and width agree.",
            )
        object.__setattr__(self, "mask", mask)
        object.__setattr__(self, "image", image)
        object.__setattr__(self, "labels", labels)


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A text, token by token.

    Attributes:
        tokens: the tokens; an empty one is padding.
        heatmap: a weight per token, or None.
    """

    tokens: Sequence[str]
    heatmap: NDArray[Any] | Sequence[float] | None = None

    def __post_init__(self) -> None:
        """Check and normalise."""
        tokens = _tokens(self.tokens, type(self).__name__)
        object.__setattr__(self, "tokens", tokens)
        if self.heatmap is not None:
            heatmap = _floats(self.heatmap, 1, "heatmap of a Text")
            _same_length(len(heatmap), len(tokens), "Text", "weights in its heatmap", "tokens")
            object.__setattr__(self, "heatmap", heatmap)


@dataclass(frozen=True, slots=True, eq=False)
class TextMask:
    """A text with a class for every token.

    Attributes:
        mask: class ids, integers ``[L]``, each below ``len(labels)``.
        tokens: the L tokens.
        labels: name of each class id.
    """

    mask: NDArray[Any]
    tokens: Sequence[str]
    labels: Sequence[str]

    def __post_init__(self) -> None:
        """Check and normalise."""
        tokens, labels = _tokens(self.tokens, type(self).__name__), _labels(self.labels)
        mask = _class_ids(self.mask, 1, labels, type(self).__name__)
        _same_length(len(mask), len(tokens), "TextMask", "class ids in its mask", "tokens")
        object.__setattr__(self, "mask", mask)
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "labels", labels)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Curves over a common x axis.

    Attributes:
        data: ``[M, N]``: M points of N series (``[M]`` is taken as one series); NaN leaves a gap.
        x_label: name of the x axis.
        y_label: name of the y axis.
        x_range: x of the first and of the last point; None: 0 and M - 1.
        legend: a name per series, or None.
    """

    data: NDArray[Any]
    x_label: str = ""
    y_label: str = ""
    x_range: tuple[float, float] | None = None
    legend: Sequence[str] | None = None

    def __post_init__(self) -> None:
        """Check and normalise."""
        data = np.asarray(self.data)
        data = _floats(
            data[:, None] if data.ndim == 1 else data, 2, "data of a Graph", finite=False
        )
        if data.size == 0:
            raise VisualError("Graph has no points.", fix="Give data of shape [points, series].")
        object.__setattr__(self, "data", data)
        if self.x_range is not None:
            if len(self.x_range) != 2:
                raise VisualError("Graph needs an x_range of two numbers, (first, last).")
            low, high = (_number(end, "x_range of a Graph") for end in self.x_range)
            object.__setattr__(self, "x_range", (low, high))
        if self.legend is not None:
            legend = tuple(str(name) for name in self.legend)
            _same_length(len(legend), data.shape[1], "Graph", "names in its legend", "series")
            object.__setattr__(self, "legend", legend)


@dataclass(frozen=True, slots=True, eq=False)
class HorizontalBar:
    """A bar per named value.

    Attributes:
        values: ``[C]``.
        labels: the C names.
        truth: ``[C]`` values to mark beside the bars (e.g. one-hot ground truth), or None.
    """

    values: NDArray[Any]
    labels: Sequence[str]
    truth: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        """Check and normalise."""
        values = _floats(self.values, 1, "values of a HorizontalBar")
        labels = tuple(str(name) for name in self.labels)
        if values.size == 0:
            raise VisualError("HorizontalBar has no values.", fix="Give at least one value.")
        _same_length(len(labels), len(values), "HorizontalBar", "labels", "values")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "labels", labels)
        if self.truth is not None:
            truth = _floats(self.truth, 1, "truth of a HorizontalBar")
            _same_length(len(truth), len(values), "HorizontalBar", "values in its truth", "values")
            object.__setattr__(self, "truth", truth)


Visual = Image | ImageWithBoxes | ImageMask | Text | TextMask | Graph | HorizontalBar
"""Any payload."""


def _picture(value: object, owner: str) -> NDArray[Any]:
    data = np.asarray(value)
    if data.ndim == 2:
        data = data[:, :, None]
    if data.ndim != 3 or data.shape[2] not in (1, 3) or 0 in data.shape:
        fix = "Give an array of shape [height, width, 1] or [height, width, 3]."
        if data.ndim == 3 and data.shape[0] in (1, 3):
            fix = "It looks like channels first: give np.transpose(data, (1, 2, 0))."
        elif data.ndim == 4 and data.shape[0] == 1:
            fix = "It has a batch axis: give data[0]."
        raise VisualError(f"{owner} has a picture of shape {np.asarray(value).shape}.", fix=fix)
    if data.dtype == np.uint8:
        return data
    if data.dtype.kind not in "fiub":
        raise VisualError(
            f"{owner} has a picture of type {data.dtype}.", fix="Give uint8 or float32 in 0..255."
        )
    low, high = float(data.min()), float(data.max())
    if not (low >= -0.5 and high <= 255.5):  # NaN fails too
        raise VisualError(
            f"{owner} has values from {low:g} to {high:g}, outside 0..255.",
            fix="Scale the picture to 0..255 (undo the normalisation the model needs).",
        )
    return data.astype(np.float32, copy=False)


def _class_ids(value: object, ndim: int, labels: tuple[str, ...], owner: str) -> NDArray[np.uint8]:
    mask = np.asarray(value)
    if mask.ndim != ndim or mask.dtype.kind not in "iub" or mask.size == 0:
        axes = "[height, width]" if ndim == 2 else "[tokens]"
        raise VisualError(
            f"{owner} has a mask of shape {mask.shape} and type {mask.dtype}.",
            fix=f"Give integer class ids of shape {axes}, e.g. scores.argmax(-1).",
        )
    low, high = int(mask.min()), int(mask.max())
    if low < 0 or high >= len(labels):
        raise VisualError(
            f"{owner} has class ids from {low} to {high}, but {len(labels)} labels.",
            fix="Give one label per class id, the background included.",
        )
    return mask.astype(np.uint8, copy=False)


def _labels(value: Sequence[str]) -> tuple[str, ...]:
    labels = tuple(str(name) for name in value)
    if not 0 < len(labels) <= MAX_CLASSES:
        raise VisualError(f"A mask can have 1 to {MAX_CLASSES} labels, not {len(labels)}.")
    return labels


def _tokens(value: Sequence[str], owner: str) -> tuple[str, ...]:
    if isinstance(value, str):
        raise VisualError(f"{owner} has one string.", fix="Give a list of tokens: text.split().")
    return tuple(str(token) for token in value)


def _floats(value: object, ndim: int, what: str, *, finite: bool = True) -> NDArray[np.float32]:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub" or array.ndim != ndim:
        raise VisualError(
            f"The {what} has shape {array.shape} and type {array.dtype}.",
            fix=f"Give numbers with {ndim} {'axis' if ndim == 1 else 'axes'}.",
        )
    if finite and not np.isfinite(array).all():
        raise VisualError(f"The {what} has values that are not finite.")
    return array.astype(np.float32, copy=False)


def _number(value: object, what: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise VisualError(f"The {what} is {value!r}, not a number.") from None
    if not np.isfinite(number):
        raise VisualError(f"The {what} is {number}, not a finite number.")
    return number


def _same_length(found: int, expected: int, owner: str, things: str, others: str) -> None:
    if found != expected:
        raise VisualError(f"{owner} has {found} {things} but {expected} {others}.")
