"""The table of operators: one function for each, by domain, name and the opset since which it holds.

An operator is a function of tensors whose parameters bear the names of the standard. A positional
parameter is an input; a parameter that ONNX moved from attribute to input (``axes`` of Squeeze, ``k``
of TopK) is given either way, so that one function serves both. Parameters that are read as plain
numbers are annotated :data:`Ints` or :data:`Floats`: they stay on the host and carry no gradient.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args, get_type_hints

import torch

Ints = list[int]
Floats = list[float]
Function = Callable[..., Any]
F = TypeVar("F", bound=Function)

MICROSOFT = "com.microsoft"


@dataclass(frozen=True, slots=True)
class Operator:
    """What computes one operator of ONNX on torch.

    Attributes:
        name: as in the standard, e.g. ``Conv``.
        domain: ``""`` for the standard itself.
        since: first opset of the domain whose meaning this is.
        function: of tensors (None for an input left out) and attributes; gives a tensor, a sequence
            (a list) or, for several outputs, a tuple.
        differentiable: whether gradients pass from its inputs to its outputs.
    """

    name: str
    domain: str
    since: int
    function: Function
    differentiable: bool
    _inputs: tuple[str, ...] = field(repr=False)
    _takes_many: bool = field(repr=False)
    _keywords: frozenset[str] = field(repr=False)
    _numbers: Mapping[str, type] = field(repr=False)

    @property
    def counts_outputs(self) -> bool:
        """Whether it must be told how many outputs its node has (keyword ``outputs``)."""
        return "outputs" in self._keywords

    def foreign_attributes(self, names: Sequence[str]) -> list[str]:
        """Return the attributes that it does not know."""
        return [name for name in names if name not in self._keywords]

    def takes(self, count: int) -> bool:
        """Whether it knows what to do with so many inputs."""
        return self._takes_many or count <= len(self._inputs)

    def __call__(self, inputs: Sequence[Any], attributes: Mapping[str, Any]) -> tuple[Any, ...]:
        """Compute the outputs; inputs on mixed devices meet on the one that is not the host."""
        values = [
            value
            if value is None or name not in self._numbers
            else _read(self._numbers[name], value)
            for name, value in zip(self._names(len(inputs)), inputs, strict=True)
        ]
        results = self.function(*_together(values), **attributes)
        return results if isinstance(results, tuple) else (results,)

    def _names(self, count: int) -> list[str]:
        return [*self._inputs[:count], *[""] * (count - len(self._inputs))]


OPERATORS: dict[tuple[str, str], list[Operator]] = {}
"""By domain and name, its meanings, the latest first."""


def operator(
    name: str, since: int = 1, *, domain: str = "", differentiable: bool = True
) -> Callable[[F], F]:
    """Enter a function into the table."""

    def enter(function: F) -> F:
        parameters = inspect.signature(function).parameters.values()
        kinds = inspect.Parameter
        positional = tuple(p.name for p in parameters if p.kind is kinds.POSITIONAL_OR_KEYWORD)
        hints = get_type_hints(function)
        numbers = {
            name: kind
            for name in positional
            for kind, alias in ((int, Ints), (float, Floats))
            if alias in (hints.get(name), *get_args(hints.get(name)))
        }
        entry = Operator(
            name,
            domain,
            since,
            function,
            differentiable,
            positional,
            any(p.kind is kinds.VAR_POSITIONAL for p in parameters),
            frozenset(p.name for p in parameters if p.kind is not kinds.VAR_POSITIONAL),
            numbers,
        )
        meanings = OPERATORS.setdefault((domain, name), [])
        meanings.append(entry)
        meanings.sort(key=lambda meaning: -meaning.since)
        return function

    return enter


def find_operator(domain: str, name: str, opset: int) -> Operator | None:
    """Return what an operator means in an opset of its domain, or None."""
    meanings = OPERATORS.get(("" if domain == "ai.onnx" else domain, name), ())
    return next((meaning for meaning in meanings if meaning.since <= opset), None)


def _read(kind: type, value: Any) -> list[Any]:
    return [kind(number) for number in torch.as_tensor(value).detach().flatten().tolist()]


def _together(values: list[Any]) -> list[Any]:
    devices = {value.device for value in values if isinstance(value, torch.Tensor)}
    if len(devices) < 2:
        return values
    device = next(device for device in devices if device.type != "cpu")
    return [value.to(device) if isinstance(value, torch.Tensor) else value for value in values]
