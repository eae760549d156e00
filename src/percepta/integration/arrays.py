"""What users return, as numpy arrays: arrays, tensors of any library, pictures, numbers, lists."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from percepta.integration.parts import Scalar


class UnsuitableError(ValueError):
    """A value cannot be used.

    Attributes:
        what: completes "the function returned …".
        fix: what the user can do.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


def as_array(value: Any) -> NDArray[Any]:
    """Return a value as an array of numbers; float64 becomes float32, nothing is copied in vain.

    Args:
        value: numpy array, tensor (anything with ``numpy()``), picture, number, or nested list.

    Returns:
        Array of float, int, uint or bool, any shape.

    Raises:
        UnsuitableError: there is no such array in it.
    """
    array = value if type(value) is np.ndarray else _converted(value)
    kind = array.dtype.kind
    if kind == "f":
        return array.astype(np.float32) if array.dtype.itemsize == 8 else array
    if kind in "iub":
        return array
    if kind == "c":
        raise UnsuitableError(
            "complex numbers", "Give real and imaginary part as two channels of a float array."
        )
    if kind in "USTO":
        raise UnsuitableError(
            f"an array of type {array.dtype}", "Give an array of numbers with equal row lengths."
        )
    raise UnsuitableError(f"an array of type {array.dtype}", "Give an array of numbers.")


def _converted(value: Any) -> NDArray[Any]:
    if value is None:
        raise UnsuitableError("None", "Return the array in every branch of the function.")
    if isinstance(value, str | bytes):
        raise UnsuitableError(
            f"the text {value!r:.60}", "Return numbers, e.g. the class number or the token ids."
        )
    if isinstance(value, dict | set):
        raise UnsuitableError(f"a {type(value).__name__}", "Return one array of numbers.")
    tensor = value.detach() if hasattr(value, "detach") else value
    if hasattr(tensor, "cpu"):
        tensor = tensor.cpu()
    try:
        if hasattr(tensor, "numpy"):
            try:
                return np.asarray(tensor.numpy())
            except TypeError:  # bfloat16 has no numpy type
                return np.asarray(tensor.float().numpy())
        return np.asarray(tensor)
    except Exception as error:
        raise UnsuitableError(
            f"a {type(value).__name__} that is no array ({error})"[:200], "Return a numpy array."
        ) from None


def all_finite(array: NDArray[Any]) -> bool:
    """Whether there is no NaN and no infinity in it (about 1 µs where there is none)."""
    if array.dtype.kind != "f":
        return True
    if array.dtype == np.float32 and math.isfinite(np.vdot(array, array)):  # one pass of BLAS
        return True
    return bool(np.isfinite(array).all())


def as_scalar(value: Any) -> Scalar:
    """Return a metadata value as a plain scalar; what is not finite is missing.

    Raises:
        UnsuitableError: it is not one scalar.
    """
    kind = type(value)
    if kind is float:
        return float(value) if math.isfinite(value) else None
    if value is None or kind is bool:
        return cast(Scalar, value)
    if isinstance(value, str):
        return str(value) if value.isascii() else value.encode("utf-8", "replace").decode()
    if kind is int and -(2**63) <= value < 2**63:
        return int(value)
    if kind is int:
        raise UnsuitableError(f"a number of {len(str(value))} digits", "Return it as text.")
    item = getattr(value, "item", None)  # numpy scalars, 0-d arrays and tensors
    if item is not None and getattr(value, "shape", None) in ((), (1,)):
        plain = item()
        if type(plain) in (bool, int, float, str):
            return as_scalar(plain)
    shape = getattr(value, "shape", None)
    what = f"a {kind.__name__}" + ("" if shape is None else f" of shape {tuple(shape)}")
    raise UnsuitableError(what, "Return one number, bool, text or None, or a flat dict of them.")
