"""The members of a zip archive by the name that counts: without the folder that PyTorch puts around them."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from percepta.core.errors import ModelError, Where

_WHOLE = "Get the file again: it may have been cut off on its way."

_BOMB = 200
"""How many times its size in the file a part may unpack to; PyTorch itself does not pack at all."""


class ZipMembers:
    """A zip archive, read whole members at a time.

    Args:
        source: path or content of the archive.

    Attributes:
        names: of the members, without the folder around all of them.

    Raises:
        ModelError: it is damaged.
    """

    def __init__(self, source: Path | bytes) -> None:
        self._where = Where(file=None if isinstance(source, bytes) else str(source))
        try:
            self._archive = zipfile.ZipFile(
                BytesIO(source) if isinstance(source, bytes) else source
            )
            full = [name for name in self._archive.namelist() if not name.endswith("/")]
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ModelError(
                f"The file is damaged: {error}.", where=self._where, fix=_WHOLE
            ) from error
        roots = {name.partition("/")[0] for name in full}
        root = f"{roots.pop()}/" if len(roots) == 1 and all("/" in name for name in full) else ""
        self._full = {name.removeprefix(root): name for name in full}
        self.names = tuple(self._full)

    def read(self, name: str) -> bytes:
        """Return a member.

        Raises:
            ModelError: it is damaged or not there.
        """
        try:
            part = self._archive.getinfo(self._full[name])
            if part.file_size > _BOMB * max(part.compress_size, 1024):
                raise zipfile.BadZipFile("it unpacks to far more than the file holds")
            return self._archive.read(part)
        except (zipfile.BadZipFile, OSError, KeyError, RuntimeError, NotImplementedError) as error:
            raise ModelError(
                f"The file is damaged: its part {name} cannot be read ({error}).",
                where=self._where,
                fix=_WHOLE,
            ) from error


def pack(members: dict[str, bytes], folder: str) -> BytesIO:
    """Return an archive of these members, inside a folder (``model/``) or none (empty)."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(f"{folder}{name}", content)
    file.seek(0)
    return file
