"""The tensor that is a module's response, wherever its output holds it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch


def response_of(output: Any) -> torch.Tensor | None:
    """Return the tensor that is a module's response: its output, or the first of several."""
    while not isinstance(output, torch.Tensor):
        key = _first(output)
        if key is None:
            return None
        output = _member(output, key)
    fits = not output.is_complex() and not output.is_sparse and output.ndim >= 2
    return output if fits else None


def replace_response(output: Any, response: torch.Tensor) -> Any:
    """Return a module's output with another tensor in the place of its response."""
    if isinstance(output, torch.Tensor):
        return response
    key = _first(output)
    member = replace_response(_member(output, key), response)
    if isinstance(output, Mapping):
        changed = copy.copy(output)
        changed[key] = member  # type: ignore[index]
        return changed
    if is_dataclass(output) and not isinstance(output, type):
        return replace(output, **{str(key): member})
    if hasattr(output, "_replace"):  # a named tuple
        return output._replace(**{output._fields[0]: member})
    return type(output)([member, *output[1:]])


def tapping(
    taps: Mapping[str, Mapping[int, str]],
    wanted: Collection[str],
    tap: Callable[[str, torch.Tensor], torch.Tensor],
) -> tuple[list[str], Callable[[str, tuple[Any, ...], Any], Any]]:
    """Return which parts need a hook for one pass, and the hook: it hands layers' responses to ``tap``.

    Args:
        taps: by part, the layer whose response each of its calls gives, counted from 0.
        wanted: names of the layers that are handed on.
        tap: takes a layer's response, returns what the network goes on with.
    """
    parts = [part for part, calls in taps.items() if any(n in wanted for n in calls.values())]
    called = dict.fromkeys(parts, 0)

    def hook(part: str, args: tuple[Any, ...], output: Any) -> Any:
        layer = taps[part].get(called[part])
        called[part] += 1
        response = response_of(output)
        if layer is None or layer not in wanted or response is None:
            return None
        tapped = tap(layer, response)
        return None if tapped is response else replace_response(output, tapped)

    return parts, hook


def _first(output: Any) -> Any:
    """Return the key of the first member that is not None; None where there is no member."""
    if isinstance(output, Mapping):
        return next((key for key, value in output.items() if value is not None), None)
    if is_dataclass(output) and not isinstance(output, type):
        names = (field.name for field in fields(output))
        return next((name for name in names if getattr(output, name) is not None), None)
    return 0 if isinstance(output, list | tuple) and output else None


def _member(output: Any, key: Any) -> Any:
    if is_dataclass(output) and not isinstance(output, Mapping):
        return getattr(output, key)
    return output[key]
