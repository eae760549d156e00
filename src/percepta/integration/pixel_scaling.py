"""How pixels become a model's input, found out from samples and the pictures that visualizers show of them.

Most preparations of pictures are one scale and one offset a channel. Where that takes what a visualizer shows
of a sample back to its input, on samples that were not used to find it, a new picture can be prepared so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.subsets import SampleKey
from percepta.core.visuals import Image, ImageMask, ImageWithBoxes
from percepta.integration.integration import Integration, Reading
from percepta.integration.measuring import Batch
from percepta.integration.parts import InputEncoder, Visualizer
from percepta.integration.pictures import Picture, default_visualizer, picture_layout
from percepta.integration.reading import read, spread
from percepta.integration.samples import Samples
from percepta.integration.showing import show

SAMPLES = 12
"""Samples that are looked at; every third is held out."""
AGREES = 0.005
"""Greatest mean difference over the samples held out, as a share of the input's range."""

Pictures = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PixelScaling:
    """From a picture to an input of one sample.

    Attributes:
        input: name of the input.
        visualizer: what shows samples as such pictures.
        channel_axis: of the input; None: it has none.
        height: of the input, in pixels.
        width: of the input, in pixels.
        scale: ``[C]``, by which a pixel's value 0..255 is multiplied.
        offset: ``[C]``, what is added then.
        backwards: whether the channels stand in the order blue, green, red.
        dtype: of the input.
        guessed: whether the visualizer is percepta's own and takes the samples' range for black to
            white.
    """

    input: str
    visualizer: str
    channel_axis: int | None
    height: int
    width: int
    scale: NDArray[np.float64]
    offset: NDArray[np.float64]
    backwards: bool
    dtype: np.dtype[Any]
    guessed: bool

    def __call__(self, picture: Any) -> NDArray[Any]:
        """Prepare a picture of Pillow's."""
        from PIL.Image import Resampling

        small = picture.convert("L" if len(self.scale) == 1 else "RGB")
        if small.size != (self.width, self.height):
            small = small.resize((self.width, self.height), Resampling.BILINEAR)
        pixels = np.asarray(small, float).reshape(self.height, self.width, len(self.scale))
        values = (pixels[..., ::-1] if self.backwards else pixels) * self.scale + self.offset
        if self.dtype.kind in "iu":
            limits = np.iinfo(self.dtype)
            values = np.clip(np.rint(values), limits.min, limits.max)
        if self.channel_axis is None:
            return values[..., 0].astype(self.dtype)
        return np.moveaxis(values, -1, self.channel_axis).astype(self.dtype)


def fitted_scaling(integration: Integration) -> PixelScaling | None:
    """Return how pixels become the input of a model that takes one picture.

    Returns:
        None where it takes something else, or no visualizer shows what it is made of by one scale and one
        offset a channel.
    """
    fed = [encoder for encoder in integration.inputs if encoder.fed]
    if len(fed) != 1:
        return None
    samples, readings = _some(integration)
    if len(readings) < 3:
        return None
    source = [("input", fed[0].name)]
    showing = [
        one
        for one in integration.visualizers
        if [(c.source, c.name) for c in one.connections] == source
    ]
    if not showing:  # else the script knows better than percepta what its input looks like
        usual = default_visualizer(fed[0], list(readings.values()))
        showing = [] if usual is None else [usual]
    found = (_by(visualizer, fed[0], samples, readings) for visualizer in showing)
    return next((scaling for scaling in found if scaling is not None), None)


def _some(integration: Integration) -> tuple[Samples, dict[Any, Reading]]:
    """Read some samples of the first subset; those that fail are left out."""
    samples = integration.load_subsets()[0]
    ids = spread(samples, SAMPLES)
    read_now = zip(ids, read(integration, samples, ids), strict=True)
    return samples, {id: reading for id, reading in read_now if isinstance(reading, Reading)}


def _by(
    visualizer: Visualizer, encoder: InputEncoder, samples: Samples, readings: dict[Any, Reading]
) -> PixelScaling | None:
    arrays = [reading.inputs[encoder.name] for reading in readings.values()]
    shape = arrays[0].shape
    layout = picture_layout(shape, encoder.channel_axis)
    if layout is None or any(array.shape != shape for array in arrays):
        return None
    axis = layout[0]
    planes = np.stack(arrays).astype(float)
    inputs = planes[..., None] if axis is None else np.moveaxis(planes, 1 + axis % 3, -1)
    shown = _shown(visualizer, encoder, samples, readings, inputs.shape)
    if shown is None:
        return None
    held_out = np.arange(len(arrays)) % 3 == 2
    for backwards in (False, True) if inputs.shape[-1] == 3 else (False,):
        pixels = shown[..., ::-1] if backwards else shown
        scale, offset = _fit(pixels[~held_out], inputs[~held_out])
        error = np.abs(pixels[held_out] * scale + offset - inputs[held_out]).mean()
        if error <= AGREES * np.ptp(inputs):
            return PixelScaling(
                encoder.name,
                visualizer.name,
                None if axis is None else axis % 3,
                inputs.shape[1],
                inputs.shape[2],
                scale,
                offset,
                backwards,
                arrays[0].dtype,
                isinstance(visualizer.function, Picture) and visualizer.function.guessed,
            )
    return None


def _shown(
    visualizer: Visualizer,
    encoder: InputEncoder,
    samples: Samples,
    readings: dict[Any, Reading],
    shape: Sequence[int],
) -> Pictures | None:
    """Return what a visualizer shows of samples, ``[n, H, W, C]``; None: no pictures of that shape."""
    pictures = []
    for sample_id, reading in readings.items():
        inputs = {name: array[None] for name, array in reading.inputs.items()}
        key = SampleKey(samples.subset, sample_id)
        visual = show(visualizer, Batch([key], inputs, {}, {}, samples), 0)
        if not isinstance(visual, Image | ImageWithBoxes | ImageMask):
            return None
        data = visual.image if isinstance(visual, ImageMask) else visual.data
        if shape[-1] == 1 and data.shape[-1] == 3 and (data == data[..., :1]).all():
            data = data[..., :1]  # grey, shown in three channels
        if data.shape != tuple(shape[1:]):
            return None
        pictures.append(np.asarray(data, float))
    return np.stack(pictures)


def _fit(pixels: Pictures, inputs: Pictures) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scale and offset of each channel by least squares.

    Pixels at either end may have been cut off there, so they count only where there are no others.
    """
    scales, offsets = [], []
    for channel in range(inputs.shape[-1]):
        x, y = pixels[..., channel].ravel(), inputs[..., channel].ravel()
        inner = (x > 0) & (x < 255)
        if np.ptp(x[inner]) > 0 if inner.any() else False:
            x, y = x[inner], y[inner]
        spread_of = float(np.square(x - x.mean()).sum())
        slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread_of if spread_of else 0.0
        scales.append(slope)
        offsets.append(float(y.mean() - slope * x.mean()))
    return np.array(scales), np.array(offsets)
