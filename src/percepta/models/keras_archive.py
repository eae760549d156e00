"""Keras files as containers: read without Keras, checked, and copied as nothing but what was checked."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import h5py

from percepta.core.errors import ModelError, UntrustedModelError, Where

LARGE = 2**30
EXPANSION = 100
_CONFIG = "config.json"
_METADATA = "metadata.json"
_WEIGHTS = ("model.weights.h5", "model.weights.npz")
_ASSETS = "assets"
_CONFIG_BYTES = 256 * 2**20
_BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class KerasFile:
    """A Keras file whose container was checked.

    Attributes:
        path: the file.
        config: its model as JSON, of Keras 2 or 3.
        version: of the Keras that wrote it, e.g. ``2.11.0``.
        zipped: whether it is a ``.keras`` archive; else HDF5.
    """

    path: Path
    config: Any
    version: str
    zipped: bool

    def write_checked(self, folder: Path, config: Any) -> Path:
        """Write an archive anew into a folder: another config, its weights, and nothing else of it.

        Returns:
            The path of the copy, which Keras may open.
        """
        target = folder / "model.keras"
        with zipfile.ZipFile(self.path) as old, zipfile.ZipFile(target, "w") as new:
            new.writestr(_CONFIG, json.dumps(config))
            for member in old.infolist():
                if member.filename in (_METADATA, *_WEIGHTS) or _is_asset(member.filename):
                    opened = new.open(member.filename, "w", force_zip64=True)
                    with old.open(member) as stream, opened as copy:
                        shutil.copyfileobj(stream, copy, _BLOCK)
        return target


def read_keras_file(path: Path) -> KerasFile:
    """Check a Keras file's container and read its configuration; runs none of it.

    Raises:
        ModelError: it is corrupt, or holds no model.
        UntrustedModelError: it reaches outside itself, or expands beyond reason.
    """
    where = Where(file=str(path))
    try:
        if zipfile.is_zipfile(path):
            return _read_archive(path, where)
        if h5py.is_hdf5(path):
            return _read_hdf5(path, where)
    except (OSError, ValueError, KeyError, RecursionError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The file could not be read: {type(error).__name__}: {str(error)[:200]}",
            where=where,
            fix="Check that it is whole; save the model again.",
        ) from error
    raise ModelError(
        "This is neither a .keras archive nor an HDF5 file.",
        where=where,
        fix="Save the model again: model.save('model.keras').",
    )


def _read_archive(path: Path, where: Where) -> KerasFile:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        for member in members:
            _check_member(member, where)
        if len(set(names)) != len(names):
            raise UntrustedModelError(
                "The archive holds two members of one name.", where=where, fix=_ASK
            )
        weights = [name for name in _WEIGHTS if name in names]
        if _CONFIG not in names or not weights:
            raise ModelError(
                f"The archive lacks {_CONFIG if weights else _WEIGHTS[0]}.",
                where=where,
                fix="Save the whole model with model.save('model.keras').",
            )
        if archive.getinfo(_CONFIG).file_size > _CONFIG_BYTES:
            raise UntrustedModelError(
                f"{_CONFIG} is larger than {_CONFIG_BYTES >> 20} MB.", where=where, fix=_ASK
            )
        config = json.loads(archive.read(_CONFIG))
        metadata = json.loads(archive.read(_METADATA)) if _METADATA in names else {}
        if weights[0].endswith(".h5"):
            with archive.open(weights[0]) as stream, h5py.File(stream, "r") as file:
                _check_hdf5(file, archive.getinfo(weights[0]).compress_size, where)
    version = str(metadata.get("keras_version", "3")) if isinstance(metadata, dict) else "3"
    return KerasFile(path, config, version, zipped=True)


def _read_hdf5(path: Path, where: Where) -> KerasFile:
    with h5py.File(path, "r") as file:
        _check_hdf5(file, path.stat().st_size, where)
        config = file.attrs.get("model_config")
        if config is None or "model_weights" not in file:
            raise ModelError(
                "The file holds weights without the network they belong to.",
                where=where,
                fix="Build the model in the script's model function, call model.load_weights() there "
                "and return it; or save the whole model as .keras.",
            )
        version = file.attrs.get("keras_version", "2")
        version = version.decode() if isinstance(version, bytes) else str(version)
        return KerasFile(path, json.loads(config), version, zipped=False)


_ASK = "Ask its author for a file that Keras itself wrote; --trust does not lift this."


def _check_member(member: zipfile.ZipInfo, where: Where) -> None:
    """Refuse a member that would land outside the folder it is unpacked to, or fill the disk."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    mode = member.external_attr >> 16
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        raise UntrustedModelError(
            f"The archive would write outside its folder: {member.filename!r}.",
            where=where,
            fix=_ASK,
        )
    if mode and (mode & 0o170000) not in (0, 0o100000, 0o040000):
        raise UntrustedModelError(
            f"The archive holds a link or a device: {member.filename!r}.", where=where, fix=_ASK
        )
    _check_size(f"member {member.filename!r}", member.file_size, member.compress_size, where)


def _check_size(what: str, size: int, stored: int, where: Where) -> None:
    if size > LARGE and size > EXPANSION * max(stored, 1):
        raise UntrustedModelError(
            f"The {what} expands from {stored:,} to {size:,} bytes, more than {EXPANSION} times.",
            where=where,
            fix=_ASK,
        )


def _check_hdf5(file: h5py.File, stored: int, where: Where) -> None:
    """Refuse links, data in other files, and data that expands beyond reason."""

    def refuse(name: str, what: str) -> None:
        raise UntrustedModelError(f"{name} {what}.", where=where, fix=_ASK)

    groups: list[h5py.Group] = [file]
    seen = set()
    total = 0
    while groups:
        group = groups.pop()
        for key in group:
            name = f"{group.name.rstrip('/')}/{key}"
            link = group.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                refuse(name, f"reads another file: {link.filename!r}")
            if not isinstance(link, h5py.HardLink):
                refuse(name, "is a link, which Keras never writes")
            value = group[key]
            address = h5py.h5o.get_info(value.id).addr
            if address in seen:
                continue
            seen.add(address)
            if isinstance(value, h5py.Group):
                groups.append(value)
            elif isinstance(value, h5py.Dataset):
                if value.external or value.is_virtual:
                    refuse(name, "reads its numbers from another file")
                if value.dtype.kind not in "biufVSO":
                    refuse(name, f"holds {value.dtype}, not numbers")
                total += value.size * value.dtype.itemsize
    _check_size("weights", total, stored, where)


def _is_asset(name: str) -> bool:
    return PurePosixPath(name).parts[0] == _ASSETS and not name.endswith("/")
