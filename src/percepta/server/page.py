"""The page's files, built into the package.

They are read once, into a table from address to content: a request looks up a key and opens nothing (T4).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from percepta.core.errors import NotFoundError
from percepta.server.media import already_there

BUILT_PAGE = Path(__file__).parent.parent / "_web"

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}

_HASHED = re.compile(r"^assets/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>percepta</title>
<h1>The page has not been built</h1>
<p>The server runs, but this checkout of percepta does not hold its web page yet.
In its folder, run</p>
<pre>make web</pre>
<p>(or <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>),
then load this address again.
An installed wheel of percepta always holds the page.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page."""

    content: bytes
    media_type: str
    etag: str
    cache_control: str


class Page:
    """The page's files, by address relative to the page.

    Args:
        folder: where the build is; looked at again when its ``index.html`` changes.
    """

    def __init__(self, folder: Path = BUILT_PAGE) -> None:
        self._index = folder / "index.html"
        self._folder = folder
        self._built: int | None = None
        self._assets: dict[str, Asset] = {}

    def answer(self, request: Request, address: str) -> Response:
        """Answer a request for one of the page's files.

        Raises:
            NotFoundError: the page has no such file.
        """
        self._refresh()
        if address in {"", "index.html"} and not self._assets:
            return HTMLResponse(NOT_BUILT, status_code=503)
        asset = self._assets.get(address or "index.html")
        if asset is None:
            raise NotFoundError("There is nothing at this address.")
        headers = {"etag": asset.etag, "cache-control": asset.cache_control}
        if already_there(request, asset.etag):
            return Response(status_code=304, headers=headers)
        return Response(asset.content, media_type=asset.media_type, headers=headers)

    def _refresh(self) -> None:
        built = self._index.stat().st_mtime_ns if self._index.is_file() else None
        if built != self._built:
            self._assets = _read(self._folder) if built is not None else {}
            self._built = built


def _read(folder: Path) -> dict[str, Asset]:
    assets = {}
    for path in sorted(folder.rglob("*")):
        media_type = MEDIA_TYPES.get(path.suffix)
        if media_type is None or path.is_symlink() or not path.is_file():
            continue
        address = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        hashed = _HASHED.match(address) is not None
        cache = "public, max-age=31536000, immutable" if hashed else "no-cache"
        assets[address] = Asset(content, media_type, etag, cache)
    return assets
