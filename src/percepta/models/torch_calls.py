"""Calling a PyTorch module by the integration's names, and naming what it returns."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import torch
from torch import nn

from percepta.core.errors import Where
from percepta.models.matching import match_names


@dataclass(frozen=True, slots=True)
class Call:
    """How inputs reach ``forward``.

    Attributes:
        names: the integration's inputs, in its order.
        arguments: the argument each becomes, or None to pass all by position.
        in_dict: whether all go as one dict by input name.
    """

    names: tuple[str, ...]
    arguments: tuple[str, ...] | None
    in_dict: bool = False

    def __call__(self, module: nn.Module, tensors: Mapping[str, torch.Tensor]) -> Any:
        """Run the module on tensors by input name."""
        if self.in_dict:
            return module({name: tensors[name] for name in self.names})
        values = [tensors[name] for name in self.names]
        if self.arguments is None:
            return module(*values)
        return module(**dict(zip(self.arguments, values, strict=True)))


def bind_inputs(module: nn.Module, names: tuple[str, ...]) -> Call:
    """Match inputs to the arguments of ``forward``, by name, else by order.

    Raises:
        ModelError: there are too many, or a required argument is left over.
    """
    try:
        parameters = list(inspect.signature(module.forward).parameters.values())
    except (TypeError, ValueError):  # compiled code shows no signature
        return Call(names, None)
    kinds = {parameter.kind for parameter in parameters}
    if kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.POSITIONAL_ONLY}:
        return Call(names, None)
    named = [p for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]
    if not named and parameters:  # forward(**inputs)
        return Call(names, names)
    if len(named) == 1 and _takes_dict(named[0], names):
        return Call(names, None, in_dict=True)
    matched = match_names(
        names,
        [p.name for p in named],
        what="input",
        required=[p.name for p in named if p.default is inspect.Parameter.empty],
        where=Where(function=f"{type(module).__name__}.forward"),
    )
    return Call(names, tuple(matched[name] for name in names))


def flatten_outputs(result: Any) -> dict[str, torch.Tensor]:
    """Return the tensors a module gave, by path.

    A lone tensor is ``output``; members of a tuple or list are ``output_0``, …; of a dict their
    keys; of a dataclass its fields; deeper ones are joined by dots. What is not a tensor is left out,
    and so are the caches of text generators.
    """
    if isinstance(result, torch.Tensor):
        return {"output": result}
    return dict(_leaves(result, ""))


_CACHES = ("past_key_values", "cache_params", "mems")


def _takes_dict(parameter: inspect.Parameter, names: tuple[str, ...]) -> bool:
    """Whether an only argument takes all inputs at once: by annotation, else by what there is to give."""
    kind = parameter.annotation
    if kind is inspect.Parameter.empty:
        return len(names) > 1 and parameter.name not in names
    text = kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))
    return text.split("[")[0].rpartition(".")[2].lower() in {"dict", "mapping"}


def _leaves(value: Any, path: str) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        yield path, value
        return
    for name, member in _members(value):
        if name not in _CACHES:
            yield from _leaves(member, f"{path}.{name}" if path else name)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(key), member) for key, member in value.items())
    elif is_dataclass(value) and not isinstance(value, type):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))
    elif isinstance(value, list | tuple):
        names = getattr(value, "_fields", None) or [f"output_{i}" for i in range(len(value))]
        yield from zip(names, value, strict=True)
