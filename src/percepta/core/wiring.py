"""How an integration is wired to a model: what a run keeps of it, and what the Network view draws."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

FunctionKind = Literal[
    "input", "ground_truth", "loss", "metric", "target", "visualizer", "latent_space"
]
ArgumentSource = Literal["input", "ground_truth", "prediction", "samples"]


@dataclass(frozen=True, slots=True)
class WiredArgument:
    """One argument of a user's function, and the array it receives (see integration's Connection)."""

    argument: str
    source: ArgumentSource
    name: str


@dataclass(frozen=True, slots=True)
class WiredFunction:
    """One function of the user's, or a built-in one, in its place.

    Attributes:
        kind: what it makes.
        name: name of what it makes.
        place: ``script.py:12, in image()``, or empty where it is not known.
        feeds: of an input, the name of the model's input it is given to; None: the model does not take it.
        arguments: what it receives; empty for functions of one sample.
    """

    kind: FunctionKind
    name: str
    place: str = ""
    feeds: str | None = None
    arguments: tuple[WiredArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class WiredSpace:
    """A latent space and the layers it is built of; none where a function of the user's gives it."""

    name: str
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything an integration connects.

    Attributes:
        functions: in the order of the integration, kind by kind.
        predictions: names of the model's outputs, as the network's output nodes are called.
        spaces: latent spaces.
    """

    functions: tuple[WiredFunction, ...]
    predictions: tuple[str, ...]
    spaces: tuple[WiredSpace, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Wiring:
        """Read what :meth:`to_json` wrote."""
        functions = tuple(
            WiredFunction(
                kind=one["kind"],
                name=one["name"],
                place=one["place"],
                feeds=one["feeds"],
                arguments=tuple(WiredArgument(**argument) for argument in one["arguments"]),
            )
            for one in value["functions"]
        )
        spaces = tuple(WiredSpace(one["name"], tuple(one["layers"])) for one in value["spaces"])
        return cls(functions, tuple(value["predictions"]), spaces)
