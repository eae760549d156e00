"""What shapes the computation of an ONNX node, in words for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import onnx
from onnx import TensorProto, helper

_PLAIN = (
    "axis",
    "axes",
    "perm",
    "mode",
    "coordinate_transformation_mode",
    "hidden_size",
    "num_heads",
    "num_groups",
    "blocksize",
    "equation",
)
"""Attributes told as they are."""


def settings_of(node: onnx.NodeProto, weight: Sequence[int | None]) -> tuple[tuple[str, str], ...]:
    """Return ``(name, value)`` of a node's settings: ``kernel_size`` → ``3×3``.

    Args:
        node: of a graph.
        weight: shape of its learned input, empty where it has none.
    """
    given = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    told: list[tuple[str, str]] = []
    widths = _WIDTHS.get(node.op_type)
    if widths is not None and len(weight) >= 2:
        told += widths(weight, given)
    kernel = given.get("kernel_shape") or (weight[2:] if "Conv" in node.op_type else ())
    if kernel:
        told.append(("kernel_size", _sizes(kernel)))
    for name, attribute, usual in (
        ("stride", "strides", 1),
        ("dilation", "dilations", 1),
        ("output_padding", "output_padding", 0),
    ):
        values = given.get(attribute, ())
        if any(value != usual for value in values):
            told.append((name, _sizes(values)))
    told += _padding(given)
    if given.get("group", 1) != 1:
        told.append(("groups", str(given["group"])))
    if given.get("direction") not in (None, b"forward"):
        told.append(("direction", _text(given["direction"])))
    told += [(name, _text(given[name])) for name in _PLAIN if name in given]
    if "to" in given:
        told.append(("to", TensorProto.DataType.Name(given["to"]).lower()))
    return tuple(told)


def _padding(given: dict[str, object]) -> list[tuple[str, str]]:
    automatic = given.get("auto_pad")
    if automatic not in (None, b"NOTSET", b""):
        return [("padding", _text(automatic).lower())]
    pads = given.get("pads")
    if not isinstance(pads, Sequence) or not any(pads):
        return []
    before, after = pads[: len(pads) // 2], pads[len(pads) // 2 :]
    if before == after:
        return [("padding", _sizes(before))]
    return [("padding", f"{_sizes(before)} before, {_sizes(after)} after")]


Widths = Callable[[Sequence[Any], dict[str, int]], list[tuple[str, str]]]


def _of_conv(weight: Sequence[Any], given: dict[str, int]) -> list[tuple[str, str]]:
    channels = weight[1] * given.get("group", 1)
    return [("in_channels", str(channels)), ("out_channels", str(weight[0]))]


def _of_transposed(weight: Sequence[Any], given: dict[str, int]) -> list[tuple[str, str]]:
    channels = weight[1] * given.get("group", 1)
    return [("in_channels", str(weight[0])), ("out_channels", str(channels))]


def _of_product(weight: Sequence[Any], given: dict[str, int]) -> list[tuple[str, str]]:
    rows, columns = weight[-2:]
    if given.get("transB", 0):
        rows, columns = columns, rows
    return [("in_features", str(rows)), ("out_features", str(columns))]


def _of_embedding(weight: Sequence[Any], given: dict[str, int]) -> list[tuple[str, str]]:
    return [("num_embeddings", str(weight[0])), ("embedding_dim", str(weight[-1]))]


_WIDTHS: dict[str, Widths] = {
    "Conv": _of_conv,
    "FusedConv": _of_conv,
    "ConvTranspose": _of_transposed,
    "Gather": _of_embedding,
    "Gemm": _of_product,
    "FusedGemm": _of_product,
    "MatMul": _of_product,
    "FusedMatMul": _of_product,
}


def _sizes(values: Sequence[object]) -> str:
    return "×".join(str(value) for value in values)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(each) for each in value)
    return str(value)
