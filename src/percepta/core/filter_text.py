"""Filters as people type them: ``loss > 2 and label in (cat, dog)``.

The language is that of :mod:`percepta.core.expressions`, as far as a filter can say it: comparisons of a
field with a value, joined by ``and``. A word in the place of a value is a text. A number matches texts that
read the same, so ``label = 3`` finds the label ``"3"``. What ``!=`` and ``not`` match includes the samples
without a value.
"""

from __future__ import annotations

from dataclasses import replace

from percepta.core.errors import ExpressionError, FilterError
from percepta.core.expressions import Binary, Call, Literal, Name, Node, Unary, parse
from percepta.core.filters import Compare, Filter, Operator, Scalar

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_ORDERED = {
    "<": Operator.LESS,
    "<=": Operator.LESS_EQUAL,
    ">": Operator.GREATER,
    ">=": Operator.GREATER_EQUAL,
}
_FIX = "Keep it as a field, which a filter can compare: percepta fields add NAME EXPRESSION."


def parse_filter(text: str) -> Filter:
    """Read a filter.

    Raises:
        FilterError: it cannot be read, or says what no filter can; the message tells where.
    """
    try:
        clauses = _conjunction(parse(text))
    except ExpressionError as error:
        raise FilterError(
            f"The filter cannot be read at character {error.at + 1}: {error.message}",
            fix=error.fix or "Write e.g. 'loss > 2 and label in (cat, dog)'.",
        ) from None
    return Filter.from_json(Filter(tuple(clauses)).to_json())  # its limits hold here too


def _conjunction(node: Node) -> list[Compare]:
    match node:
        case Binary("and", left, right):
            return [*_conjunction(left), *_conjunction(right)]
        case Unary("not", Binary("or", left, right), at):  # neither of them
            return [*_conjunction(Unary("not", left, at)), *_conjunction(Unary("not", right, at))]
        case Unary("not", inner, at):
            clauses = _conjunction(inner)
            if len(clauses) != 1:
                raise ExpressionError("'not' takes one comparison.", at, fix=_FIX)
            return [replace(clauses[0], negate=not clauses[0].negate)]
        case Binary("or", left, right, at):
            return [_either(_conjunction(left), _conjunction(right), at)]
        case _:
            return [_clause(node)]


def _either(left: list[Compare], right: list[Compare], at: int) -> Compare:
    """Join choices of values of one field; no other ``or`` is a filter."""
    both = [*left, *right]
    choices = all(clause.op is Operator.IN and not clause.negate for clause in both)
    if len(both) == 2 and choices and left[0].field == right[0].field:
        return replace(left[0], value=(*left[0].value, *right[0].value))
    raise ExpressionError("'or' joins values of one field only.", at, fix=_FIX)


def _clause(node: Node) -> Compare:
    match node:
        case Name(name):
            return Compare(name, Operator.IN, (True,))
        case Binary(operator, left, right, at) if operator in _MIRRORED:
            if not isinstance(left, Name):
                left, right, operator = right, left, _MIRRORED[operator]
            if isinstance(left, Name):
                return _comparison(left.name, operator, right, at)
        case Call("in", (Name(name), *choices)):
            values = [value for choice in choices for value in _readings(choice)]
            return Compare(name, Operator.IN, tuple(values))
        case Call("is_missing", (Name(name),)):
            return Compare(name, Operator.MISSING)
        case Call("contains", (Name(name), Literal(str(text)))):
            return Compare(name, Operator.CONTAINS, (text,))
    raise ExpressionError("A filter compares a field with a value.", node.at, fix=_FIX)


def _comparison(field: str, operator: str, value: Node, at: int) -> Compare:
    if operator in _ORDERED:
        number = _value(value)
        if isinstance(number, bool | str) or number is None:
            raise ExpressionError(f"{operator!r} needs a number.", value.at)
        return Compare(field, _ORDERED[operator], (number,))
    if isinstance(value, Literal) and value.value is None:
        return Compare(field, Operator.MISSING, negate=operator == "!=")
    return Compare(field, Operator.IN, tuple(_readings(value)), negate=operator == "!=")


def _readings(node: Node) -> list[Scalar]:
    """Return what a value may stand for: itself, and what a text would have to read."""
    value = _value(node)
    if value is None:
        raise ExpressionError("'missing' stands alone: is_missing(field).", node.at)
    if isinstance(value, bool):
        return [value, str(value).lower()]
    return [value] if isinstance(value, str) else [value, str(value)]


def _value(node: Node) -> Scalar | None:
    match node:
        case Literal(value):
            return value
        case Name(name):
            return name
        case Unary("-", Literal(int() | float() as number)) if not isinstance(number, bool):
            return -number
    raise ExpressionError("A filter compares a field with a value.", node.at, fix=_FIX)
