"""Opening PyTorch, Keras and ONNX models as one :class:`Model`: the only floor that knows a file format.

Importing this package imports neither torch nor onnxruntime nor Keras; opening a model does.
"""

from percepta.models.model import Forward, Gradients, Layer, LayerKind, Model, Target, TensorSpec
from percepta.models.registry import FORMATS, ModelFormat, open_model

__all__ = [
    "FORMATS",
    "Forward",
    "Gradients",
    "Layer",
    "LayerKind",
    "Model",
    "ModelFormat",
    "Target",
    "TensorSpec",
    "open_model",
]
