"""`code_loader.utils`: what scripts use of it."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.integration.code_loader.module.contract.elements import (
    ElementInstance,
    SamplePreprocessResponse,
)
from percepta.integration.code_loader.module.contract.enums import DatasetMetadataType

TYPES = (
    ((bool, np.bool_), DatasetMetadataType.boolean),
    ((int, float, np.integer, np.floating), DatasetMetadataType.float),
    ((str,), DatasetMetadataType.string),
)


def rescale_min_max(image: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Stretch values to 0..254, the whole of an image to one scale.

    Args:
        image: numbers of any shape.

    Returns:
        uint8 of the same shape; zeros where all values are equal, or one is NaN or infinite.
    """
    values = image.astype(np.float32)
    low, high = values.min(), values.max()
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (values - low) / (high - low + np.float32(1e-5)) * np.float32(255)
    rescaled: npt.NDArray[np.uint8] = np.nan_to_num(scaled).astype(np.uint8)
    return rescaled


def is_absent_metadata_value(value: Any) -> bool:
    """Whether a metadata value says that there is none: None, NaN or infinite."""
    if value is None:
        return True
    return isinstance(value, float | np.floating) and not math.isfinite(value)


def get_metadata_type_from_variable(variable: Any) -> DatasetMetadataType:
    """Return the type that a metadata value is kept as; every number is a float.

    Raises:
        TypeError: it is neither a bool, a number nor a string.
    """
    for classes, kind in TYPES:
        if isinstance(variable, classes):
            return kind
    raise TypeError(
        f"A metadata value must be an int, float, str or bool, not {variable!r}, "
        f"a {type(variable).__name__}."
    )


def map_dict_to_metadata_types(
    data: dict[str, Any] | None,
) -> dict[str, DatasetMetadataType] | None:
    """Return the type of each value; None for None.

    Raises:
        TypeError: a value is neither a bool, a number nor a string.
    """
    if data is None:
        return None
    return {name: get_metadata_type_from_variable(value) for name, value in data.items()}


def get_shape(result: Any) -> list[int]:
    """Return the shape of an array; ``[1]`` for everything else, and for a single number."""
    shape = getattr(result, "shape", ())
    return [int(size) for size in shape] or [1]


def to_numpy_return_wrapper(encoder_function: Callable[..., Any]) -> Callable[..., Any]:
    """Return an encoder whose result is an array, whatever it was: a list, a tensor."""

    @wraps(encoder_function)
    def encode(*args: Any, **kwargs: Any) -> npt.NDArray[Any]:
        return np.array(encoder_function(*args, **kwargs))

    return encode


def to_numpy_return_masks_wrapper(encoder_function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of one object whose mask is an array."""

    @wraps(encoder_function)
    def encode(*args: Any, **kwargs: Any) -> ElementInstance | None:
        element: ElementInstance | None = encoder_function(*args, **kwargs)
        if element is not None:
            element.mask = np.array(element.mask)
        return element

    return encode


def sample_preprocess_response_arg_name(func: Callable[..., Any]) -> str | None:
    """Return the name of the argument that is annotated `SamplePreprocessResponse`, or None."""
    for name, parameter in inspect.signature(func).parameters.items():
        if parameter.annotation is SamplePreprocessResponse:
            return name
    return None
