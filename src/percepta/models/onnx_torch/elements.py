"""Element types of ONNX in torch."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from onnx import TensorProto, numpy_helper

from percepta.core.errors import ModelError

_TORCH: dict[int, torch.dtype] = {
    TensorProto.FLOAT: torch.float32,
    TensorProto.DOUBLE: torch.float64,
    # Half precision is computed in single: its gradients would underflow.
    TensorProto.FLOAT16: torch.float32,
    TensorProto.BFLOAT16: torch.float32,
    TensorProto.BOOL: torch.bool,
    TensorProto.INT8: torch.int8,
    TensorProto.INT16: torch.int16,
    TensorProto.INT32: torch.int32,
    TensorProto.INT64: torch.int64,
    TensorProto.UINT8: torch.uint8,
    # torch computes little with wider unsigned numbers: the next signed type holds them.
    TensorProto.UINT16: torch.int32,
    TensorProto.UINT32: torch.int64,
    TensorProto.UINT64: torch.int64,
    TensorProto.INT4: torch.int8,
    TensorProto.UINT4: torch.uint8,
}

_WIDER = {
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
    torch.uint16: torch.int32,
    torch.uint32: torch.int64,
    torch.uint64: torch.int64,
}


def torch_type(element: int) -> torch.dtype:
    """Return the type a value of an ONNX element type has here.

    Raises:
        ModelError: there is none (strings, complex numbers, 8-bit floats).
    """
    if element not in _TORCH:
        name = TensorProto.DataType.Name(element)
        raise ModelError(
            f"Values of type {name} cannot be computed with on torch.",
            fix="Export the model with ordinary numbers.",
        )
    return _TORCH[element]


def known(dtype: torch.dtype) -> torch.dtype:
    """Return the type that values of a torch type have here."""
    return _WIDER.get(dtype, dtype)


def to_torch(tensor: onnx.TensorProto, folder: str) -> torch.Tensor:
    """Return the values of a tensor of a file, read from its external data where it has some.

    Args:
        tensor: an initial value or a constant.
        folder: the model's, in which external data was found to lie.
    """
    dtype = torch_type(tensor.data_type)
    array = np.asarray(numpy_helper.to_array(tensor, base_dir=folder))
    numpy_type = torch.empty(0, dtype=dtype).numpy().dtype
    return torch.from_numpy(np.array(array, dtype=numpy_type, order="C"))
