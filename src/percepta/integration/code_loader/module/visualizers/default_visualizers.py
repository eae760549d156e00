"""`code_loader.visualizers.default_visualizers`: the visualizers every script has by name.

They are given arrays with a batch axis of 1, as the contract has it.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.validation import check_rate
from percepta.integration.code_loader.module.contract.visualizer_classes import (
    LeapAudio,
    LeapGraph,
    LeapHorizontalBar,
    LeapImage,
    LeapImageMask,
    LeapText,
    LeapTextMask,
    LeapVideo,
)
from percepta.integration.code_loader.module.utils import rescale_min_max

Array = npt.NDArray[Any]
WAVEFORM_POINTS = 2000


class DefaultVisualizer(Enum):
    """The visualizers of this module."""

    Image = "Image"
    Video = "Video"
    Audio = "Audio"
    Graph = "Graph"
    HorizontalBar = "HorizontalBar"
    Text = "Text"
    ImageMask = "ImageMask"
    TextMask = "TextMask"
    RawData = "RawData"


def default_image_visualizer(data: Array) -> LeapImage:
    """Show ``[1, H, W, 1|3]`` as a picture, its values stretched to the full range."""
    return LeapImage(rescale_min_max(data[0]))


def default_video_visualizer(data: Array) -> LeapVideo:
    """Show ``[1, T, H, W, 1|3]`` as a video."""
    return LeapVideo(data[0])


def default_graph_visualizer(data: Array) -> LeapGraph:
    """Show ``[1, M, N]`` as N curves of M points."""
    return LeapGraph(data[0])


def default_horizontal_bar_visualizer(data: Array) -> LeapHorizontalBar:
    """Show ``[1, C]`` as bars, named by their index."""
    return LeapHorizontalBar(data[0], _numbered(data.shape[-1]))


def default_word_visualizer(data: Array) -> LeapText:
    """Show ``[1, L]`` as the text of its values."""
    return LeapText(_tokens(data))


def default_raw_data_visualizer(data: Array) -> LeapText:
    """Show an array as Python prints it."""
    return LeapText([str(data)])


def default_image_mask_visualizer(mask: Array, image: Array) -> LeapImageMask:
    """Show the likeliest class of every pixel.

    Args:
        mask: scores ``[1, H, W, C]``, or class ids ``[1, H, W]`` or ``[1, H, W, 1]``.
        image: ``[1, H, W, 1|3]``.
    """
    classes, picture = (array[0] if array.shape[0] == 1 else array for array in (mask, image))
    labels = _numbered(classes.shape[-1])
    return LeapImageMask(_class_ids(classes, 2), picture.astype(np.float32), labels)


def default_text_mask_visualizer(mask: Array, text_data: Array) -> LeapTextMask:
    """Show the likeliest class of every token.

    Args:
        mask: scores ``[1, L, C]``, or class ids ``[1, L]`` or ``[1, L, 1]``.
        text_data: tokens ``[1, L]``.
    """
    classes = mask[0]
    labels = _numbered(classes.shape[-1])
    return LeapTextMask(_class_ids(classes, 1), _tokens(text_data[0]), labels)


def default_audio_visualizer(
    audio: Array, sample_rate: int, visual: Array | None = None, time_axis_index: int = -1
) -> LeapAudio:
    """Show a sound by its waveform, or by a picture of it.

    Args:
        audio: ``[samples]``; of several channels, their mean.
        sample_rate: samples a second.
        visual: a curve ``[points]``, a spectrogram (2-D) or a picture ``[H, W, 1|3]``; None: the
            waveform.
        time_axis_index: the spectrogram's axis of time.

    Raises:
        ValueError: the sound or the picture has a shape that cannot be shown.
        LeapValidationError: the sample rate is no int above 0.
    """
    check_rate(sample_rate)
    mono = _mono(np.asarray(audio))
    duration = len(mono) / sample_rate
    if visual is None:
        return LeapAudio(mono, sample_rate, _waveform(mono, duration))
    picture = np.asarray(visual)
    if picture.ndim == 1:
        return LeapAudio(mono, sample_rate, _waveform(picture.astype(np.float32), duration))
    if picture.ndim == 2:
        spectrogram = rescale_min_max(picture.T if time_axis_index % 2 == 0 else picture)
        return LeapAudio(mono, sample_rate, LeapImage(spectrogram[..., None]))
    if picture.ndim != 3 or picture.shape[-1] not in (1, 3):
        raise ValueError(
            f"The visual of a sound must be a curve, a 2-D array or a picture "
            f"[height, width, 1|3]; its shape is {picture.shape}."
        )
    return LeapAudio(mono, sample_rate, LeapImage(picture))


def _mono(audio: Array) -> Array:
    """Return ``[samples]``; the shorter of two axes is that of the channels."""
    signal = audio.squeeze()
    if signal.ndim == 2:
        signal = signal.mean(axis=0 if signal.shape[0] <= signal.shape[1] else 1)
    if signal.ndim != 1:
        raise ValueError(f"A sound must have shape [samples]; this one has {audio.shape}.")
    return signal.astype(np.float32)


def _waveform(series: Array, duration: float) -> LeapGraph:
    step = max(1, len(series) // WAVEFORM_POINTS)
    return LeapGraph(
        series[::step, None],
        x_label="Time [s]",
        y_label="Amplitude",
        x_range=(0.0, float(duration)),
    )


def _tokens(values: Array) -> list[str]:
    """Return the text of each value; of a list of values, of its first."""
    row = values[0] if values.ndim == 2 and values.shape[0] == 1 else values
    return [str(value[0] if isinstance(value, list) else value) for value in row.tolist()]


def _class_ids(classes: Array, axes: int) -> npt.NDArray[np.uint8]:
    """Return class ids from class ids or, where there is an axis more, from scores."""
    if classes.ndim > axes:
        classes = classes[..., 0] if classes.shape[-1] == 1 else classes.argmax(axis=-1)
    return classes.astype(np.uint8)


def _numbered(count: int) -> list[str]:
    return [str(index) for index in range(count)]
