"""The functions of expressions: what they take and give. ``docs/reference/expressions.md`` lists the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a function takes or gives; whole numbers and quoted texts that it takes must be written down."""

    NUMBER = "number"
    WHOLE = "whole number"
    TEXT = "text"
    QUOTED = "text in quotes"
    TRUTH = "true or false"
    ANY = "any value"
    SAME = "values of one type"
    """Of arguments: all such are of one type. Of a result: that type."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of expressions.

    Attributes:
        takes: kinds of its arguments.
        gives: kind of its result; ``WHOLE`` is a number too.
        description: one sentence.
        optional: how many of the last arguments may be left out.
        more: whether the last argument may be repeated.
    """

    takes: tuple[Kind, ...]
    gives: Kind
    description: str
    optional: int = 0
    more: bool = False

    def signature(self, name: str) -> str:
        """Return how it is written, such as ``round(number, [whole number])``."""
        required = len(self.takes) - self.optional
        parts = [
            kind.value if at < required else f"[{kind.value}]" for at, kind in enumerate(self.takes)
        ]
        return f"{name}({', '.join([*parts, '…'] if self.more else parts)})"


_N, _W, _T, _B, _A, _S = Kind.NUMBER, Kind.WHOLE, Kind.TEXT, Kind.TRUTH, Kind.ANY, Kind.SAME
_Q = Kind.QUOTED

FUNCTIONS: dict[str, Function] = {
    "if": Function((_B, _S, _S), _S, "The second value where the first is true, else the third."),
    "is_missing": Function((_A,), _B, "Whether there is no value; never missing itself."),
    "coalesce": Function((_S, _S), _S, "The first value that is not missing.", more=True),
    "min": Function((_N, _N), _N, "The smallest of several numbers.", more=True),
    "max": Function((_N, _N), _N, "The largest of several numbers.", more=True),
    "clip": Function((_N, _N, _N), _N, "A number, not below the second and not above the third."),
    "abs": Function((_N,), _N, "A number without its sign."),
    "round": Function((_N, _W), _N, "Rounded to so many decimals (none), halves to even.", 1),
    "floor": Function((_N,), _W, "The greatest whole number not above."),
    "ceil": Function((_N,), _W, "The least whole number not below."),
    "bin": Function((_N, _N), _N, "The lower end of the bin of that width that the number is in."),
    "sqrt": Function((_N,), _N, "Square root; missing below 0."),
    "exp": Function((_N,), _N, "e to the power of a number."),
    "log": Function((_N,), _N, "Natural logarithm; missing at 0 and below."),
    "log10": Function((_N,), _N, "Logarithm to base 10; missing at 0 and below."),
    "lower": Function((_T,), _T, "A text in lower case."),
    "length": Function((_T,), _W, "How many characters a text has."),
    "contains": Function(
        (_T, _Q), _B, "Whether the first text contains the second, ignoring case."
    ),
}
