"""The modules that fill the table, by family."""

from __future__ import annotations

from importlib import import_module

FAMILIES = (
    "activations",
    "control_flow",
    "convolution",
    "elementwise",
    "indexing",
    "logic",
    "matrix",
    "microsoft",
    "normalisation",
    "padding",
    "pooling",
    "quantisation",
    "recurrent",
    "reductions",
    "resize",
    "sequences",
    "shapes",
)


def load() -> None:
    """Fill the table."""
    for family in FAMILIES:
        import_module(f"percepta.models.onnx_torch.{family}")
