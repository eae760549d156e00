"""The size of what a client may send."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from percepta.server.errors import error_response

MAX_BODY = 2 * 2**20
MAX_FILE = 32 * 2**20
"""Bytes of a file that similars are wanted of."""
LARGER = {"/similar-file": MAX_FILE * 4 // 3 + MAX_BODY}
"""Ends of paths whose requests carry a file, as base64, with what they may have."""


class BodyLimitMiddleware:
    """Refuse request bodies of more than ``limit`` bytes, announced or not; some routes may have more."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = next(
            (most for end, most in LARGER.items() if scope["path"].endswith(end)), self.limit
        )
        message = f"A request may have at most {limit:,} bytes."
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or int(length) > limit:
            response = error_response(413, "too_large", message)
            await response(scope, receive, send)
            return
        received = 0

        async def count() -> Message:
            nonlocal received
            part = await receive()
            received += len(part.get("body", b""))
            if received > limit:
                raise HTTPException(413, message)
            return part

        await self.app(scope, count, send)
