"""The reference table of operators, written from the table of the code and the cases of the tests."""

from __future__ import annotations

from collections.abc import Sequence

from percepta.models.onnx_torch import OPERATORS
from tests.models.onnx_torch.single import Case

_HEAD = """# ONNX operators with gradients

Evaluation runs every operator that onnxruntime knows. Gradients (heat maps) go through percepta's own
translation of the graph to torch, which knows the {count} operators below; a file that needs another one is
evaluated all the same and only its heat maps are missing, with the operator named.

Written by `tests/models/onnx_torch/test_operators.py` (`PERCEPTA_WRITE_DOCS=1` renews it): each operator is
compared with onnxruntime in every opset listed, and its gradient with finite differences. “no” under
*gradient* means that none passes: the results are whole numbers, truth values, sizes or steps.

| operator | opsets tested | cases | gradient | notes |
|---|---|---|---|---|
"""


def render(cases: Sequence[Case]) -> str:
    rows = []
    for (domain, name), entries in sorted(OPERATORS.items(), key=lambda item: item[0]):
        mine = [case for case in cases if (case.domain, case.operator) == (domain, name)]
        opsets = ", ".join(str(opset) for opset in sorted({case.opset for case in mine}))
        note = " ".join((entries[0].function.__doc__ or "").split())
        gradient = "yes" if entries[0].differentiable else "no"
        label = f"{domain}.{name}" if domain else name
        rows.append(f"| `{label}` | {opsets} | {len(mine)} | {gradient} | {note} |\n")
    return _HEAD.format(count=len(OPERATORS)) + "".join(rows)
