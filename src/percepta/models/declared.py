"""What a model file says it takes, read without running it; and arrays of that shape to open it with.

An integration gives real samples. Without one a network is shown with made-up ones, which is enough for
shapes, layers and parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from percepta.core.errors import ModelError, Where
from percepta.models.model import Array, TensorSpec

EXAMPLES = 2
"""Samples in a made-up batch, where the file leaves its size open."""

_GIVEN = re.compile(r"(?P<name>[^=]+)=(?P<shape>[\d?]+(?:[x,][\d?]+)*)?(?::(?P<dtype>\w+))?")


def declared_inputs(path: Path, trust: bool = False) -> tuple[TensorSpec, ...]:
    """Return the inputs that a model file declares, under its own names; None where a size may vary.

    Nothing where the format does not tell (TorchScript, pickled modules).

    Args:
        path: a file that exists.
        trust: whether code inside the file may run while it is read.

    Raises:
        ModelError: the file is damaged.
        UntrustedModelError: reading it would run code.
    """
    suffix = path.suffix.lower()
    if suffix == ".onnx":
        return tuple(_of_onnx(path))
    if suffix in (".keras", ".h5", ".hdf5"):
        return tuple(_of_keras(path))
    if suffix == ".pt2":
        return tuple(_of_program(path, trust))
    return ()


def parse_input(text: str) -> TensorSpec:
    """Read ``name=shape:dtype``: ``image=1x3x224x224``, ``ids=2x128:int64``; ``?`` leaves a size open.

    Raises:
        ModelError: it is something else.
    """
    matched = _GIVEN.fullmatch(text.strip())
    if matched is None:
        raise ModelError(
            f"An input cannot be read from {text!r}.",
            fix="Say --input NAME=SHAPE or NAME=SHAPE:TYPE, e.g. image=1x3x224x224:float32.",
        )
    try:
        dtype = np.dtype(matched["dtype"] or "float32").name
    except TypeError:
        raise ModelError(
            f"There is no element type {matched['dtype']!r}.",
            fix="Use one of numpy's names: float32, int64, uint8, bool …",
        ) from None
    sizes = re.split("[x,]", matched["shape"]) if matched["shape"] else []
    shape = tuple(None if size == "?" else int(size) for size in sizes)
    return TensorSpec(matched["name"].strip(), shape, dtype)


def made_up(
    declared: Sequence[TensorSpec], given: Sequence[TensorSpec], where: Where
) -> dict[str, Array]:
    """Return a batch of made-up samples, seeded: numbers in 0..1, and ones where whole numbers are taken.

    Args:
        declared: what the file says it takes.
        given: what the user says of inputs; it goes before what the file says.
        where: the model file, for messages.

    Raises:
        ModelError: a size is not known, or a name is not the file's.
    """
    specs = {spec.name: spec for spec in declared}
    foreign = [spec.name for spec in given if specs and spec.name not in specs]
    if foreign:
        raise ModelError(
            f"The model has no input {foreign[0]!r}.",
            where=where,
            fix=f"It has: {', '.join(specs)}.",
        )
    specs |= {spec.name: spec for spec in given}
    if not specs:
        raise ModelError(
            "The file does not say what it takes.",
            where=where,
            fix="Say it: --input NAME=SHAPE:TYPE, e.g. --input image=1x3x224x224:float32.",
        )
    fixed = {spec.shape[0] for spec in specs.values() if spec.shape} - {None}
    batch = min((size for size in fixed if size), default=EXAMPLES)
    chance = np.random.default_rng(0)
    return {name: _array(spec, batch, chance, where) for name, spec in specs.items()}


def _array(spec: TensorSpec, batch: int, chance: np.random.Generator, where: Where) -> Array:
    unknown = [axis for axis, size in enumerate(spec.shape) if size is None and axis > 0]
    if unknown:
        shape = "x".join("?" if size is None else str(size) for size in (batch, *spec.shape[1:]))
        axes = " and ".join(map(str, unknown))
        raise ModelError(
            f"The size of axis {axes} of input {spec.name!r} is not fixed: {spec}.",
            where=where,
            fix=f"Say it, with a number for every ?: --input {spec.name}={shape}:{spec.dtype}.",
        )
    shape_of = (batch, *(size or 1 for size in spec.shape[1:])) if spec.shape else ()
    dtype = np.dtype(spec.dtype)
    if dtype.kind == "f":
        return np.asarray(chance.random(shape_of), dtype)
    return np.ones(shape_of, dtype)  # a token or category that every network knows


def _of_onnx(path: Path) -> Iterator[TensorSpec]:
    from onnx import helper

    from percepta.models.onnx_file import read_onnx

    graph = read_onnx(path)[0].graph
    initialised = {tensor.name for tensor in graph.initializer}
    for value in graph.input:
        if value.name in initialised or not value.type.HasField("tensor_type"):
            continue
        tensor = value.type.tensor_type
        sizes = tuple(dim.dim_value if dim.dim_value > 0 else None for dim in tensor.shape.dim)
        dtype = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type)).name
        yield TensorSpec(value.name, sizes, dtype)


def _of_keras(path: Path) -> Iterator[TensorSpec]:
    from percepta.models.keras_backend import check_installed

    check_installed()
    from percepta.models.keras_archive import read_keras_file

    whole = read_keras_file(path).config
    layers = _layers(whole)
    inputs = [layer for layer in layers if layer.get("class_name") == "InputLayer"]
    for layer in inputs or layers[:1] or [whole]:
        config: Mapping[str, Any] = layer.get("config") or {}
        built: Mapping[str, Any] = layer.get("build_config") or whole.get("build_config") or {}
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        shape = shape or built.get("input_shape")
        if isinstance(shape, list) and all(size is None or isinstance(size, int) for size in shape):
            dtype = config.get("dtype")
            name = str(config.get("name") or "input")
            yield TensorSpec(name, tuple(shape), dtype if isinstance(dtype, str) else "float32")


def _layers(whole: Any) -> list[Mapping[str, Any]]:
    config = whole.get("config") if isinstance(whole, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config
    return [layer for layer in layers or [] if isinstance(layer, dict)]


def _of_program(path: Path, trust: bool) -> Iterator[TensorSpec]:
    from percepta.models.exported_archive import read_program

    program = read_program(path, trust)
    takes = set(program.graph_signature.user_inputs)
    for node in program.graph.nodes:
        value = node.meta.get("val")
        if node.op == "placeholder" and node.name in takes and hasattr(value, "shape"):
            sizes = tuple(size if isinstance(size, int) else None for size in value.shape)
            yield TensorSpec(node.name, sizes, str(value.dtype).removeprefix("torch."))
