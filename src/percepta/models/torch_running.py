"""Where and how a PyTorch network runs: device, evaluation mode, its failures in words."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import nn

from percepta.core.errors import ModelError, Where
from percepta.models.batches import describe_batch
from percepta.models.model import Array
from percepta.models.out_of_memory import is_out_of_memory, out_of_memory

_PACKAGES = (str(Path(torch.__file__).parent), str(Path(__file__).parent))


@contextmanager
def evaluation_mode(module: nn.Module, parts: Sequence[nn.Module]) -> Iterator[None]:
    """Set evaluation mode, and attention that calls its submodules; put both back after."""
    training = [
        part for part in parts if getattr(part, "training", False)
    ]  # frozen scripts lack it
    fast_attention = torch.backends.mha.get_fastpath_enabled()
    if training:
        module.eval()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_attention)
        for part in training:
            part.training = True


@contextmanager
def failures_told(batch: Mapping[str, Array]) -> Iterator[None]:
    """Turn whatever a network raises on a batch into a ModelError that says where it came from."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise out_of_memory(describe_batch(batch)) from error
        reason = str(error).strip().splitlines()
        raise ModelError(
            f"The model failed on {describe_batch(batch)}: "
            f"{type(error).__name__}: {reason[0] if reason else ''}",
            where=user_frame(error),
            fix="Let the input functions return what the model takes (shape without the batch "
            "axis, element type).",
        ) from error


@contextmanager
def without_cudnn() -> Iterator[None]:
    """Leave cuDNN out: its recurrent layers cannot be differentiated in evaluation mode."""
    cudnn = torch.backends.cudnn
    with cudnn.flags(
        enabled=False,
        benchmark=cudnn.benchmark,
        deterministic=cudnn.deterministic,
        allow_tf32=cudnn.allow_tf32,
    ):
        yield


def user_frame(error: BaseException) -> Where | None:
    """Return the innermost place in the user's own code that an exception came through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(_PACKAGES) and Path(frame.filename).is_file():
            return Where(file=frame.filename, line=frame.lineno, function=frame.name)
    return None


def choose_device(device: str | None) -> torch.device:
    """Return a device by name; None takes CUDA when present.

    Raises:
        ModelError: there is no such device.
    """
    if device is None:
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
    except RuntimeError as error:
        raise ModelError(f"Unknown device {device!r}.", fix="Say cpu, cuda or cuda:1.") from error
    if chosen.type == "cuda":
        index = chosen.index or 0
        if index >= torch.cuda.device_count():
            raise ModelError(f"There is no CUDA device {index} here.", fix="Leave the device out.")
        return torch.device("cuda", index)
    return chosen


def name_device(device: torch.device) -> str:
    """Return a device for people, e.g. ``cpu`` or ``cuda:0 (NVIDIA H200)``."""
    return (
        f"{device} ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else str(device)
    )


def to_tensor(array: Array, device: torch.device, dtype: torch.dtype) -> torch.Tensor:
    """Bring an array to a device; floating values take the network's dtype."""
    if not (array.flags.writeable and array.flags.c_contiguous and array.dtype.isnative):
        array = np.array(array, dtype=array.dtype.newbyteorder("="), order="C")
    tensor = torch.from_numpy(array)
    if device.type == "cuda":
        tensor = tensor.pin_memory().to(device, non_blocking=True)
    if tensor.is_floating_point() and tensor.dtype != dtype:
        tensor = tensor.to(dtype)
    return tensor


def nearly_equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two results agree but for the rounding of another order of summation."""
    if one.shape != other.shape:
        return False
    a, b = one.detach().float(), other.detach().float()
    scale = b.abs().max().item() if b.numel() else 0.0
    return bool(torch.allclose(a, b, rtol=1e-3, atol=1e-4 * scale + 1e-6, equal_nan=True))
