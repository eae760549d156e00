"""Where and how a PyTorch module runs: device, evaluation mode, and whether results agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn

from percepta.core.errors import ModelError


@contextmanager
def evaluation_mode(module: nn.Module, parts: Sequence[nn.Module]) -> Iterator[None]:
    """Set evaluation mode, and attention that calls its submodules; put both back after."""
    training = [part for part in parts if part.training]
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


def nearly_equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two results agree but for the rounding of another order of summation."""
    if one.shape != other.shape:
        return False
    a, b = one.detach().float(), other.detach().float()
    scale = b.abs().max().item() if b.numel() else 0.0
    return bool(torch.allclose(a, b, rtol=1e-3, atol=1e-4 * scale + 1e-6, equal_nan=True))
