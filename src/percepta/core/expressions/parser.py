"""Reading an expression: tokens, then operators by how strongly they bind."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

from percepta.core.errors import ExpressionError
from percepta.core.expressions.functions import FUNCTIONS
from percepta.core.expressions.tree import Binary, Call, Literal, Name, Node, Unary
from percepta.core.spelling import did_you_mean

MAX_LENGTH = 2_000
MAX_DEPTH = 50
MAX_NODES = 200
_LARGEST = sys.float_info.max

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    | (?P<field>`(?:[^`]|``)+`)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>\*\*|==|!=|<=|>=|[-+*/%=<>(),])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)
_CONSTANTS = {"true": True, "false": False, "missing": None}
_WORDS = frozenset({*_CONSTANTS, "and", "or", "not", "in"})
_COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Node:
    """Read an expression.

    Raises:
        ExpressionError: what is wrong with it, and where.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"An expression has at most {MAX_LENGTH:,} characters.", MAX_LENGTH)
    return _Parser(text).expression()


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            if text[at] in "\"'`":
                raise ExpressionError(f"The {text[at]} that begins here is never closed.", at)
            raise ExpressionError(f"{text[at]!r} means nothing here.", at)
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found[kind], found.start(kind)))
        if kind == "end":
            return tokens
        at = found.end()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0
        self._nodes = 0

    def expression(self) -> Node:
        """Read all of it."""
        node = self._any()
        if self._token.kind != "end":
            raise self._unexpected("an operator")
        return node

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> _Token | None:
        token = self._token
        if token.kind in ("sign", "word") and token.text in texts:
            self._next += 1
            return token
        return None

    def _demand(self, text: str) -> None:
        if self._take(text) is None:
            raise self._unexpected(f"'{text}'")

    def _unexpected(self, wanted: str) -> ExpressionError:
        token = self._token
        met = "the end" if token.kind == "end" else f"{token.text!r}"
        return ExpressionError(f"Expected {wanted}, found {met}.", token.at)

    def _made(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ExpressionError(f"An expression has at most {MAX_NODES} parts.", node.at)
        return node

    def _any(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(f"Brackets go at most {MAX_DEPTH} deep.", self._token.at)
        node = self._both()
        while token := self._take("or"):
            node = self._made(Binary("or", node, self._both(), token.at))
        self._depth -= 1
        return node

    def _both(self) -> Node:
        node = self._negation()
        while token := self._take("and"):
            node = self._made(Binary("and", node, self._negation(), token.at))
        return node

    def _negation(self) -> Node:
        signs = []
        while token := self._take("not"):
            signs.append(token)
        return self._signed("not", signs, self._comparison())

    def _comparison(self) -> Node:
        node = self._sum()
        if token := self._take(*_COMPARISONS):
            node = self._made(Binary(_COMPARISONS[token.text], node, self._sum(), token.at))
        elif token := self._take("in"):
            self._demand("(")
            choices = self._list()
            if not choices:
                raise ExpressionError("'in' needs values to choose from.", token.at)
            node = self._made(Call("in", (node, *choices), token.at))
        if token := self._take(*_COMPARISONS):
            raise ExpressionError("Comparisons cannot be chained; join them with 'and'.", token.at)
        return node

    def _sum(self) -> Node:
        node = self._product()
        while token := self._take("+", "-"):
            node = self._made(Binary(token.text, node, self._product(), token.at))
        return node

    def _product(self) -> Node:
        node = self._sign()
        while token := self._take("*", "/", "%"):
            node = self._made(Binary(token.text, node, self._sign(), token.at))
        return node

    def _sign(self) -> Node:
        signs = []
        while token := self._take("-"):
            signs.append(token)
        return self._signed("-", signs, self._power())

    def _signed(self, operator: str, signs: list[_Token], node: Node) -> Node:
        if len(signs) > MAX_DEPTH:
            raise ExpressionError(f"At most {MAX_DEPTH} '{operator}' in a row.", signs[0].at)
        for token in reversed(signs):
            node = self._made(Unary(operator, node, token.at))
        return node

    def _power(self) -> Node:
        node = self._atom()
        if token := self._take("**"):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise ExpressionError(f"Powers go at most {MAX_DEPTH} deep.", token.at)
            node = self._made(Binary("**", node, self._sign(), token.at))
            self._depth -= 1
        return node

    def _atom(self) -> Node:
        token = self._token
        if self._take("("):
            node = self._any()
            self._demand(")")
            return node
        self._next += 1
        match token.kind:
            case "number":
                return self._made(Literal(_number(token), token.at))
            case "text":
                quote = token.text[0]
                value = token.text[1:-1].replace(quote * 2, quote)
                return self._made(Literal(value, token.at))
            case "field":
                return self._made(Name(token.text[1:-1].replace("``", "`"), token.at))
            case "word" if token.text in _CONSTANTS:
                return self._made(Literal(_CONSTANTS[token.text], token.at))
            case "word" if token.text not in _WORDS:
                return self._word(token)
        self._next -= 1
        raise self._unexpected("a field, a value or '('")

    def _word(self, token: _Token) -> Node:
        if not self._take("("):
            return self._made(Name(token.text, token.at))
        if token.text not in FUNCTIONS:
            raise ExpressionError(
                f"There is no function {token.text!r}.",
                token.at,
                fix=did_you_mean(token.text, FUNCTIONS, f"There are {', '.join(FUNCTIONS)}."),
            )
        return self._made(Call(token.text, self._list(), token.at))

    def _list(self) -> tuple[Node, ...]:
        """Read values up to the closing bracket; the opening one is read."""
        if self._take(")"):
            return ()
        arguments = [self._any()]
        while self._take(","):
            arguments.append(self._any())
        self._demand(")")
        return tuple(arguments)


def _number(token: _Token) -> int | float:
    value: int | float = int(token.text) if token.text.isdigit() else float(token.text)
    if abs(value) > _LARGEST:
        raise ExpressionError("The number is too large.", token.at)
    return value
