"""Calling a Keras model by the integration's names, and naming what it returns."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras
import torch

from percepta.core.errors import ModelError, Where
from percepta.models.matching import match_names
from percepta.models.torch_calls import flatten_outputs

Call = Callable[[Mapping[str, torch.Tensor]], Any]
"""``call(tensors by the integration's names)``: runs the model in evaluation mode."""


def bind_inputs(model: Any, names: Sequence[str]) -> list[Call]:
    """Return the ways to call a model with the integration's inputs, the likeliest first.

    The inputs of a graph and the arguments of a subclassed model's ``call`` are matched by name,
    else by order. A subclassed model with one argument for several inputs takes a dict or a list.

    Raises:
        ModelError: there are too many inputs, or one is left over.
    """
    symbolic = graph_inputs(model)
    if symbolic:
        return [_graph_call(model, names, symbolic)]
    parameters = [
        parameter
        for parameter in inspect.signature(model.call).parameters.values()
        if parameter.name not in ("training", "mask")
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if len(parameters) == 1:
        if len(names) == 1:
            return [lambda tensors: model(tensors[names[0]], training=False)]
        return [
            lambda tensors: model({name: tensors[name] for name in names}, training=False),
            lambda tensors: model([tensors[name] for name in names], training=False),
        ]
    matched = match_names(
        names,
        [parameter.name for parameter in parameters],
        what="input",
        required=[p.name for p in parameters if p.default is inspect.Parameter.empty],
        where=Where(function=f"{type(model).__name__}.call"),
    )
    order = [parameter.name for parameter in parameters]
    first = next((name for name in names if matched[name] == order[0]), None)

    def call(tensors: Mapping[str, torch.Tensor]) -> Any:
        given = {matched[name]: tensors[name] for name in names if name != first}
        positional = [] if first is None else [tensors[first]]
        return model(*positional, **given, training=False)

    return [call]


def graph_inputs(model: Any) -> dict[str, Any]:
    """Return the symbolic inputs of a functional or built sequential model by name; else nothing."""
    inputs = getattr(model, "inputs", None) or []
    structure = getattr(model, "input", None)
    if isinstance(structure, Mapping) and len(structure) == len(inputs):
        by_tensor = {id(tensor): str(key) for key, tensor in structure.items()}
        return {by_tensor.get(id(tensor), tensor.name): tensor for tensor in inputs}
    return {tensor.name: tensor for tensor in inputs}


def name_outputs(model: Any) -> Callable[[Any], dict[str, torch.Tensor]]:
    """Return what names the tensors that a model gives.

    Outputs of a graph go by the key of a dict, else by the layer they come from; others as those of
    a PyTorch module.
    """
    names: list[str] = list(getattr(model, "output_names", None) or [])
    if isinstance(model, keras.Sequential) and model.layers:
        names = [model.layers[-1].name]
    unique = [
        name if names.index(name) == index else f"{name}_{names[: index + 1].count(name)}"
        for index, name in enumerate(names)
    ]

    def named(result: Any) -> dict[str, torch.Tensor]:
        if isinstance(result, Mapping):
            return flatten_outputs(result)
        flat = keras.tree.flatten(result)
        if len(flat) != len(unique):
            return flatten_outputs(result)
        return dict(zip(unique, flat, strict=True))

    return named


def _graph_call(model: Any, names: Sequence[str], symbolic: Mapping[str, Any]) -> Call:
    own = list(symbolic)
    matched = match_names(names, own, what="input", required=own)
    given_for = {matched[name]: name for name in names}
    structure = getattr(model, "input", None)  # a sequential model has none, and one input

    def call(tensors: Mapping[str, torch.Tensor]) -> Any:
        flat = [_fitting(given_for[o], tensors[given_for[o]], symbolic[o]) for o in own]
        packed = flat[0] if structure is None else keras.tree.pack_sequence_as(structure, flat)
        return model(packed, training=False)

    return call


def _fitting(name: str, tensor: torch.Tensor, symbolic: Any) -> torch.Tensor:
    """Return a tensor the input takes; Keras would add axes and cut off fractions silently."""
    sizes = tuple(symbolic.shape)[1:]
    given = tuple(tensor.shape[1:])
    fits = len(sizes) == len(given) and all(
        size is None or size == one for size, one in zip(sizes, given, strict=True)
    )
    if not fits:
        wanted = ", ".join("?" if size is None else str(size) for size in sizes)
        raise ModelError(
            f"One sample of input {name} is {list(given)}, the model takes [{wanted}].",
            fix="The sizes are right but in another order: move the channel axis (numpy.moveaxis)."
            if sorted(given) == sorted(size or 0 for size in sizes)
            else "Let the input function return that shape (without the batch axis).",
        )
    whole = "int" in str(symbolic.dtype)
    if whole and tensor.is_floating_point() and not torch.equal(tensor, tensor.round()):
        raise ModelError(
            f"Input {name} has fractions, the model takes {symbolic.dtype}.",
            fix=f"Let the input function return whole numbers as {symbolic.dtype}.",
        )
    return tensor
