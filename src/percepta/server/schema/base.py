"""The base of every message, and the one error shape."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Scalar = bool | int | float | str


class Message(BaseModel):
    """Base of every message; numbers that are not finite travel as null."""

    model_config = ConfigDict(
        ser_json_inf_nan="null",
        json_schema_serialization_defaults_required=True,
        protected_namespaces=(),
    )


class Request(BaseModel):
    """Base of every request body; a field nobody knows is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


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
