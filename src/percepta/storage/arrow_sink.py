"""Arrow files written through :class:`~percepta.storage.files.AtomicFile`."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from percepta.storage.files import AtomicFile


def arrow_sink(file: AtomicFile) -> pa.PythonFile:
    """Return what Arrow writes to; the file itself is closed by who opened it."""
    return pa.PythonFile(_Sink(file), mode="w")


class _Sink:
    """What Arrow needs of a file."""

    closed = False

    def __init__(self, file: AtomicFile) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        return self._file.write(memoryview(data))

    def flush(self) -> None:
        """Nothing is held back."""

    def tell(self) -> int:
        return self._file.size

    def close(self) -> None:
        """The file is closed by who opened it."""
