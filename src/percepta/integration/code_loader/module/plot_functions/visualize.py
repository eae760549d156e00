"""`code_loader.plot_functions.visualize`: a look at what a visualizer returns, while writing one.

It shows what percepta will show, in a window of matplotlib, which is the user's to install.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.rendering import pixels
from percepta.core.visuals import (
    Graph,
    HorizontalBar,
    Image,
    ImageMask,
    ImageWithBoxes,
    Text,
    TextMask,
)
from percepta.integration.code_loader.module.contract.visualizer_classes import LeapData
from percepta.integration.code_loader.visuals import visual_of

MAPPING_VARIABLE = "__MAPPING_RUNTIME_MODE__"
WORDS = 12
"""Words on a line."""


def visualize(leap_data: LeapData, title: str | None = None) -> None:
    """Show a payload in a window; while only the wiring of a script is recorded, do nothing.

    Raises:
        ImportError: matplotlib is not installed.
        VisualError: it is no payload, or cannot be shown.
    """
    if os.environ.get(MAPPING_VARIABLE):
        return
    visual = visual_of(leap_data)
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(
            "visualize() draws with matplotlib, which is not installed: pip install matplotlib."
        ) from None
    figure, axes = pyplot.subplots()
    PLOTS[type(visual)](axes, visual)
    if title:
        axes.set_title(title)
    pyplot.show()
    pyplot.close(figure)


def _picture(axes: Any, data: NDArray[Any]) -> None:
    shown = pixels(data)
    axes.imshow(np.broadcast_to(shown, (*shown.shape[:2], 3)))
    axes.set_axis_off()


def _image(axes: Any, visual: Image) -> None:
    _picture(axes, visual.data)


def _boxes(axes: Any, visual: ImageWithBoxes) -> None:
    from matplotlib.patches import Rectangle

    _picture(axes, visual.data)
    height, width = visual.data.shape[:2]
    for box in visual.boxes:
        corner = (box.x - box.width / 2) * width - 0.5, (box.y - box.height / 2) * height - 0.5
        size = box.width * width, box.height * height
        outline = Rectangle(
            corner, *size, angle=box.rotation, rotation_point="center", fill=False, edgecolor="red"
        )
        axes.add_patch(outline)
        axes.text(*corner, f"{box.label} {box.confidence:.2f}", color="red", parse_math=False)


def _mask(axes: Any, visual: ImageMask) -> None:
    _picture(axes, visual.image)
    ids = np.ma.masked_equal(visual.mask, 0)  # class 0, the background, stays as it is
    axes.imshow(ids, alpha=0.5, cmap="tab20", vmin=0, vmax=19, interpolation="nearest")


def _graph(axes: Any, visual: Graph) -> None:
    points = len(visual.data)
    low, high = visual.x_range or (0, points - 1)
    lines = axes.plot(np.linspace(low, high, points), visual.data)
    axes.set_xlabel(visual.x_label)
    axes.set_ylabel(visual.y_label)
    if visual.legend is not None:
        axes.legend(lines, visual.legend)


def _bars(axes: Any, visual: HorizontalBar) -> None:
    places = np.arange(len(visual.values))
    axes.barh(places, visual.values)
    if visual.truth is not None:
        axes.barh(places, visual.truth, fill=False)
    axes.set_yticks(places, visual.labels)
    axes.invert_yaxis()


def _text(axes: Any, visual: Text) -> None:
    if visual.heatmap is None:
        _words(axes, visual.tokens)
    else:
        pairs = zip(visual.tokens, visual.heatmap, strict=True)
        _words(axes, [f"{token}({weight:.2g})" for token, weight in pairs])


def _text_mask(axes: Any, visual: TextMask) -> None:
    pairs = zip(visual.tokens, visual.mask.tolist(), strict=True)
    _words(axes, [f"{token}[{visual.labels[index]}]" for token, index in pairs])


def _words(axes: Any, words: Sequence[str]) -> None:
    lines = [" ".join(words[start : start + WORDS]) for start in range(0, len(words), WORDS)]
    axes.text(0, 1, "\n".join(lines), va="top", parse_math=False)
    axes.set_axis_off()


PLOTS: dict[type, Callable[[Any, Any], None]] = {
    Image: _image,
    ImageWithBoxes: _boxes,
    ImageMask: _mask,
    Graph: _graph,
    HorizontalBar: _bars,
    Text: _text,
    TextMask: _text_mask,
}
