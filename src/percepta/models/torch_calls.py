"""Calling a PyTorch module by the integration's names, and naming what it returns."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from percepta.core.errors import Where
from percepta.models.matching import match_names

_PACKAGES = (str(Path(torch.__file__).parent), str(Path(__file__).parent))


@dataclass(frozen=True, slots=True)
class Call:
    """How inputs reach ``forward``.

    Attributes:
        names: the integration's inputs, in its order.
        arguments: the argument each becomes, or None to pass all by position.
    """

    names: tuple[str, ...]
    arguments: tuple[str, ...] | None

    def __call__(self, module: nn.Module, tensors: Mapping[str, torch.Tensor]) -> Any:
        """Run the module on tensors by input name."""
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
    keys; deeper ones are joined by dots. What is not a tensor is left out.
    """
    if isinstance(result, torch.Tensor):
        return {"output": result}
    return dict(_leaves(result, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, torch.Tensor]]:
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, Mapping):
        for key, member in value.items():
            yield from _leaves(member, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        names = getattr(value, "_fields", None) or [f"output_{i}" for i in range(len(value))]
        for name, member in zip(names, value, strict=True):
            yield from _leaves(member, f"{path}.{name}" if path else name)


def user_frame(error: BaseException) -> Where | None:
    """Return the innermost place in the user's own code that an exception came through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(_PACKAGES) and Path(frame.filename).is_file():
            return Where(file=frame.filename, line=frame.lineno, function=frame.name)
    return None
