"""What type of value an expression gives, over fields of known types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from percepta.core.errors import ExpressionError
from percepta.core.expressions.functions import FUNCTIONS, Kind
from percepta.core.expressions.tree import Binary, Call, Literal, Name, Node, Unary
from percepta.core.fields import FieldType
from percepta.core.spelling import did_you_mean

_NUMBERS = (FieldType.INTEGER, FieldType.FLOAT)
_WORDS = {
    FieldType.INTEGER: "a number",
    FieldType.FLOAT: "a number",
    FieldType.STRING: "a text",
    FieldType.BOOLEAN: "true or false",
}


def type_of(node: Node, fields: Mapping[str, FieldType]) -> FieldType:
    """Return the type of an expression's values.

    Args:
        node: the expression.
        fields: type of every field there is.

    Raises:
        ExpressionError: an unknown field, or values that do not fit where they stand.
    """
    found = _type(node, fields)
    if found is None:
        raise ExpressionError("The expression never has a value.", node.at)
    return found


def _type(node: Node, fields: Mapping[str, FieldType]) -> FieldType | None:
    """Return the type of a node; None: always missing."""
    match node:
        case Literal():
            return _literal(node)
        case Name():
            return _field(node, fields)
        case Unary():
            return _unary(node, fields)
        case Binary():
            return _binary(node, fields)
        case Call(function="in"):
            _same([_type(argument, fields) for argument in node.arguments], node.arguments)
            return FieldType.BOOLEAN
        case Call():
            return _call(node, fields)


def _literal(node: Literal) -> FieldType | None:
    match node.value:
        case None:
            return None
        case bool():
            return FieldType.BOOLEAN
        case int():
            return FieldType.INTEGER
        case float():
            return FieldType.FLOAT
        case str():
            return FieldType.STRING


def _field(node: Name, fields: Mapping[str, FieldType]) -> FieldType:
    if node.name in fields:
        return fields[node.name]
    raise ExpressionError(
        f"There is no field {node.name!r}.",
        node.at,
        fix=did_you_mean(node.name, fields, "Texts stand in quotes, fields do not."),
    )


def _unary(node: Unary, fields: Mapping[str, FieldType]) -> FieldType | None:
    kind = _type(node.value, fields)
    if node.operator == "not":
        _demand(kind, (FieldType.BOOLEAN,), "'not'", node.value)
    else:
        _demand(kind, _NUMBERS, "'-'", node.value)
    return kind


def _binary(node: Binary, fields: Mapping[str, FieldType]) -> FieldType | None:
    sides = (node.left, node.right)
    kinds = [_type(side, fields) for side in sides]
    match node.operator:
        case "and" | "or":
            for kind, side in zip(kinds, sides, strict=True):
                _demand(kind, (FieldType.BOOLEAN,), f"'{node.operator}'", side)
            return FieldType.BOOLEAN
        case "=" | "!=" | "<" | "<=" | ">" | ">=":
            return _comparison(node, kinds)
        case "+" if FieldType.STRING in kinds:
            return _same(kinds, sides)
    for kind, side in zip(kinds, sides, strict=True):
        _demand(kind, _NUMBERS, f"'{node.operator}'", side)
    whole = node.operator in "+-*%" and kinds == [FieldType.INTEGER, FieldType.INTEGER]
    return FieldType.INTEGER if whole else FieldType.FLOAT


def _comparison(node: Binary, kinds: Sequence[FieldType | None]) -> FieldType:
    if None in kinds:
        raise ExpressionError(
            "Nothing compares with 'missing'.", node.at, fix="Write is_missing(…) instead."
        )
    common = _same(kinds, (node.left, node.right))
    if common is FieldType.BOOLEAN and node.operator not in ("=", "!="):
        raise ExpressionError(f"'{node.operator}' does not compare true and false.", node.at)
    return FieldType.BOOLEAN


def _call(node: Call, fields: Mapping[str, FieldType]) -> FieldType | None:
    function = FUNCTIONS[node.function]
    given, most = len(node.arguments), len(function.takes)
    if given < most - function.optional or (given > most and not function.more):
        raise ExpressionError(
            f"{node.function}() cannot work on {given} value{'s' * (given != 1)}.",
            node.at,
            fix=f"Write {function.signature(node.function)}.",
        )
    same: list[tuple[FieldType | None, Node]] = []
    wholes = True
    for at, argument in enumerate(node.arguments):
        kind = _type(argument, fields)
        wholes &= kind is FieldType.INTEGER
        match function.takes[min(at, most - 1)]:
            case Kind.SAME:
                same.append((kind, argument))
            case Kind.TEXT:
                _demand(kind, (FieldType.STRING,), f"{node.function}()", argument)
            case Kind.TRUTH:
                _demand(kind, (FieldType.BOOLEAN,), f"{node.function}()", argument)
            case Kind.WHOLE:
                _demand_written(argument, kind, FieldType.INTEGER, "A whole number")
            case Kind.QUOTED:
                _demand_written(argument, kind, FieldType.STRING, "A text in quotes")
            case Kind.NUMBER:
                _demand(kind, _NUMBERS, f"{node.function}()", argument)
    match function.gives:
        case Kind.SAME:
            return _same([kind for kind, _ in same], [argument for _, argument in same])
        case Kind.TEXT:
            return FieldType.STRING
        case Kind.TRUTH:
            return FieldType.BOOLEAN
        case Kind.WHOLE:
            return FieldType.INTEGER
    return FieldType.INTEGER if wholes and node.function in _KEEP_WHOLE else FieldType.FLOAT


_KEEP_WHOLE = frozenset({"min", "max", "clip", "abs", "bin"})
"""Functions of numbers that give whole numbers for whole numbers."""


def _demand(
    kind: FieldType | None, allowed: Sequence[FieldType], what: str, argument: Node
) -> None:
    if kind is None or kind in allowed:
        return
    fix = None
    if kind is FieldType.BOOLEAN and FieldType.FLOAT in allowed:
        fix = "Write if(…, 1, 0) to count true as 1."
    raise ExpressionError(
        f"{what} needs {_WORDS[allowed[0]]}; this is {_WORDS[kind]}.", argument.at, fix=fix
    )


def _demand_written(node: Node, kind: FieldType | None, wanted: FieldType, what: str) -> None:
    if not isinstance(node, Literal) or kind is not wanted:
        raise ExpressionError(f"{what} must stand here.", node.at)


def _same(kinds: Sequence[FieldType | None], nodes: Sequence[Node]) -> FieldType | None:
    """Return the one type of several values."""
    common: FieldType | None = None
    for kind, node in zip(kinds, nodes, strict=True):
        if kind is None or kind is common:
            continue
        if common is None:
            common = kind
        elif common in _NUMBERS and kind in _NUMBERS:
            common = FieldType.FLOAT
        else:
            raise ExpressionError(
                f"Values of one type are needed; this is {_WORDS[kind]}, "
                f"what stands before is {_WORDS[common]}.",
                node.at,
            )
    return common
