"""Who may talk to the server: the Host allow-list and the origin of requests (T3).

A page from elsewhere can make a browser send requests here, and by DNS rebinding even read the answers.
The first is met by ``Origin`` and ``Sec-Fetch-Site``, which pages cannot forge, the second by the ``Host``
header, which then names the attacker's host.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from percepta.server.errors import error_response
from percepta.server.paths import is_api

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})


def host_name(host: str) -> str | None:
    """Return the name in a Host header, without port and brackets; None if it makes no sense."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    if parts.netloc != host or parts.username is not None or parts.password is not None:
        return None
    return parts.hostname


class HostMiddleware:
    """Refuse requests for hosts that are not ours.

    Args:
        allowed: names (without port) beside those of the loopback interface.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str] = ()) -> None:
        self.app = app
        self.allowed = LOOPBACK_HOSTS | {name.lower() for name in allowed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) == 1 and host_name(hosts[0]) in self.allowed:
            await self.app(scope, receive, send)
            return
        response = error_response(
            403,
            "foreign_host",
            "This server does not answer for that host name.",
            fix="Open the address that `percepta serve` printed.",
        )
        await response(scope, receive, send)


class OriginMiddleware:
    """Refuse what a page of another origin makes a browser send.

    Every request with an ``Origin`` must come from our own; requests to the API and requests that change
    something must not be marked as coming from another site. Requests with neither header come from programs.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        if scope["type"] == "lifespan" or self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        response = error_response(
            403, "foreign_origin", "This request came from a page of another origin."
        )
        await response(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        for origin in headers.getlist("origin"):
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or parts.netloc != headers.get("host"):
                return False
        guarded = scope.get("method") not in SAFE_METHODS or is_api(scope)
        sites = headers.getlist("sec-fetch-site")
        return not guarded or all(site in OWN_SITES for site in sites)
