"""Answers that the browser keeps, named by an ETag: most of them never change."""

from __future__ import annotations

import hashlib

from fastapi import Request
from starlette.responses import Response

IMMUTABLE = "private, max-age=31536000, immutable"
REVALIDATED = "private, no-cache"
"""Kept, but asked for again each time; the answer is 304 while it holds."""


def etag_of(*parts: object) -> str:
    """Return an ETag made of what names a content, e.g. run, map and kind."""
    digest = hashlib.blake2b(
        "\x1f".join(map(str, parts)).encode("utf-8", "replace"), digest_size=12
    )
    return f'"{digest.hexdigest()}"'


def already_there(request: Request, etag: str) -> bool:
    """Whether the client's ``If-None-Match`` names this content."""
    known = request.headers.get("if-none-match", "")
    return any(part.strip().removeprefix("W/") in {etag, "*"} for part in known.split(","))


def unchanged(etag: str, caching: str = IMMUTABLE) -> Response:
    """Return 304 for a content the client has."""
    return Response(status_code=304, headers={"etag": etag, "cache-control": caching})


def kept(content: bytes, media_type: str, etag: str, caching: str) -> Response:
    """Return a content that the browser keeps, as ``caching`` says."""
    headers = {"etag": etag, "cache-control": caching}
    return Response(content, media_type=media_type, headers=headers)


def immutable(content: bytes, media_type: str, etag: str) -> Response:
    """Return a content that will be the same for ever under its address."""
    return kept(content, media_type, etag, IMMUTABLE)
