"""What an expression is once it is read; every node knows where in the text it stands."""

from __future__ import annotations

from dataclasses import dataclass

from percepta.core.filters import Scalar


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written down; None: missing."""

    value: Scalar | None
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """The value of a field."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """An operator before a value: ``-`` or ``not``."""

    operator: str
    value: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two values; ``at`` is the operator's place."""

    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values."""

    function: str
    arguments: tuple[Node, ...]
    at: int


Node = Literal | Name | Unary | Binary | Call


def names(node: Node) -> dict[str, int]:
    """Return the fields that an expression uses, each with the place where it is used first."""
    match node:
        case Name():
            return {node.name: node.at}
        case Unary():
            return names(node.value)
        case Binary():
            return names(node.right) | names(node.left)
        case Call():
            found: dict[str, int] = {}
            for argument in reversed(node.arguments):
                found |= names(argument)
            return found
        case Literal():
            return {}
