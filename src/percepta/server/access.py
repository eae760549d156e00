"""Who is asking: the launch token and the cookie it is exchanged for (T2, first part).

``percepta serve`` prints (and opens) an address that carries a random token. The first request exchanges it
for a cookie that scripts in the page cannot read and other sites cannot use, and the address bar loses it.
Programs send ``Authorization: Bearer <token>``. The page's own files need neither: they hold no data.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette._utils import get_route_path
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from percepta.server.errors import error_response
from percepta.server.paths import is_api


@dataclass(frozen=True, slots=True, repr=False)
class Launch:
    """The secret of one start of the server.

    Attributes:
        token: what the printed address carries.
        cookie_name: differs between servers on one machine, which share their cookies.
    """

    token: str
    cookie_name: str = "percepta"

    @classmethod
    def create(cls, cookie_name: str = "percepta") -> Launch:
        """Return a new random one (256 bits)."""
        return cls(secrets.token_urlsafe(32), cookie_name)

    @property
    def cookie(self) -> str:
        """Value of the cookie: proves the token without being it."""
        return hmac.new(self.token.encode(), b"percepta cookie", hashlib.sha256).hexdigest()

    def accepts_token(self, token: str) -> bool:
        """Whether a token is ours."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())

    def accepts(self, connection: HTTPConnection) -> bool:
        """Whether a request carries the cookie or the token."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.accepts_token(token.strip()):
            return True
        cookie = connection.cookies.get(self.cookie_name, "")
        return hmac.compare_digest(cookie.encode("utf-8", "replace"), self.cookie.encode())


class AccessMiddleware:
    """Exchange the launch token for the cookie, and let nobody into the API without either."""

    def __init__(self, app: ASGIApp, launch: Launch) -> None:
        self.app = app
        self.launch = launch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, redirect, or answer 401."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if is_api(scope):
            answer = None if self.launch.accepts(HTTPConnection(scope)) else _unknown()
        else:
            answer = self._exchange(scope)
        await (answer or self.app)(scope, receive, send)

    def _exchange(self, scope: Scope) -> Response | None:
        if get_route_path(scope) not in {"", "/"} or scope.get("method") != "GET":
            return None
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token")
        if given is None:
            return None
        if not self.launch.accepts_token(given[0]):
            text = "This link has expired. Open the address that `percepta serve` printed last.\n"
            return PlainTextResponse(text, status_code=401)
        response = RedirectResponse("./", status_code=303)
        response.set_cookie(
            self.launch.cookie_name, self.launch.cookie, httponly=True, samesite="strict", path="/"
        )
        return response


def _unknown() -> Response:
    return error_response(
        401,
        "unauthorized",
        "This browser has not been let in.",
        fix="Open the address that `percepta serve` printed, with its token.",
    )
