"""A shard: everything one stretch of samples brought, in one file that is there whole or not at all.

Sections one after the other, then a JSON footer that says where each is and what its checksum is, then the
checksum and length of the footer. One file means one fsync and one rename per shard.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from percepta.core.channels import ENTRY, ChannelEntries
from percepta.core.errors import CorruptRunError, StorageError
from percepta.storage.columns import shard_table
from percepta.storage.decisions import decision_table
from percepta.storage.files import AtomicFile, os_errors
from percepta.storage.packs import IMAGE_INDEX, VISUAL_INDEX, pack_images, pack_visuals
from percepta.storage.plan import RunPlan, SampleFailure, ShardData

_MAGIC = b"pcshard1"
_TAIL = 32 + 8 + len(_MAGIC)


def write_shard(path: Path, plan: RunPlan, index: int, data: ShardData) -> None:
    """Check a shard against the plan and write it.

    Raises:
        StorageError: it does not fit the plan, and why.
        DiskFullError: no space; nothing is left behind.
    """
    kept = _kept(plan, index, data)
    rows = int(kept.sum())
    footer: dict[str, Any] = {"rows": rows, "samples": len(kept), "sections": {}}
    table = shard_table(data.columns, rows)
    footer["types"] = {name: str(table.schema.field(name).type) for name in data.columns}
    with AtomicFile(path, hashed=False) as file:

        def section(name: str, content: bytes | memoryview) -> None:
            digest = hashlib.sha256(content).hexdigest()
            start = file.size
            footer["sections"][name] = [start, file.write(content), digest]

        section("kept", np.packbits(kept, bitorder="little").tobytes())
        section("columns", _ipc(table))
        for family, arrays in (("latents", data.latents), ("scores", data.scores)):
            footer[family] = {}
            for name, array in arrays.items():
                values = _matrix(family, name, array, rows)
                footer[family][name] = values.shape[1]
                section(f"{family}/{name}", values.data)
        if len(data.thumbnails):
            if len(data.thumbnails) != rows:
                raise StorageError(f"{len(data.thumbnails)} thumbnails for {rows} samples.")
            blob, entries = pack_images(data.thumbnails)
            section("thumbnails", blob)
            section("thumbnails/index", entries.tobytes())
        footer["visuals"] = list(data.visuals)
        for name, visuals in data.visuals.items():
            if len(visuals) != rows:
                raise StorageError(f"{len(visuals)} visuals {name!r} for {rows} samples.")
            blob, entries = pack_visuals(visuals)
            section(f"visuals/{name}", blob)
            section(f"visuals/{name}/index", entries.tobytes())
        footer["decisions"] = list(data.decisions)
        for name, decided in data.decisions.items():
            if len(decided) != rows:
                raise StorageError(f"Decisions of {name!r} for {len(decided)} of {rows} samples.")
            section(f"decisions/{name}", _ipc(decision_table(decided)))
        if data.channels is not None:
            footer["channels"] = dict(data.channels.widths)
            section("channels", data.channels.entries.tobytes())
        failures = [failure.to_json() for failure in data.failures]
        footer["failures"] = len(failures)
        section("failures", json.dumps(failures).encode())
        end = json.dumps(footer).encode()
        tail = hashlib.sha256(end).digest() + len(end).to_bytes(8, "little") + _MAGIC
        file.write(end + tail)


@dataclass(frozen=True)
class Shard:
    """A shard read back section by section, each checked when read."""

    path: Path
    footer: Mapping[str, Any]

    @classmethod
    def open(cls, path: Path) -> Shard:
        """Read the footer.

        Raises:
            CorruptRunError: the file is not what was written.
        """
        damaged = CorruptRunError(f"{path.parent.name}/{path.name} is damaged.", fix=_FIX)
        with os_errors(path), path.open("rb") as file:
            size = file.seek(0, 2)
            if size < _TAIL:
                raise damaged
            file.seek(size - _TAIL)
            tail = file.read()
            length = int.from_bytes(tail[32:40], "little")
            if tail[40:] != _MAGIC or length > size - _TAIL:
                raise damaged
            file.seek(size - _TAIL - length)
            end = file.read(length)
        if hashlib.sha256(end).digest() != tail[:32]:
            raise damaged
        return cls(path, json.loads(end))

    @property
    def rows(self) -> int:
        """Samples that have a row."""
        return int(self.footer["rows"])

    def verify(self) -> None:
        """Read every section and compare it with its checksum."""
        for name in self.footer["sections"]:
            self.section(name)

    def section(self, name: str) -> bytes:
        """Return the bytes of a section; empty if the shard has none of that name."""
        if name not in self.footer["sections"]:
            return b""
        start, length, digest = self.footer["sections"][name]
        with os_errors(self.path), self.path.open("rb", buffering=0) as file:
            file.seek(start)
            content = file.read(length)
        if hashlib.sha256(content).hexdigest() != digest:
            raise CorruptRunError(
                f"{self.path.parent.name}/{self.path.name} is damaged ({name}).", fix=_FIX
            )
        return content

    def kept(self) -> NDArray[np.bool_]:
        """Which planned samples have a row, ``bool [samples]``."""
        bits = np.frombuffer(self.section("kept"), np.uint8)
        count = int(self.footer["samples"])
        return np.unpackbits(bits, count=count, bitorder="little").astype(bool)

    def columns(self) -> pa.Table:
        """The columns as they were written."""
        return pa.ipc.open_stream(self.section("columns")).read_all()

    def matrix(self, family: str, name: str) -> NDArray[np.float32] | None:
        """``float32 [rows, width]`` of a latent space or a prediction; None if it has none."""
        if name not in self.footer[family]:
            return None
        content = np.frombuffer(self.section(f"{family}/{name}"), np.float32)
        return content.reshape(self.rows, self.footer[family][name])

    def thumbnails(self) -> tuple[bytes, NDArray[Any]]:
        """Bytes and index of the thumbnails; rows without one have encoding 0."""
        entries = np.frombuffer(self.section("thumbnails/index"), IMAGE_INDEX).copy()
        if len(entries) == 0:
            entries = np.zeros(self.rows, IMAGE_INDEX)
        return self.section("thumbnails"), entries

    def visuals(self, name: str) -> tuple[bytes, NDArray[Any]]:
        """Bytes and index of one visualizer's visuals; rows without one have length 0."""
        entries = np.frombuffer(self.section(f"visuals/{name}/index"), VISUAL_INDEX).copy()
        if len(entries) == 0:
            entries = np.zeros(self.rows, VISUAL_INDEX)
        return self.section(f"visuals/{name}"), entries

    def decisions(self, name: str) -> pa.Table | None:
        """One metric's decisions, with rows counted from the shard's first; None if it has none."""
        content = self.section(f"decisions/{name}")
        return pa.ipc.open_stream(content).read_all() if content else None

    def channels(self) -> ChannelEntries | None:
        """Samples that may excite a channel most, rows counted from the shard's first; None: not kept."""
        if "channels" not in self.footer:
            return None
        entries = np.frombuffer(self.section("channels"), ENTRY)
        return ChannelEntries(self.footer["channels"], entries)

    def failures(self) -> list[SampleFailure]:
        """The samples that failed."""
        return [SampleFailure.from_json(entry) for entry in json.loads(self.section("failures"))]


_FIX = "Resume the evaluation: a damaged shard is made again."


def _kept(plan: RunPlan, index: int, data: ShardData) -> NDArray[np.bool_]:
    if not data.failures:
        return np.ones(plan.shard_length(index), bool)
    keys = [(key.subset, key.id) for key in plan.shard_keys(index)]
    failed = {(failure.subset, failure.id) for failure in data.failures}
    unplanned = failed.difference(keys)
    if unplanned:
        subset, sample_id = next(iter(unplanned))
        raise StorageError(f"Shard {index} does not hold {subset}/{sample_id}, which failed.")
    return np.array([key not in failed for key in keys], bool)


def _matrix(family: str, name: str, array: NDArray[np.float32], rows: int) -> NDArray[np.float32]:
    values = np.ascontiguousarray(array, np.float32)
    if values.ndim != 2 or len(values) != rows:
        raise StorageError(
            f"The {family} of {name!r} have shape {list(values.shape)} for {rows} samples; "
            f"expected [{rows}, width]."
        )
    return values


def _ipc(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return memoryview(sink.getvalue())
