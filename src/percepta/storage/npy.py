"""The header of an array file that is written piece by piece."""

from __future__ import annotations

import io
from typing import Any

import numpy as np


def npy_header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    """Return what stands before the values of a C-contiguous array in a ``.npy`` file."""
    buffer = io.BytesIO()
    description = {
        "descr": np.lib.format.dtype_to_descr(dtype),
        "fortran_order": False,
        "shape": shape,
    }
    np.lib.format.write_array_header_2_0(buffer, description)
    return buffer.getvalue()
