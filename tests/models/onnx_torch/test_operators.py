"""Every operator of the table gives what onnxruntime gives, and gradients that finite differences give."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest
import torch

from percepta.models.onnx_torch import OPERATORS
from tests.conftest import ROOT
from tests.models.onnx_torch import (
    flow_cases,
    numeric_cases,
    recurrent_cases,
    spatial_cases,
    structural_cases,
)
from tests.models.onnx_torch.single import graph_of, on_onnxruntime, on_torch
from tests.models.onnx_torch.table import render

CASES = [
    *numeric_cases.ELEMENTWISE,
    *numeric_cases.ACTIVATIONS,
    *numeric_cases.LOGIC,
    *numeric_cases.REDUCTIONS,
    *numeric_cases.MATRIX,
    *numeric_cases.MICROSOFT,
    *spatial_cases.CONVOLUTION,
    *spatial_cases.POOLING,
    *spatial_cases.PADDING,
    *spatial_cases.RESIZE,
    *spatial_cases.NORMALISATION,
    *structural_cases.SHAPES,
    *structural_cases.INDEXING,
    *recurrent_cases.RECURRENT,
    *recurrent_cases.QUANTISATION,
    *flow_cases.CONTROL_FLOW,
    *flow_cases.SEQUENCES,
]


def meaning(case):
    entries = OPERATORS[case.domain, case.operator]
    return next(entry for entry in entries if entry.since <= case.opset)


def has_gradient(case):
    floats = any(array is not None and array.dtype == np.float32 for array in case.inputs)
    return meaning(case).differentiable and case.smooth and floats


@pytest.mark.parametrize("case", CASES, ids=str)
def test_parity_with_onnxruntime(case):
    expected = on_onnxruntime(case)
    for ours, theirs in zip(on_torch(case), expected, strict=True):
        assert tuple(ours.shape) == theirs.shape
        if theirs.dtype == np.float32:
            assert ours.dtype == torch.float32
        np.testing.assert_allclose(
            ours.detach().double().numpy(),
            theirs.astype(np.float64),
            rtol=case.tolerance,
            atol=case.tolerance,
        )


@pytest.mark.parametrize("case", [case for case in CASES if has_gradient(case)], ids=str)
def test_gradients_equal_finite_differences(case):
    """In double precision, along random directions, for each input with fractions."""
    random = torch.Generator().manual_seed(0)
    feed = {
        name: torch.from_numpy(
            array.astype(np.float64) if array.dtype == np.float32 else array.copy()
        )
        for name, array in graph_of(case)[1].items()
    }
    wanted = [name for name, tensor in feed.items() if tensor.is_floating_point()]

    def total(changed):
        outputs = [y for y in on_torch(case, {**feed, **changed}) if y.is_floating_point()]
        return sum((y * weights).sum() for y, weights in zip(outputs, given, strict=True))

    outputs = [y for y in on_torch(case, feed) if y.is_floating_point()]
    given = [torch.randn(y.shape, generator=random, dtype=torch.float64) for y in outputs]
    leaves = {name: feed[name].clone().requires_grad_() for name in wanted}
    value = total(leaves)
    if not outputs or not value.requires_grad:
        assert case.operator in ("Cast", "CastLike", "Range"), "no gradient reaches the inputs"
        return
    gradients = torch.autograd.grad(
        value, list(leaves.values()), allow_unused=True, materialize_grads=True
    )
    for name, gradient in zip(wanted, gradients, strict=True):
        if case.operator in ("Resize", "Upsample", "Pad") and name != "x0":
            continue  # scales and fill values are read as plain numbers
        direction = torch.randn(feed[name].shape, generator=random, dtype=torch.float64)
        step = 1e-6
        ahead, behind = (total({name: feed[name] + sign * step * direction}) for sign in (1, -1))
        slope = float((ahead - behind) / (2 * step))
        assert float((gradient * direction).sum()) == pytest.approx(slope, rel=1e-4, abs=1e-6)


def test_every_operator_of_the_table_has_a_case_for_each_of_its_meanings():
    covered = {(case.domain, case.operator, meaning(case).since) for case in CASES}
    entries = itertools.chain.from_iterable(OPERATORS.values())
    assert {(entry.domain, entry.name, entry.since) for entry in entries} == covered


def test_the_reference_table_is_up_to_date():
    path = ROOT / "docs" / "reference" / "onnx-operators.md"
    text = render(CASES)
    if os.environ.get("PERCEPTA_WRITE_DOCS") == "1":
        path.write_text(text)
    assert path.read_text() == text, "run this test with PERCEPTA_WRITE_DOCS=1"
