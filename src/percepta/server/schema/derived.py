"""Derived fields as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from percepta.core.expressions import MAX_LENGTH
from percepta.core.fields import FieldType
from percepta.server.schema.base import Description, Message, Name, Request, Scalar

Expression = Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)]


class DerivedFieldRequest(Request):
    """A field made of others."""

    name: Name
    expression: Expression
    description: Description = ""


class DerivedField(Message):
    """A derived field of a project; it is there in every run that has the fields it is made of."""

    id: str
    name: str
    expression: str
    description: str
    created: datetime


class DerivedFieldCheckRequest(Request):
    """An expression to try over a run, and the name that the field would have; null: not known yet."""

    name: Name | None = None
    expression: Expression


class DerivedFieldCheck(Message):
    """What an expression would give over a run: its type, its first values, or what is wrong and where.

    Attributes:
        at: position in the expression of what is wrong; null where nothing is.
    """

    type: FieldType | None
    examples: list[Scalar | None]
    error: str | None
    at: int | None
