"""ONNX graphs on torch: a small executor, for gradients only (onnxruntime does the forward pass).

:mod:`.table` is the list of operators; the modules beside it fill it, by family.
:mod:`.translation` turns a graph into steps and runs them.
"""

from percepta.models.onnx_torch.table import OPERATORS, Operator
from percepta.models.onnx_torch.translation import Translation, unsupported_operators

__all__ = ["OPERATORS", "Operator", "Translation", "unsupported_operators"]
