"""States: bytes that an evaluation needs to go on (and a run keeps), each with a checksum in front."""

from __future__ import annotations

import hashlib
from pathlib import Path

from percepta.core.errors import CorruptRunError
from percepta.storage.files import os_errors, write_file

_DIGEST = 32


def write_state(path: Path, data: bytes) -> None:
    """Keep a state, atomically."""
    write_file(path, hashlib.sha256(data).digest() + data)


def read_state(path: Path) -> bytes | None:
    """Return a state, checked; None if there is none.

    Raises:
        CorruptRunError: it is not what was kept.
    """
    if not path.exists():
        return None
    with os_errors(path):
        data = path.read_bytes()
    if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
        raise CorruptRunError(
            f"{path.parent.name}/{path.name} is damaged.", fix="Start the evaluation again."
        )
    return data[_DIGEST:]
