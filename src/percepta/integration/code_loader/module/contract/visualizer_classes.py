"""`code_loader.contract.visualizer_classes`: what visualizers of a script return.

Each class checks its values when it is made. Types are taken literally, as the contract does: a
list is no array, a subclass of ndarray is none either, an int is no float.
"""

# mypy: implicit-reexport
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Optional, Tuple, Union  # noqa: F401, UP035 - scripts star-import them

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.enums import LeapDataType
from percepta.integration.code_loader.module.contract.responsedataclasses import (
    BoundingBox,
    BoundingBox3D,
)
from percepta.integration.code_loader.module.contract.validation import (
    PICTURE_TYPES,
    LeapValidationError,  # noqa: F401 - its public home
    check_array,
    check_box,
    check_channels,
    check_finite,
    check_kind,
    check_list,
    check_picture,
    check_rate,
    check_same,
    require,
)

Picture = npt.NDArray[np.uint8] | npt.NDArray[np.float32]


@dataclass
class LeapImage:
    """A picture.

    Attributes:
        data: ``[H, W, 1|3]``, uint8 or float32, 0..255.
        type: ``LeapDataType.Image``.
        compress: whether it may be stored lossily.

    Raises:
        LeapValidationError: the values do not fit.
    """

    data: Picture
    type: LeapDataType = LeapDataType.Image
    compress: bool = True

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.Image)
        check_picture(self.data, "LeapImage.data")
        require(type(self.compress) is bool, "LeapImage.compress must be True or False.")


@dataclass
class LeapVideo:
    """Pictures one after the other.

    Attributes:
        data: ``[T, H, W, 1|3]``, uint8 0..255 or float32 0..1.
        type: ``LeapDataType.Video``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    data: Picture
    type: LeapDataType = LeapDataType.Video

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.Video)
        check_array(
            self.data, "LeapVideo.data", 4, "[time, height, width, channels]", PICTURE_TYPES
        )
        check_channels(self.data, "LeapVideo.data")


@dataclass
class LeapImageWithBBox:
    """A picture with boxes on it.

    Attributes:
        data: as in `LeapImage`.
        bounding_boxes: `BoundingBox` each.
        type: ``LeapDataType.ImageWithBBox``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    data: Picture
    bounding_boxes: list[BoundingBox]
    type: LeapDataType = LeapDataType.ImageWithBBox

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.ImageWithBBox)
        check_picture(self.data, "LeapImageWithBBox.data")


@dataclass
class LeapGraph:
    """Curves over a common x axis.

    Attributes:
        data: float32 ``[M, N]``: M points of N curves.
        type: ``LeapDataType.Graph``.
        x_label: name of the x axis.
        y_label: name of the y axis.
        x_range: x of the first and the last point.
        legend: a name per curve.

    Raises:
        LeapValidationError: the values do not fit.
    """

    data: npt.NDArray[np.float32]
    type: LeapDataType = LeapDataType.Graph
    x_label: str | None = None
    y_label: str | None = None
    x_range: tuple[float, float] | None = None
    legend: list[str] | None = None

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.Graph)
        check_array(self.data, "LeapGraph.data", 2, "[points, curves]", ("float32",))
        for name in ("x_label", "y_label"):
            label = getattr(self, name)
            require(
                label is None or type(label) is str,
                f"LeapGraph.{name} must be a str, not a {type(label).__name__}.",
            )
        if self.x_range is not None:
            numbers = type(self.x_range) is tuple and len(self.x_range) == 2
            require(
                numbers and all(type(end) in (int, float) for end in self.x_range),
                f"LeapGraph.x_range must be a tuple of two numbers, not {self.x_range!r}.",
            )
        if self.legend is not None and len(self.legend) > 0:
            check_same(
                len(self.legend), self.data.shape[1], "LeapGraph", "names in its legend", "curves"
            )


@dataclass
class LeapText:
    """A text, token by token.

    Attributes:
        data: the tokens.
        type: ``LeapDataType.Text``.
        heatmap: a weight per token.

    Raises:
        LeapValidationError: the values do not fit.
    """

    data: list[str]
    type: LeapDataType = LeapDataType.Text
    heatmap: list[float] | None = None

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.Text)
        check_list(self.data, "LeapText.data", str)
        if self.heatmap is not None:
            check_list(self.heatmap, "LeapText.heatmap", float)
            check_same(
                len(self.heatmap), len(self.data), "LeapText", "weights in its heatmap", "tokens"
            )


@dataclass
class LeapHorizontalBar:
    """A bar per named value.

    Attributes:
        body: float32 ``[C]``.
        labels: the C names.
        gt: ``[C]``, shown beside the bars.
        type: ``LeapDataType.HorizontalBar``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    body: npt.NDArray[np.float32]
    labels: list[str]
    gt: npt.NDArray[np.float32] | None = None
    type: LeapDataType = LeapDataType.HorizontalBar

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.HorizontalBar)
        check_array(self.body, "LeapHorizontalBar.body", 1, "[bars]", ("float32",))
        check_list(self.labels, "LeapHorizontalBar.labels", str)
        if self.gt is not None:
            check_array(self.gt, "LeapHorizontalBar.gt", 1, "[bars]")


@dataclass
class LeapImageMask:
    """A picture with a class for every pixel.

    Attributes:
        mask: class ids, uint8 ``[H, W]``.
        image: uint8 or float32 ``[H, W, 1|3]`` in any range.
        labels: name of each class id.
        type: ``LeapDataType.ImageMask``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    mask: npt.NDArray[np.uint8]
    image: Picture
    labels: list[str]
    type: LeapDataType = LeapDataType.ImageMask

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.ImageMask)
        check_array(self.mask, "LeapImageMask.mask", 2, "[height, width]", ("uint8",))
        check_picture(self.image, "LeapImageMask.image")
        check_list(self.labels, "LeapImageMask.labels", str)


