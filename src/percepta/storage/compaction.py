"""Compaction: the shards of a run become the few files that a committed run is read from.

Shards are read one after the other and section by section: memory does not grow with the run, except for the
distinct texts of dictionary columns (at most :data:`~percepta.storage.columns.DICTIONARY_LIMIT` each). What
is written depends on the shards only, so an interrupted commit is simply begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import StorageError
from percepta.core.fields import Field
from percepta.core.network import Network
from percepta.core.training import TrainingCurves
from percepta.storage.channels import write_channels
from percepta.storage.column_file import write_columns
from percepta.storage.decisions import write_decisions
from percepta.storage.documents import write_document
from percepta.storage.files import AtomicFile, checksum, make_folder
from percepta.storage.npy import npy_header
from percepta.storage.packs import IMAGE_INDEX, VISUAL_INDEX
from percepta.storage.plan import RunPlan
from percepta.storage.run import NETWORK, TRAINING
from percepta.storage.shards import Shard

_Packed = Callable[[Shard], tuple[bytes, NDArray[Any]]]


def compact(
    folder: Path,
    plan: RunPlan,
    shards: Sequence[Shard],
    fields: Sequence[Field],
    network: Network | None = None,
    training: TrainingCurves | None = None,
) -> dict[str, Any]:
    """Write the files of a committed run beside its shards.

    Args:
        folder: the run's folder.
        plan: its plan.
        shards: all shards, in order.
        fields: what is known of the fields; types may widen to what the values are.
        network: the model as a graph, if that is known.
        training: how the training went, if that is known.

    Returns:
        What the manifest says of these files.

    Raises:
        CorruptRunError: a shard is damaged.
        DiskFullError: no space; the shards are untouched.
    """
    files = _Files(folder)
    n = sum(shard.rows for shard in shards)
    described = write_columns(files, plan, shards, fields)
    described |= {
        "n": n,
        "spaces": _matrices(files, shards, "latents", plan.spaces),
        "predictions": _matrices(files, shards, "scores", ()),
        "thumbnails": None,
        "visualizers": [],
        "decisions": write_decisions(files, shards),
        "channels": write_channels(files, shards),
        "failures": sum(int(shard.footer["failures"]) for shard in shards),
    }
    if any("thumbnails" in shard.footer["sections"] for shard in shards):
        pack = _pack(files, "thumbnails", IMAGE_INDEX, n, shards, Shard.thumbnails)
        described["thumbnails"] = pack
    for number, name in enumerate(_names(shards, "visuals")):

        def visuals(shard: Shard, name: str = name) -> tuple[bytes, NDArray[Any]]:
            return shard.visuals(name)

        pack = _pack(files, f"visuals/{number}", VISUAL_INDEX, n, shards, visuals)
        described["visualizers"].append({"name": name} | pack)
    failures = [failure.to_json() for shard in shards for failure in shard.failures()]
    write_document(folder / "failures.json", {"failures": failures})
    files.keep("failures.json")
    if network is not None:
        write_document(folder / NETWORK, network.to_json())
        files.keep(NETWORK)
    if training:
        write_document(folder / TRAINING, training.to_json())
        files.keep(TRAINING)
    for state in sorted((folder / "state").glob("*")):
        files.keep(f"state/{state.name}")
    return described | {"files": files.entries}


class _Files:
    """Files of the run being committed, by path relative to its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: dict[str, dict[str, Any]] = {}

    def open(self, name: str) -> _Kept:
        """Begin a file that will be listed in the manifest."""
        path = self.folder / name
        make_folder(path.parent)
        return _Kept(self, name, path)

    def keep(self, name: str) -> None:
        """List a file that is already there."""
        path = self.folder / name
        self.entries[name] = {"size": path.stat().st_size, "sha256": checksum(path)}


class _Kept(AtomicFile):
    def __init__(self, files: _Files, name: str, path: Path) -> None:
        super().__init__(path)
        self._files, self._name = files, name

    def __exit__(self, *details: Any) -> None:
        super().__exit__(*details)
        if details[0] is None:
            self._files.entries[self._name] = {"size": self.size, "sha256": self.sha256}


def _names(shards: Iterable[Shard], family: str) -> list[str]:
    return list(dict.fromkeys(name for shard in shards for name in shard.footer[family]))


def _matrices(
    files: _Files, shards: Sequence[Shard], family: str, planned: Sequence[str]
) -> list[dict[str, Any]]:
    n = sum(shard.rows for shard in shards)
    described = []
    for number, name in enumerate(dict.fromkeys([*planned, *_names(shards, family)])):
        present = {s.footer[family].get(name) for s in shards if s.rows}
        if len(present) > 1:
            raise StorageError(
                f"The {family} of {name!r} differ in width between shards: "
                f"{sorted(str(width) for width in present)}."
            )
        width = next(iter(present), 0) or 0
        path = f"{family}/{number}.npy"
        with files.open(path) as file:
            file.write(npy_header((n, width), np.dtype("<f4")))
            for shard in shards:
                values = shard.matrix(family, name) if shard.rows else None
                if values is not None:
                    file.write(values.data)
        described.append({"name": name, "width": width, "file": path})
    return described


def _pack(
    files: _Files,
    stem: str,
    dtype: np.dtype[Any],
    n: int,
    shards: Sequence[Shard],
    read: _Packed,
) -> dict[str, Any]:
    offset = 0
    with files.open(f"{stem}.pack") as pack, files.open(f"{stem}.npy") as index:
        index.write(npy_header((n,), dtype))
        for shard in shards:
            blob, entries = read(shard)
            entries["offset"] += np.uint64(offset)
            offset += pack.write(blob)
            index.write(entries.tobytes())
    return {"pack": f"{stem}.pack", "index": f"{stem}.npy"}
