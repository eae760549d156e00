"""Resizing: along every axis one matrix from old positions to new ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from percepta.core.errors import ModelError
from percepta.models.onnx_torch.table import Floats, Ints, operator

Tensor = torch.Tensor
Floating = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Way:
    """How new positions lie among the old, and what is taken of the old ones nearby."""

    mode: str = "nearest"
    coordinates: str = "half_pixel"
    nearest: str = "round_prefer_floor"
    cubic: float = -0.75
    exclude_outside: bool = False
    extrapolation: float = 0.0
    antialias: bool = False


@operator("Upsample")
def upsample(x: Tensor, scales: Floats, *, mode: str = "nearest") -> Tensor:
    """The former Resize (opset 7 to 9)."""
    return resize_10(x, scales, mode=mode)


@operator("Resize", since=10)
def resize_10(x: Tensor, scales: Floats, *, mode: str = "nearest") -> Tensor:
    """Opset 10: positions are asymmetric, the nearest is the lower."""
    way = _Way(mode, "asymmetric", "floor" if min(scales) >= 1 else "simple")
    sizes = [math.floor(n * s) for n, s in zip(x.shape, scales, strict=True)]
    return _resize(x, list(range(x.ndim)), sizes, scales, [], way)


@operator("Resize", since=11)
def resize(
    x: Tensor,
    roi: Floats | None = None,
    scales: Floats | None = None,
    sizes: Ints | None = None,
    *,
    antialias: int = 0,
    axes: Ints | None = None,
    coordinate_transformation_mode: str = "half_pixel",
    cubic_coeff_a: float = -0.75,
    exclude_outside: int = 0,
    extrapolation_value: float = 0.0,
    keep_aspect_ratio_policy: str = "stretch",
    mode: str = "nearest",
    nearest_mode: str = "round_prefer_floor",
) -> Tensor:
    """Nearest, linear and cubic in every coordinate mode, with antialias, on any axes."""
    along = list(range(x.ndim)) if axes is None else [axis % x.ndim for axis in axes]
    old = [x.shape[axis] for axis in along]
    if sizes:
        ratios = [new / n for new, n in zip(sizes, old, strict=True)]
        if keep_aspect_ratio_policy != "stretch":
            ratio = (min if keep_aspect_ratio_policy == "not_larger" else max)(ratios)
            ratios = [ratio] * len(old)
            sizes = [math.floor(ratio * n + 0.5) for n in old]
    elif scales:
        ratios = list(scales)
        sizes = [math.floor(n * s) for n, s in zip(old, scales, strict=True)]
    else:
        raise ModelError("Resize has neither scales nor sizes.", fix="Export the model again.")
    way = _Way(
        mode,
        coordinate_transformation_mode,
        nearest_mode,
        cubic_coeff_a,
        bool(exclude_outside),
        extrapolation_value,
        bool(antialias),
    )
    return _resize(x, along, sizes, ratios, roi or [], way)


def _resize(x: Tensor, axes: Ints, sizes: Ints, scales: Floats, roi: Floats, way: _Way) -> Tensor:
    crops = way.coordinates == "tf_crop_and_resize"
    outside: Tensor | None = None
    for i, (axis, size, scale) in enumerate(zip(axes, sizes, scales, strict=True)):
        old = x.shape[axis]
        window = (roi[i], roi[len(axes) + i]) if crops else (0.0, 1.0)
        if size == old and scale == 1 and window == (0.0, 1.0):
            continue
        at = _positions(old, size, scale, window, way.coordinates)
        weights = torch.from_numpy(_weights(at, old, scale, way)).to(x.device, x.dtype)
        x = torch.matmul(x.movedim(axis, -1), weights.mT).movedim(-1, axis)
        if crops:
            beyond = torch.from_numpy((at < 0) | (at > old - 1)).to(x.device)
            beyond = beyond.reshape([-1 if a == axis else 1 for a in range(x.ndim)])
            outside = beyond if outside is None else outside | beyond
    return x if outside is None else torch.where(outside, way.extrapolation, x)


def _positions(
    old: int, new: int, scale: float, window: tuple[float, float], mode: str
) -> Floating:
    """Return where each new position lies among the old ones."""
    i = np.arange(new, dtype=np.float64)
    start, end = window
    if mode == "asymmetric":
        return i / scale
    if mode == "align_corners":
        return i * (old - 1) / (new - 1) if new > 1 else np.zeros(new)
    if mode == "tf_crop_and_resize":
        if new == 1:
            return np.full(1, 0.5 * (start + end) * (old - 1))
        return start * (old - 1) + i * (end - start) * (old - 1) / (new - 1)
    if mode == "tf_half_pixel_for_nn":
        return (i + 0.5) / scale
    if mode == "pytorch_half_pixel" and new == 1:
        return np.zeros(1)
    middle = (i + 0.5) / scale - 0.5
    if mode == "half_pixel_symmetric":
        return middle + (old / 2) * (1 - new / (scale * old))
    if mode in ("half_pixel", "pytorch_half_pixel"):
        return middle
    raise ModelError(
        f"Resize with the coordinates {mode!r} has no gradient here.",
        fix="Export the model with half_pixel coordinates.",
    )


def _weights(at: Floating, old: int, scale: float, way: _Way) -> Floating:
    """Return ``[new, old]``: how much each old position gives to each new one."""
    new = len(at)
    weights = np.zeros((new, old))
    if way.mode == "nearest":
        weights[np.arange(new), np.clip(_nearest(at, scale, way.nearest), 0, old - 1)] = 1
        return weights
    stretch = min(scale, 1.0) if way.antialias else 1.0
    reach = math.ceil((1 if way.mode == "linear" else 2) / stretch)
    first = np.floor(at).astype(int)
    for offset in range(1 - reach, reach + 1):
        place = first + offset
        given = _kernel((at - place) * stretch, way)
        inside = (place >= 0) & (place < old)
        if way.exclude_outside:
            given = np.where(inside, given, 0)
        np.add.at(weights, (np.arange(new), np.clip(place, 0, old - 1)), given)
    if way.exclude_outside or way.antialias:
        weights /= weights.sum(1, keepdims=True)
    return weights


def _kernel(distance: Floating, way: _Way) -> Floating:
    d = np.abs(distance)
    if way.mode == "linear":
        return np.asarray(np.maximum(1 - d, 0))
    if way.mode != "cubic":
        raise ModelError(f"Resize does not know the mode {way.mode!r}.")
    a = way.cubic
    near = (a + 2) * d**3 - (a + 3) * d**2 + 1
    far = a * d**3 - 5 * a * d**2 + 8 * a * d - 4 * a
    return np.asarray(np.where(d <= 1, near, np.where(d < 2, far, 0.0)))


def _nearest(at: Floating, scale: float, mode: str) -> NDArray[np.int64]:
    places: dict[str, Callable[[Floating], Floating]] = {
        "floor": np.floor,
        "ceil": np.ceil,
        "round_prefer_floor": lambda p: np.ceil(p - 0.5),
        "round_prefer_ceil": lambda p: np.floor(p + 0.5),
        "simple": np.ceil if scale < 1 else np.floor,
    }
    return np.asarray(places[mode](at), dtype=np.int64)
