"""Decisions of metrics: a table of its own beside the columns, with any number of entries per row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from percepta.core.confusion import Decision
from percepta.storage.arrow_sink import arrow_sink
from percepta.storage.files import AtomicFile

if TYPE_CHECKING:
    from percepta.storage.shards import Shard

SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("label", pa.string()),
        ("expected", pa.bool_()),
        ("probability", pa.float32()),
        ("id", pa.string()),
    ]
)
_BATCH = 1 << 16


class _Opener(Protocol):
    def open(self, name: str) -> AtomicFile: ...


def decision_table(decided: Sequence[Sequence[Decision]]) -> pa.Table:
    """Return the decisions of successive rows as one table, rows counted from 0."""
    flat = [decision for row in decided for decision in row]
    rows = np.repeat(np.arange(len(decided)), [len(row) for row in decided])
    arrays = [
        pa.array(rows, pa.int64()),
        pa.array([decision.label for decision in flat], pa.string()),
        pa.array([decision.expected for decision in flat], pa.bool_()),
        pa.array([decision.probability for decision in flat], pa.float32()),
        pa.array([decision.id for decision in flat], pa.string()),
    ]
    return pa.table(arrays, schema=SCHEMA)


def write_decisions(files: _Opener, shards: Sequence[Shard]) -> list[dict[str, Any]]:
    """Write one Arrow file per metric, shard by shard, rows counted over the whole run.

    Returns:
        What the manifest says of each: ``name``, ``file`` and ``count``.
    """
    names = dict.fromkeys(name for shard in shards for name in shard.footer.get("decisions", ()))
    described = []
    for number, name in enumerate(names):
        path = f"decisions/{number}.arrow"
        count = 0
        with files.open(path) as file, pa.ipc.new_file(arrow_sink(file), SCHEMA) as writer:
            for batch in _batches(shards, name):
                writer.write_batch(batch)
                count += batch.num_rows
        described.append({"name": name, "file": path, "count": count})
    return described


def _batches(shards: Sequence[Shard], name: str) -> Iterator[pa.RecordBatch]:
    """Yield one metric's decisions, joined to few batches."""
    waiting: list[pa.Table] = []
    first = 0
    for shard in shards:
        table = shard.decisions(name)
        if table is not None:
            rows = pc.add(table.column("row"), first)
            waiting.append(table.set_column(0, SCHEMA.field("row"), rows))
        first += shard.rows
        if sum(map(len, waiting)) >= _BATCH:
            yield from pa.concat_tables(waiting).combine_chunks().to_batches()
            waiting = []
    if waiting:
        yield from pa.concat_tables(waiting).combine_chunks().to_batches()
