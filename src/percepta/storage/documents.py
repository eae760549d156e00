"""Small JSON files that carry their own checksum."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from percepta.core.errors import CorruptRunError, NotFoundError, WorkspaceError
from percepta.storage.files import os_errors, write_file

FORMAT = 1
"""Format of the run folder this percepta writes, and the newest it reads."""

_FIX = "Evaluate again, or restore the run from a backup."


def write_document(path: Path, value: dict[str, Any]) -> None:
    """Write a JSON object atomically, with the format and a checksum."""
    body = json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    text = f'{{"format":{FORMAT},"sha256":"{_digest(body)}","value":{body}}}\n'
    write_file(path, text.encode("utf-8", "surrogatepass"))


def read_document(path: Path) -> dict[str, Any]:
    """Read what :func:`write_document` wrote.

    Raises:
        NotFoundError: no such file.
        WorkspaceError: written by a newer percepta.
        CorruptRunError: not what was written; the message names the file.
    """
    try:
        with os_errors(path):
            data = path.read_bytes()
    except Exception as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise NotFoundError(f"{path.parent.name}/{path.name} does not exist.") from error
        raise
    damaged = CorruptRunError(f"{path.parent.name}/{path.name} is damaged.", fix=_FIX)
    try:
        text = data.decode("utf-8", "surrogatepass")
        document = json.loads(text)
        made_by, digest, value = document["format"], document["sha256"], document["value"]
    except (ValueError, KeyError, TypeError) as error:
        raise damaged from error
    if isinstance(made_by, int) and made_by > FORMAT:
        raise WorkspaceError(
            f"{path.parent.name}/{path.name} was written by a newer percepta (format {made_by}).",
            fix="Update percepta.",
        )
    body = text[text.find('"value":') + 8 : -2]
    if made_by != FORMAT or _digest(body) != digest or not isinstance(value, dict):
        raise damaged
    return value


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
