"""Expressions over the columns of a run: one Arrow kernel an operator, missing stays missing.

Numbers are doubles throughout; null is missing. The trees are small (``MAX_NODES`` of the parser), so that
time and memory are a small multiple of the columns'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from percepta.core.errors import ExpressionError
from percepta.core.expressions import Binary, Call, Literal, Name, Node, Unary
from percepta.core.fields import FieldType
from percepta.storage.columns import DICTIONARY_LIMIT

MAX_TEXT_BYTES = 1 << 29
"""Texts that are put together may take so much memory."""

_LARGEST_WHOLE = 2.0**53
"""Doubles hold every whole number up to here."""

_ARROW = {
    FieldType.FLOAT: pa.float64(),
    FieldType.INTEGER: pa.float64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.STRING: pa.string(),
}

Values = Any
"""An Arrow array of ``n`` values, or a scalar."""


def evaluate(
    node: Node, type_: FieldType, column: Callable[[str], pa.ChunkedArray], n: int
) -> pa.ChunkedArray:
    """Return the values of an expression, as a run keeps columns: floats with NaN, others with nulls.

    Args:
        node: the expression; its types fit (:func:`percepta.core.expressions.type_of`).
        type_: what it gives.
        column: finds a field's values.
        n: rows of the run.

    Raises:
        ExpressionError: it would make too much text.
    """
    found = _of(node, column)
    if isinstance(found, pa.Scalar):
        found = pa.repeat(found.cast(_ARROW[type_]), n)
    elif isinstance(found, pa.ChunkedArray):
        found = pa.concat_arrays(found.chunks) if found.num_chunks else pa.array([], found.type)
    return pa.chunked_array([_stored(found, type_)])


def _stored(values: pa.Array, type_: FieldType) -> pa.Array:
    match type_:
        case FieldType.FLOAT | FieldType.INTEGER:
            doubles = values.fill_null(np.nan).to_numpy(zero_copy_only=False)
            if type_ is FieldType.FLOAT:
                return pa.array(np.where(np.isfinite(doubles), doubles, np.nan))
            fits = np.abs(doubles) <= _LARGEST_WHOLE
            return pa.array(np.where(fits, doubles, 0).astype(np.int64), mask=~fits)
        case FieldType.STRING:
            encoded = pc.dictionary_encode(values)
            return encoded if len(encoded.dictionary) <= DICTIONARY_LIMIT else values
        case FieldType.BOOLEAN:
            return values


def _of(node: Node, column: Callable[[str], pa.ChunkedArray]) -> Values:
    """Return the values of a node, worked out from its leaves."""
    match node:
        case Literal(value=int() as number) if not isinstance(number, bool):
            return pa.scalar(float(number))
        case Literal():
            return pa.scalar(node.value)
        case Name():
            return _loaded(column(node.name))
        case Unary(operator="not"):
            return pc.invert(_as(pa.bool_(), _of(node.value, column)))
        case Unary():
            return pc.negate(_as(_NUMBER, _of(node.value, column)))
        case Binary():
            return _binary(node, _of(node.left, column), _of(node.right, column))
        case Call():
            return _call(node, [_of(argument, column) for argument in node.arguments])


def _loaded(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.string()).combine_chunks()
    if pa.types.is_integer(column.type):
        return column.cast(pa.float64(), safe=False).combine_chunks()
    if pa.types.is_floating(column.type):
        return pa.array(column.cast(pa.float64()).to_numpy(), from_pandas=True)  # NaN: missing
    return column.combine_chunks()


def _binary(node: Binary, left: Values, right: Values) -> Values:
    match node.operator:
        case "and":
            return pc.and_kleene(_as(pa.bool_(), left), _as(pa.bool_(), right))
        case "or":
            return pc.or_kleene(_as(pa.bool_(), left), _as(pa.bool_(), right))
        case "+" if pa.string() in (left.type, right.type):
            return _together(node, _as(pa.string(), left), _as(pa.string(), right))
        case operator if operator in _COMPARISONS:
            return _COMPARISONS[operator](left, right)
    return _finite(_ARITHMETIC[node.operator](_as(_NUMBER, left), _as(_NUMBER, right)))


def _call(node: Call, given: Sequence[Values]) -> Values:
    match node.function:
        case "in":
            value, *choices = _alike(given)
            found: Values = pa.scalar(False)
            for choice in choices:
                found = pc.or_(found, pc.fill_null(pc.equal(value, choice), False))
            return pc.if_else(pc.is_valid(value), found, pa.scalar(None, pa.bool_()))
        case "if":
            return pc.if_else(_as(pa.bool_(), given[0]), *_alike(given[1:]))
        case "coalesce":
            return pc.coalesce(*_alike(given))
        case "is_missing":
            return pc.is_null(given[0])
        case "contains":
            text, part = (_folded(_as(pa.string(), each)) for each in given)
            return pc.match_substring(text, part.as_py())
        case "lower":
            return pc.utf8_lower(_as(pa.string(), given[0]))
        case "length":
            return pc.utf8_length(_as(pa.string(), given[0])).cast(_NUMBER)
        case "round":
            decimals = int(given[1].as_py()) if len(given) > 1 else 0
            return _finite(pc.round(_as(_NUMBER, given[0]), min(decimals, _MOST_DECIMALS)))
    return _finite(_NUMERIC[node.function](*(_as(_NUMBER, each) for each in given)))


def _as(type_: pa.DataType, values: Values) -> Values:
    """Give a type to values that are all missing; others have it."""
    return values if values.type == type_ else values.cast(type_)


def _alike(given: Sequence[Values]) -> list[Values]:
    types = [values.type for values in given if not pa.types.is_null(values.type)]
    return [_as(types[0], values) for values in given] if types else list(given)


def _finite(numbers: Values) -> Values:
    """Make missing what is no finite number: a division by zero, the logarithm of nothing."""
    return pc.if_else(pc.is_finite(numbers), numbers, _NOTHING)


def _quotient(left: Values, right: Values) -> Values:
    return pc.divide(left, pc.if_else(pc.equal(right, 0.0), _NOTHING, right))


def _remainder(left: Values, right: Values) -> Values:
    """The remainder with the sign of the divisor, as people count hours."""
    return pc.subtract(left, pc.multiply(pc.floor(_quotient(left, right)), right))


def _folded(text: Values) -> Values:
    """A text as ``contains`` compares it, letter by letter; filters do the same."""
    return pc.replace_substring(pc.utf8_lower(text), "ς", "σ")


def _together(node: Binary, left: Values, right: Values) -> Values:
    rows = max((len(each) for each in (left, right) if not isinstance(each, pa.Scalar)), default=1)
    lengths = [
        (pc.binary_length(each).as_py() or 0) * rows
        if isinstance(each, pa.Scalar)
        else pc.sum(pc.binary_length(each)).as_py() or 0
        for each in (left, right)
    ]
    if sum(lengths) > MAX_TEXT_BYTES:
        raise ExpressionError("This makes more text than the memory is meant for.", node.at)
    return pc.binary_join_element_wise(left, right, "")


_NUMBER = pa.float64()
_NOTHING = pa.scalar(None, _NUMBER)
_MOST_DECIMALS = 300

_COMPARISONS: dict[str, Callable[[Values, Values], Values]] = {
    "=": pc.equal,
    "!=": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
_ARITHMETIC: dict[str, Callable[[Values, Values], Values]] = {
    "+": pc.add,
    "-": pc.subtract,
    "*": pc.multiply,
    "/": _quotient,
    "%": _remainder,
    "**": pc.power,
}
_NUMERIC: dict[str, Callable[..., Values]] = {
    "min": lambda *given: pc.min_element_wise(*given, skip_nulls=False),
    "max": lambda *given: pc.max_element_wise(*given, skip_nulls=False),
    "clip": lambda value, low, high: pc.min_element_wise(
        pc.max_element_wise(value, low, skip_nulls=False), high, skip_nulls=False
    ),
    "bin": lambda value, width: pc.multiply(pc.floor(_quotient(value, width)), width),
    "abs": pc.abs,
    "floor": pc.floor,
    "ceil": pc.ceil,
    "sqrt": pc.sqrt,
    "exp": pc.exp,
    "log": pc.ln,
    "log10": pc.log10,
}
