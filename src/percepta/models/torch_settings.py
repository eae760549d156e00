"""What shapes a PyTorch module's computation, in words for people."""

from __future__ import annotations

from typing import Any

from torch import nn

_USUAL: dict[str, Any] = {
    "in_channels": None,
    "out_channels": None,
    "in_features": None,
    "out_features": None,
    "num_features": None,
    "num_embeddings": None,
    "embedding_dim": None,
    "embed_dim": None,
    "num_heads": None,
    "input_size": None,
    "hidden_size": None,
    "num_layers": 1,
    "bidirectional": False,
    "kernel_size": None,
    "stride": 1,
    "padding": 0,
    "output_padding": 0,
    "dilation": 1,
    "groups": 1,
    "padding_mode": "zeros",
    "output_size": None,
    "scale_factor": None,
    "mode": None,
    "normalized_shape": None,
    "num_groups": None,
    "negative_slope": None,
    "start_dim": None,
    "end_dim": -1,
    "dim": None,
    "p": None,
}
"""Settings worth telling, in this order, and the value of each that goes without saying."""


def settings_of(part: nn.Module) -> tuple[tuple[str, str], ...]:
    """Return ``(name, value)`` of a module's settings: ``kernel_size`` → ``3×3``."""
    return tuple(
        (name, render_setting(value))
        for name, usual in _USUAL.items()
        if _is_plain(value := getattr(part, name, None)) and not _is_usual(value, usual)
    )


def render_setting(value: Any) -> str:
    """Render sizes as ``3×3``, anything else as it is."""
    if isinstance(value, list | tuple):
        return "×".join(str(each) for each in value)
    return str(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return bool(value) and all(isinstance(each, int | float) for each in value)
    return isinstance(value, bool | int | float | str)


def _is_usual(value: Any, usual: Any) -> bool:
    values = value if isinstance(value, list | tuple) else [value]
    return all(each == usual for each in values)
