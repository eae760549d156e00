"""One operator on its own: as a case, as a graph, on onnxruntime and on torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper

from percepta.models.onnx_torch import Translation


@dataclass(frozen=True)
class Case:
    """A node with its inputs.

    Attributes:
        operator: op type.
        inputs: arrays; None for one left out.
        attributes: of the node.
        opset: of its domain.
        domain: of the operator.
        outputs: which outputs are compared (the others are left out), by position.
        tolerance: absolute and relative.
        smooth: whether finite differences can be taken here.
        nodes: the graph, where the node alone is none (sequences); from ``x0, x1, …`` to ``y0, …``.
    """

    operator: str
    inputs: Sequence[Any]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    opset: int = 17
    domain: str = ""
    outputs: tuple[int, ...] = (0,)
    tolerance: float = 1e-5
    smooth: bool = True
    nodes: tuple[onnx.NodeProto, ...] = ()

    def __str__(self) -> str:
        told = [
            f"{k}={v}" for k, v in self.attributes.items() if not isinstance(v, onnx.GraphProto)
        ]
        name = f"{self.domain}.{self.operator}" if self.domain else self.operator
        return "-".join([f"{name}:{self.opset}", *told]).replace(" ", "")


def cases(
    operator: str,
    opsets: int | Sequence[int],
    inputs: Sequence[Any],
    *,
    outputs: tuple[int, ...] = (0,),
    domain: str = "",
    tolerance: float = 1e-5,
    smooth: bool = True,
    nodes: tuple[onnx.NodeProto, ...] = (),
    **attributes: Any,
) -> list[Case]:
    """Return a case for every opset."""
    opsets = [opsets] if isinstance(opsets, int) else opsets
    arrays = [None if value is None else np.asarray(value) for value in inputs]
    return [
        Case(operator, arrays, attributes, opset, domain, outputs, tolerance, smooth, nodes)
        for opset in opsets
    ]


def graph_of(case: Case) -> tuple[onnx.ModelProto, dict[str, np.ndarray]]:
    """Return the graph of one node, and what it is fed."""
    names = [f"x{i}" if array is not None else "" for i, array in enumerate(case.inputs)]
    feed = {name: array for name, array in zip(names, case.inputs, strict=True) if name}
    results = [f"y{i}" if i in case.outputs else "" for i in range(max(case.outputs) + 1)]
    node = helper.make_node(
        case.operator, names, results, name="node", domain=case.domain, **case.attributes
    )
    given = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
        )
        for name, array in feed.items()
    ]
    graph = helper.make_graph(
        case.nodes or [node],
        "g",
        given,
        [onnx.ValueInfoProto(name=name) for name in results if name],
    )
    standard = 17 if case.domain else case.opset
    imports = [helper.make_opsetid("", standard)]
    if case.domain:
        imports.append(helper.make_opsetid(case.domain, case.opset))
    return helper.make_model(graph, opset_imports=imports, ir_version=10), feed


def on_onnxruntime(case: Case) -> list[np.ndarray]:
    model, feed = graph_of(case)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, feed)


def translated(case: Case) -> Translation:
    model, _ = graph_of(case)
    outputs = {f"y{i}": f"y{i}" for i in case.outputs}
    return Translation(model, "", outputs, {}, torch.device("cpu"))


def on_torch(case: Case, feed: Mapping[str, torch.Tensor] | None = None) -> list[torch.Tensor]:
    if feed is None:
        feed = {k: translated(case).accept(v) for k, v in graph_of(case)[1].items()}
    results = translated(case).run(feed, lambda layer, response: response)
    return list(results.values())
