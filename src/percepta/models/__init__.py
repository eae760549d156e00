"""Opening PyTorch and ONNX models as one :class:`Model`: the only floor that knows a file format.

Importing this package imports neither torch nor onnxruntime; opening a model does.
"""

from percepta.models.model import Forward, GradientModel, Layer, LayerKind, Model, TensorSpec
from percepta.models.registry import FORMATS, ModelFormat, open_model

__all__ = [
    "FORMATS",
    "Forward",
    "GradientModel",
    "Layer",
    "LayerKind",
    "Model",
    "ModelFormat",
    "TensorSpec",
    "open_model",
]