@dataclass
class LeapTextMask:
    """A text with a class for every token.

    Attributes:
        mask: class ids, uint8 ``[L]``.
        text: the L tokens.
        labels: name of each class id.
        type: ``LeapDataType.TextMask``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    mask: npt.NDArray[np.uint8]
    text: list[str]
    labels: list[str]
    type: LeapDataType = LeapDataType.TextMask

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.TextMask)
        check_array(self.mask, "LeapTextMask.mask", 1, "[tokens]", ("uint8",))
        check_list(self.text, "LeapTextMask.text", str)
        check_list(self.labels, "LeapTextMask.labels", str)


@dataclass
class LeapImageWithHeatmap:
    """A picture with heat maps over it.

    Attributes:
        image: float32, ``[H, W, 1|3]``.
        heatmaps: float32 ``[N, H, W]``.
        labels: the N names.
        type: ``LeapDataType.ImageWithHeatmap``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    image: npt.NDArray[np.float32]
    heatmaps: npt.NDArray[np.float32]
    labels: list[str]
    type: LeapDataType = LeapDataType.ImageWithHeatmap

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.ImageWithHeatmap)
        check_array(self.image, "LeapImageWithHeatmap.image", None, "", ("float32",))
        check_array(self.heatmaps, "LeapImageWithHeatmap.heatmaps", None, "", ("float32",))
        check_list(self.labels, "LeapImageWithHeatmap.labels", str)
        require(
            self.heatmaps.ndim > 0,
            "LeapImageWithHeatmap.heatmaps must have shape [maps, height, width], not ().",
        )
        check_same(
            len(self.labels), len(self.heatmaps), "LeapImageWithHeatmap", "labels", "heat maps"
        )


@dataclass
class LeapAudio:
    """A sound.

    Attributes:
        audio: ``[samples]``.
        sample_rate: samples a second.
        visual: its picture, a curve or a spectrogram.
        type: ``LeapDataType.Audio``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    audio: npt.NDArray[np.float32]
    sample_rate: int
    visual: LeapImage | LeapGraph
    type: LeapDataType = LeapDataType.Audio

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.Audio)
        check_array(self.audio, "LeapAudio.audio", 1, "[samples]")
        check_rate(self.sample_rate)
        require(
            isinstance(self.visual, LeapImage | LeapGraph),
            f"LeapAudio.visual must be a LeapImage or a LeapGraph, "
            f"not a {type(self.visual).__name__}.",
        )


@dataclass
class LeapPointCloud:
    """Points in space.

    Attributes:
        points: float32 ``[N, 3]``: x, y, z.
        intensity: float32 ``[N]``.
        bounding_boxes: `BoundingBox3D` each.
        type: ``LeapDataType.PointCloud``.

    Raises:
        LeapValidationError: the values do not fit.
    """

    points: npt.NDArray[np.float32]
    intensity: npt.NDArray[np.float32] | None = None
    bounding_boxes: list[BoundingBox3D] | None = None
    type: LeapDataType = LeapDataType.PointCloud

    def __post_init__(self) -> None:
        """Check."""
        check_kind(self, LeapDataType.PointCloud)
        check_array(self.points, "LeapPointCloud.points", 2, "[points, 3]", ("float32",))
        require(
            self.points.shape[1] == 3 and len(self.points) > 0,
            f"LeapPointCloud.points must have shape [points, 3], not {self.points.shape}.",
        )
        check_finite(self.points, "LeapPointCloud.points")
        if self.intensity is not None:
            check_array(self.intensity, "LeapPointCloud.intensity", 1, "[points]", ("float32",))
            check_same(
                len(self.intensity), len(self.points), "LeapPointCloud", "intensities", "points"
            )
            check_finite(self.intensity, "LeapPointCloud.intensity")
        if self.bounding_boxes is not None:
            check_list(self.bounding_boxes, "LeapPointCloud.bounding_boxes", BoundingBox3D)
            for box in self.bounding_boxes:
                check_box(box)


LeapData = (
    LeapImage
    | LeapText
    | LeapGraph
    | LeapHorizontalBar
    | LeapImageMask
    | LeapTextMask
    | LeapImageWithBBox
    | LeapImageWithHeatmap
    | LeapVideo
    | LeapAudio
    | LeapPointCloud
)

map_leap_data_type_to_visualizer_class = {
    LeapDataType.Image.value: LeapImage,
    LeapDataType.Graph.value: LeapGraph,
    LeapDataType.Video.value: LeapVideo,
    LeapDataType.Text.value: LeapText,
    LeapDataType.HorizontalBar.value: LeapHorizontalBar,
    LeapDataType.ImageMask.value: LeapImageMask,
    LeapDataType.TextMask.value: LeapTextMask,
    LeapDataType.ImageWithBBox.value: LeapImageWithBBox,
    LeapDataType.ImageWithHeatmap.value: LeapImageWithHeatmap,
    LeapDataType.Audio.value: LeapAudio,
    LeapDataType.PointCloud.value: LeapPointCloud,
}
