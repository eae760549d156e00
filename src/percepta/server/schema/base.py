"""The base of every message, and the one error shape."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from percepta.core.filters import MAX_NAME

Scalar = bool | int | float | str

Id = Annotated[str, Field(max_length=64)]
"""Opaque id of a run, a map, a collection."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME)]
"""Name of what a project keeps; space around it does not count."""
Description = Annotated[str, Field(max_length=10_000)]


class Message(BaseModel):
    """Base of every message; numbers that are not finite travel as null."""

    model_config = ConfigDict(
        ser_json_inf_nan="null",
        json_schema_serialization_defaults_required=True,
        protected_namespaces=(),
    )


class Request(BaseModel):
    """Base of every request body; a field nobody knows is a mistake worth telling.

    Numbers are finite: JSON as Python reads it has others too, which would be kept and given on.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, protected_namespaces=())


class ErrorDetail(Message):
    """What was wrong, where, and what to do."""

    code: str
    message: str
    where: str | None = None
    fix: str | None = None


class ErrorResponse(Message):
    """The body of every answer that is not a success."""

    error: ErrorDetail


class Health(Message):
    """The server is there."""

    status: Literal["ok"]
    version: str
