"""`code_loader.plot_functions.visualize`: a look at what a visualizer returns, while writing one.

It opens windows by matplotlib, which is the user's to install. Nothing of percepta needs it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from percepta.integration.code_loader.module.contract.visualizer_classes import (
    LeapAudio,
    LeapData,
    LeapGraph,
    LeapHorizontalBar,
    LeapImage,
    LeapImageMask,
    LeapImageWithBBox,
    LeapImageWithHeatmap,
    LeapPointCloud,
    LeapText,
    LeapTextMask,
    LeapVideo,
)
from percepta.integration.code_loader.module.utils import rescale_min_max

MAPPING_VARIABLE = "__MAPPING_RUNTIME_MODE__"
WORDS = 12
"""Words on a line."""


def visualize(leap_data: LeapData, title: str | None = None) -> None:
    """Show a payload in a window; while only the wiring of a script is recorded, do nothing.

    Raises:
        ImportError: matplotlib is not installed.
        TypeError: it is no payload.
    """
    if os.environ.get(MAPPING_VARIABLE):
        return
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(
            "visualize() draws with matplotlib, which is not installed: pip install matplotlib."
        ) from None
    plot = PLOTS.get(type(leap_data))
    if plot is None:
        raise TypeError(f"visualize() cannot show a {type(leap_data).__name__}.")
    figure, axes = pyplot.subplots()
    plot(axes, leap_data)
    if title:
        axes.set_title(title)
    pyplot.show()
    pyplot.close(figure)


def _picture(axes: Any, data: Any) -> None:
    axes.imshow(data[:, :, 0] if data.shape[2] == 1 else data, cmap="gray")
    axes.set_axis_off()


def _image(axes: Any, payload: LeapImage) -> None:
    _picture(axes, payload.data.astype(np.uint8))


def _boxes(axes: Any, payload: LeapImageWithBBox) -> None:
    from matplotlib.patches import Rectangle

    _picture(axes, payload.data.astype(np.uint8))
    height, width = payload.data.shape[:2]
    for box in payload.bounding_boxes:
        corner = (box.x - box.width / 2) * width, (box.y - box.height / 2) * height
        axes.add_patch(
            Rectangle(
                corner,
                box.width * width,
                box.height * height,
                angle=box.rotation,
                rotation_point="center",
                fill=False,
                edgecolor="red",
            )
        )
        axes.text(*corner, f"{box.label} {box.confidence:.2f}", color="red")


def _video(axes: Any, payload: LeapVideo) -> None:
    middle = payload.data[len(payload.data) // 2]
    _picture(axes, middle)
    axes.set_xlabel(f"the middle one of {len(payload.data)} frames")


def _mask(axes: Any, payload: LeapImageMask) -> None:
    _picture(axes, rescale_min_max(payload.image))
    axes.imshow(payload.mask, alpha=0.5, cmap="tab20", interpolation="nearest")


def _heatmaps(axes: Any, payload: LeapImageWithHeatmap) -> None:
    _picture(axes, rescale_min_max(payload.image))
    axes.imshow(payload.heatmaps[0], alpha=0.5, cmap="inferno")
    axes.set_xlabel(payload.labels[0])


def _graph(axes: Any, payload: LeapGraph) -> None:
    points = len(payload.data)
    low, high = payload.x_range or (0, max(points - 1, 0))
    lines = axes.plot(np.linspace(low, high, points), payload.data)
    axes.set_xlabel(payload.x_label or "")
    axes.set_ylabel(payload.y_label or "")
    if payload.legend:
        axes.legend(lines, payload.legend)


def _bars(axes: Any, payload: LeapHorizontalBar) -> None:
    axes.barh(payload.labels, payload.body, label="body")
    if payload.gt is not None:
        axes.barh(payload.labels, payload.gt, fill=False, label="gt")
        axes.legend()
    axes.invert_yaxis()


def _words(axes: Any, words: list[str]) -> None:
    lines = [" ".join(words[start : start + WORDS]) for start in range(0, len(words), WORDS)]
    axes.text(0, 1, "\n".join(lines), va="top", parse_math=False)
    axes.set_axis_off()


def _text(axes: Any, payload: LeapText) -> None:
    if payload.heatmap is None:
        _words(axes, payload.data)
    else:
        heat = payload.heatmap
        _words(axes, [f"{word}({heat[at]:.2g})" for at, word in enumerate(payload.data)])


def _text_mask(axes: Any, payload: LeapTextMask) -> None:
    names = {index: label for index, label in enumerate(payload.labels)}
    ids = payload.mask.tolist()
    _words(axes, [f"{w}[{names.get(i, i)}]" for w, i in zip(payload.text, ids, strict=False)])


def _audio(axes: Any, payload: LeapAudio) -> None:
    PLOTS[type(payload.visual)](axes, payload.visual)


def _cloud(axes: Any, payload: LeapPointCloud) -> None:
    color = payload.points[:, 2] if payload.intensity is None else payload.intensity
    axes.scatter(payload.points[:, 0], payload.points[:, 1], c=color, s=1)
    axes.set_aspect("equal")
    axes.set_xlabel("x, from above")


PLOTS: dict[type, Callable[[Any, Any], None]] = {
    LeapImage: _image,
    LeapImageWithBBox: _boxes,
    LeapVideo: _video,
    LeapImageMask: _mask,
    LeapImageWithHeatmap: _heatmaps,
    LeapGraph: _graph,
    LeapHorizontalBar: _bars,
    LeapText: _text,
    LeapTextMask: _text_mask,
    LeapAudio: _audio,
    LeapPointCloud: _cloud,
}
