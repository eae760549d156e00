"""The files of a committed run: present, of the right size, and checked against their checksums."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from percepta.core.errors import CorruptRunError
from percepta.storage.files import checksum, os_errors

_SMALL = 1 << 20
_FIX = "Evaluate again, or restore the run from a backup."


class RunFiles:
    """Files of a run or map, as its manifest lists them.

    Sizes of all files and checksums of small ones are compared when this is made; those of large ones
    when they are first asked for. Packs are left to the checksums of their records.

    Args:
        folder: where they are.
        listed: path → ``{"size", "sha256"}``.

    Raises:
        CorruptRunError: a file is not what was written; the message names it.
    """

    def __init__(self, folder: Path, listed: Mapping[str, Mapping[str, Any]]) -> None:
        self.folder = folder
        self._listed = listed
        self._checked: set[str] = set()
        self._lock = threading.Lock()
        for name, entry in listed.items():
            path = folder / name
            if not path.is_file():
                raise CorruptRunError(f"{folder.name}/{name} is missing.", fix=_FIX)
            if path.stat().st_size != entry["size"]:
                raise CorruptRunError(
                    f"{folder.name}/{name} has {path.stat().st_size} bytes instead of "
                    f"{entry['size']}.",
                    fix=_FIX,
                )
            if entry["size"] <= _SMALL:
                self._check(name)

    def path(self, name: str) -> Path:
        """Return the path of a file, checked against its checksum the first time."""
        with self._lock:
            if name not in self._checked:
                self._check(name)
        return self.folder / name

    def pack(self, name: str) -> Path:
        """Return the path of a pack: its records are checked one by one as they are read."""
        return self.folder / name

    def verify(self) -> None:
        """Compare every file with its checksum.

        Raises:
            CorruptRunError: naming the first file that is not what was written.
        """
        for name in self._listed:
            self._check(name)

    def _check(self, name: str) -> None:
        path = self.folder / name
        with os_errors(path):
            digest = checksum(path)
        if digest != self._listed[name]["sha256"]:
            raise CorruptRunError(f"{self.folder.name}/{name} is damaged.", fix=_FIX)
        self._checked.add(name)
