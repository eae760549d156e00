"""Expressions: what is read, what type it has, and what is wrong where; no text is ever run as code."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from percepta.core.errors import ExpressionError
from percepta.core.expressions import (
    FUNCTIONS,
    MAX_LENGTH,
    Binary,
    Literal,
    Name,
    Unary,
    names,
    parse,
    type_of,
)
from percepta.core.fields import FieldType

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "expressions.md"
FIELDS = {
    "loss": FieldType.FLOAT,
    "count": FieldType.INTEGER,
    "label": FieldType.STRING,
    "right": FieldType.BOOLEAN,
    "car percent": FieldType.FLOAT,
    "odd`name": FieldType.FLOAT,
}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("loss * 2 + count", "float"),
        ("count % 3 - 1", "integer"),
        ("count / 2", "float"),
        ("`car percent` / 100", "float"),
        ("`odd``name`", "float"),
        ("1e-3", "float"),
        ("label + '''' + \"\"\"\"", "string"),
        ("if(right, 1, missing)", "integer"),
        ("if(right, 1, 0.5)", "float"),
        ("not right and loss > 2 or count = 1", "boolean"),
        ("label in ('cat', \"dog\")", "boolean"),
        ("round(loss)", "float"),
        ("floor(loss)", "integer"),
        ("max(count, 1, 2)", "integer"),
        ("coalesce(missing, label)", "string"),
        ("is_missing(label)", "boolean"),
        ("- -count", "integer"),
    ],
)
def test_types(text: str, kind: str) -> None:
    assert type_of(parse(text), FIELDS) == kind


def test_how_strongly_operators_bind() -> None:
    assert parse("1 - 2 - 3") == Binary(
        "-", Binary("-", Literal(1, 0), Literal(2, 4), 2), Literal(3, 8), 6
    )
    assert parse("-2 ** 2") == Unary("-", Binary("**", Literal(2, 1), Literal(2, 6), 3), 0)
    assert parse("2 ** -1") == Binary("**", Literal(2, 0), Unary("-", Literal(1, 6), 5), 2)
    assert parse("not a = b") == Unary("not", Binary("=", Name("a", 4), Name("b", 8), 6), 0)
    either = parse("a or b and c")
    assert isinstance(either, Binary)
    assert (either.operator, either.left) == ("or", Name("a", 0))


def test_names_are_found_where_they_stand_first() -> None:
    assert names(parse("if(a > b, `b`, c + a)")) == {"a": 3, "b": 7, "c": 15}


@pytest.mark.parametrize(
    ("text", "at", "told"),
    [
        ("los + 1", 0, "Did you mean 'loss'?"),
        ("loss + label", 7, "one type"),
        ("2 * label", 4, "'*' needs a number; this is a text"),
        ("right + 1", 0, "if(…, 1, 0)"),
        ("log(label)", 4, "log() needs a number"),
        ("1 < 2 < 3", 6, "cannot be chained"),
        ("(loss", 5, "Expected ')', found the end"),
        ('label = "cat', 8, "never closed"),
        ("loss $ 2", 5, "'$' means nothing here"),
        ("", 0, "found the end"),
        ("loss loss", 5, "Expected an operator"),
        ("missing", 0, "never has a value"),
        ("loss = missing", 5, "is_missing"),
        ("right < true", 6, "does not compare true and false"),
        ("round(loss, count)", 12, "A whole number must stand here"),
        ("contains(label, label)", 16, "A text in quotes must stand here"),
        ("min(loss)", 0, "Write min(number, number, …)"),
        ("rond(loss)", 0, "Did you mean 'round'?"),
        ("label in ()", 6, "needs values"),
        ("label in ('a', 1)", 15, "one type"),
        ("not loss", 4, "'not' needs true or false"),
        ("loss and right", 0, "'and' needs true or false"),
        ("if(loss, 1, 2)", 3, "if() needs true or false"),
        ("9" * 400, 0, "too large"),
        ("(" * 60, 50, "at most 50 deep"),
        ("2**" * 60 + "2", 148, "at most 50 deep"),
        ("-" * 60 + "1", 0, "in a row"),
        ("loss" + "+1" * 300, 202, "at most 200 parts"),
        ("x" * (MAX_LENGTH + 1), MAX_LENGTH, "at most 2,000 characters"),
        ("__import__('os').system('true')", 16, "'.' means nothing here"),
        ("__import__('os')", 0, "There is no function '__import__'"),
        ("loss; DROP TABLE run", 4, "means nothing"),
        ("loss.real", 4, "means nothing"),
        ("loss[0]", 4, "means nothing"),
        ("lambda: 1", 6, "means nothing"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, at: int, told: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        type_of(parse(text), FIELDS)
    assert told in str(caught.value)
    assert caught.value.at == at


@given(
    st.text(
        st.sampled_from("loss cunt()+-*/%<>=!,'\"`.0129e and or not if in max missing"), max_size=80
    )
)
@example("`")
@example("in(")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        type_of(parse(text), FIELDS)
    except ExpressionError as error:
        assert 0 <= error.at <= len(text)


def test_the_deepest_trees_do_not_break_python() -> None:
    assert type_of(parse("+".join(["count"] * 100)), FIELDS) == "integer"
    assert type_of(parse("(" * 49 + "count" + ")" * 49), FIELDS) == "integer"


def test_an_error_keeps_its_place_between_processes() -> None:
    error = ExpressionError("Wrong.", 7, fix="Mend it.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (again.at, str(again)) == (7, "Wrong. Mend it.")


def test_the_reference_lists_every_function_as_it_is() -> None:
    text = DOCUMENT.read_text("utf-8")
    for name, function in FUNCTIONS.items():
        assert f"| `{function.signature(name)}` | {function.description} |" in text
