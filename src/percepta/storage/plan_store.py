"""The plan of a run on disk: a small document, and the ids that are not a range as Arrow files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from percepta.core.errors import CorruptRunError
from percepta.core.subsets import SampleId, Subset
from percepta.storage.documents import read_document, write_document
from percepta.storage.files import AtomicFile, checksum, os_errors
from percepta.storage.plan import RunPlan, check_ids

PLAN = "plan.json"


def save_plan(folder: Path, plan: RunPlan, *, created: str) -> None:
    """Write a plan; ``plan.json`` comes last, so a plan is there whole or not at all.

    Raises:
        StorageError: ids that cannot be kept.
    """
    subsets = []
    for subset, ids in plan.keys.items():
        kind = check_ids(subset, ids)
        entry: dict[str, Any] = {"subset": subset.value, "ids": kind.__name__, "count": len(ids)}
        if isinstance(ids, range):
            entry["range"] = [ids.start, ids.stop, ids.step]
        else:
            entry["file"] = f"ids-{subset.value}.arrow"
            entry["sha256"] = _save_ids(folder / entry["file"], ids, kind)
        subsets.append(entry)
    write_document(
        folder / PLAN,
        {
            "created": created,
            "shard_size": plan.shard_size,
            "spaces": list(plan.spaces),
            "settings": plan.settings,
            "hashes": plan.hashes,
            "subsets": subsets,
        },
    )


def load_plan(folder: Path) -> tuple[RunPlan, dict[str, Any]]:
    """Read a plan and the document it came from.

    Raises:
        NotFoundError: there is none.
        CorruptRunError: it is not what was written.
    """
    document = read_document(folder / PLAN)
    keys: dict[Subset, Sequence[SampleId]] = {}
    for entry in document["subsets"]:
        if "range" in entry:
            keys[Subset(entry["subset"])] = range(*entry["range"])
            continue
        path = folder / entry["file"]
        with os_errors(path):
            digest = checksum(path)
        if digest != entry["sha256"]:
            raise CorruptRunError(
                f"{folder.name}/{path.name} is damaged.", fix="Start the evaluation again."
            )
        with pa.memory_map(str(path)) as source:
            keys[Subset(entry["subset"])] = (
                pa.ipc.open_file(source).read_all().column("id").to_pylist()
            )
    plan = RunPlan(
        keys=keys,
        shard_size=document["shard_size"],
        spaces=tuple(document["spaces"]),
        settings=document["settings"],
        hashes=document["hashes"],
    )
    return plan, document


def _save_ids(path: Path, ids: Sequence[SampleId], kind: type) -> str:
    array = pa.array(ids, pa.int64() if kind is int else pa.string())
    table = pa.table([array], names=["id"])
    buffer = pa.BufferOutputStream()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    with AtomicFile(path) as file:
        file.write(memoryview(buffer.getvalue()))
    return file.sha256
