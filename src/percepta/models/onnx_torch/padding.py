"""Padding."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from percepta.models.onnx_torch.table import Ints, operator

Tensor = torch.Tensor


@operator("Pad", since=2)
def pad(
    x: Tensor,
    pads: Ints,
    constant_value: Any = None,
    axes: Ints | None = None,
    *,
    mode: str = "constant",
    value: float = 0.0,
) -> Tensor:
    """All modes; negative pads cut; pads as an attribute or (opset 11) an input."""
    along = list(range(x.ndim)) if axes is None else [axis % x.ndim for axis in axes]
    before, after = pads[: len(along)], pads[len(along) :]
    if mode == "constant":
        by_axis = {axis: (a, b) for axis, a, b in zip(along, before, after, strict=True)}
        flat = [n for axis in reversed(range(x.ndim)) for n in by_axis.get(axis, (0, 0))]
        fill = value if constant_value is None else torch.as_tensor(constant_value).item()
        return functional.pad(x, flat, value=fill)
    for axis, a, b in zip(along, before, after, strict=True):
        positions = np.arange(x.shape[axis])[max(-a, 0) : x.shape[axis] - max(-b, 0)]
        kind: Any = mode
        index = np.pad(positions, (max(a, 0), max(b, 0)), mode=kind)
        x = x.index_select(axis, torch.from_numpy(index).to(x.device))
    return x
