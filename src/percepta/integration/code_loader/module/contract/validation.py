"""The checks of what visualizers return.

Scripts import `LeapValidationError` from `code_loader.contract.visualizer_classes`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.enums import LeapDataType
from percepta.integration.code_loader.module.contract.responsedataclasses import BoundingBox3D

PICTURE_TYPES = ("uint8", "float32")


class LeapValidationError(Exception):
    """A visualizer's result does not fit its class."""


def require(holds: bool, sentence: str) -> None:
    """Raise unless it holds.

    Raises:
        LeapValidationError: with the sentence.
    """
    if not holds:
        raise LeapValidationError(sentence)


def check_kind(payload: Any, expected: LeapDataType) -> None:
    """Check that a payload's ``type`` is its own."""
    require(
        payload.type is expected,
        f"{type(payload).__name__}.type must be {expected}, not {payload.type!r}.",
    )


def check_array(
    value: Any, name: str, ndim: int | None, axes: str, dtypes: Sequence[str] | None = None
) -> None:
    """Check for a plain array; None: of any number of axes, of any type."""
    require(
        type(value) is np.ndarray, f"{name} must be a numpy array, not a {type(value).__name__}."
    )
    require(
        dtypes is None or value.dtype in dtypes,
        f"{name} must be of type {' or '.join(dtypes or ())}, not {value.dtype}: "
        f"use .astype(np.{(dtypes or ('float32',))[-1]}).",
    )
    require(
        ndim is None or value.ndim == ndim, f"{name} must have shape {axes}, not {value.shape}."
    )


def check_picture(value: Any, name: str) -> None:
    """Check for ``[H, W, 1|3]``, uint8 or float32."""
    check_array(value, name, 3, "[height, width, channels]", PICTURE_TYPES)
    check_channels(value, name)


def check_channels(value: npt.NDArray[Any], name: str) -> None:
    """Check for 1 or 3 channels in the last axis."""
    channels = value.shape[-1]
    require(
        channels in (1, 3), f"{name} must have 1 or 3 channels in its last axis, not {channels}."
    )


def check_list(value: Any, name: str, item: type) -> None:
    """Check for a list of one type of item, taken literally."""
    require(type(value) is list, f"{name} must be a list, not a {type(value).__name__}.")
    wrong = next((index for index, entry in enumerate(value) if type(entry) is not item), None)
    require(
        wrong is None,
        f"{name} must hold {item.__name__} only; item {wrong} is of another type.",
    )


def check_same(found: int, expected: int, owner: str, things: str, others: str) -> None:
    """Check that there are as many of one thing as of another."""
    require(found == expected, f"{owner} has {found} {things} but {expected} {others}.")


def check_finite(value: npt.NDArray[Any], name: str) -> None:
    """Check for values that are neither NaN nor infinite."""
    require(
        bool(np.isfinite(value).all()), f"{name} must be finite; it has NaN or infinite values."
    )


def check_rate(value: Any) -> None:
    """Check a sound's samples a second."""
    require(
        isinstance(value, int) and value > 0,
        f"LeapAudio.sample_rate must be an int above 0, not {value!r}.",
    )


def check_box(box: BoundingBox3D) -> None:
    """Check a box in space: finite numbers, extents above 0."""
    for name in ("x", "y", "z", "width", "length", "height", "yaw", "confidence"):
        value = getattr(box, name)
        try:
            finite = math.isfinite(value)
        except TypeError:
            finite = False
        require(finite, f"BoundingBox3D.{name} must be a finite number, not {value!r}.")
    for name in ("width", "length", "height"):
        value = getattr(box, name)
        require(value > 0, f"BoundingBox3D.{name} must be above 0, not {value!r}.")
