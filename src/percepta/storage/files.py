"""Files that are there whole or not at all: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

from percepta.core.errors import ConflictError, DiskFullError, StorageError, WorkspaceError

TEMPORARY = ".tmp"
"""Suffix of files that are being written; whatever bears it after a crash is rubbish."""

_BLOCK = 1 << 22
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextmanager
def os_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about ``path`` into sentences.

    Raises:
        DiskFullError: no space, or over a quota.
        WorkspaceError: not permitted, or a read-only disk.
        StorageError: anything else.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(
                f"The disk is full: {path.name} could not be written.",
                fix="Free some space and resume; what was committed is untouched.",
            ) from error
        if error.errno in _REFUSED:
            raise WorkspaceError(
                f"The workspace cannot be written: {path}: {error.strerror}.",
                fix="Give yourself write permission, or choose another workspace with "
                "PERCEPTA_WORKSPACE.",
            ) from error
        raise StorageError(f"{path}: {error.strerror or error}.") from error


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Do as :func:`os_errors` for a file that lies where the user wants it, outside the workspace.

    Raises:
        DiskFullError: no space, or over a quota.
        StorageError: anything else.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError(
                f"The disk is full: {path.name} could not be written.",
                fix="Free some space and try again, or choose another place.",
            ) from error
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            fix="Choose another name or folder.",
        ) from error


class AtomicFile:
    """A file that appears under its name when it is complete and on disk, or never.

    Use as a context manager; :attr:`size` and :attr:`sha256` describe what was written.

    Args:
        path: final name; what bears it is replaced.
        durable: also fsync the folder, so that the name itself survives a power cut.
        hashed: work out :attr:`sha256`; not needed where the content carries checksums of its own.
        errors: says what went wrong; of a file outside the workspace, :func:`output_errors`.
    """

    def __init__(
        self,
        path: Path,
        *,
        durable: bool = True,
        hashed: bool = True,
        errors: Callable[[Path], AbstractContextManager[None]] = os_errors,
    ) -> None:
        self.path = path
        self.size = 0
        self._errors = errors
        self._durable, self._hashed = durable, hashed
        self._hash = hashlib.sha256()
        self._temporary = path.with_name(path.name + TEMPORARY)
        self._file: IO[bytes] | None = None

    def __enter__(self) -> AtomicFile:
        """Begin under the temporary name."""
        with self._errors(self.path):
            self._file = self._temporary.open("wb", buffering=0)
        return self

    def write(self, data: bytes | memoryview) -> int:
        """Append; raises as :func:`os_errors` does, or what was given in its place."""
        assert self._file is not None  # noqa: S101
        length = memoryview(data).nbytes
        if length == 0:
            return 0
        rest = memoryview(data).cast("B")
        with self._errors(self.path):
            while rest.nbytes:
                written = os.write(self._file.fileno(), rest)
                if self._hashed:
                    self._hash.update(rest[:written])
                rest = rest[written:]
        self.size += length
        return length

    @property
    def sha256(self) -> str:
        """Checksum of what was written so far."""
        return self._hash.hexdigest()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the file its name if all went well, else remove it."""
        assert self._file is not None  # noqa: S101
        try:
            with self._errors(self.path):
                try:
                    if kind is None:
                        os.fsync(self._file.fileno())
                finally:
                    self._file.close()
                if kind is None:
                    os.replace(self._temporary, self.path)  # noqa: PTH105 (one name to fault-inject)
                    if self._durable:
                        sync_folder(self.path.parent)
        except BaseException:
            self._temporary.unlink(missing_ok=True)
            raise
        if kind is not None:
            self._temporary.unlink(missing_ok=True)


def write_file(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, atomically."""
    with AtomicFile(path) as file:
        file.write(data)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to disk."""
    if os.name == "nt":  # folders cannot be opened there
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder (and its parents), on disk when this returns."""
    with os_errors(path):
        if not path.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            sync_folder(path.parent)


def rename_folder(source: Path, target: Path) -> None:
    """Give a complete folder its final name."""
    with os_errors(target):
        sync_folder(source)
        os.rename(source, target)  # noqa: PTH104 (one name to fault-inject)
        sync_folder(target.parent)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class FolderLock:
    """One writer per folder, across processes; let go by the system when the process dies.

    Raises:
        ConflictError: another process holds it.
    """

    def __init__(self, path: Path, message: str) -> None:
        with os_errors(path):
            self._file: IO[bytes] | None = path.open("ab")
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            self._file = None
            raise ConflictError(
                message, fix="Wait until it has finished, or stop it first."
            ) from error

    def release(self) -> None:
        """Let go; does nothing the second time."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":  # pragma: no cover
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
