"""Every failure in one shape: ``{"error": {"code", "message", "where", "fix"}}``."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from percepta.core.errors import PerceptaError

logger = logging.getLogger("percepta.server")


def error_response(
    status: int, code: str, message: str, *, where: str | None = None, fix: str | None = None
) -> JSONResponse:
    """Return a failure in the one shape."""
    detail = {"code": code, "message": message, "where": where, "fix": fix}
    return JSONResponse({"error": detail}, status_code=status)


class ErrorMiddleware:
    """Answer what nobody caught: logged with its traceback here, told without it there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; never raise before an answer has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if begun:
                raise
            response = error_response(
                500,
                "internal",
                "Something in percepta went wrong; it is not your mistake.",
                fix="The terminal of `percepta serve` shows the details; please report them.",
            )
            await response(scope, receive, send)


def install_error_handlers(app: FastAPI) -> None:
    """Give the app's expected failures the one shape."""
    app.add_exception_handler(PerceptaError, _percepta_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


async def _percepta_error(request: Request, error: Exception) -> Response:
    told = error if isinstance(error, PerceptaError) else PerceptaError(str(error))
    return JSONResponse({"error": told.to_json()}, status_code=told.http_status)


async def _invalid_request(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return error_response(
        422,
        "invalid_request",
        f"The request is not well formed: {first['msg']} (at {place}).",
        fix="docs/reference/http-api.md tells what this address takes.",
    )


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    message = error.detail if error.detail != status.phrase else f"{status.phrase}."
    response = error_response(status, status.name.lower(), message)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response
