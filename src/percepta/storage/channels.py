"""The samples that excite each channel most, as files of a run: 72 bytes a channel, however many samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from percepta.core.channels import ENTRY, KEPT, ranks, strongest
from percepta.storage.files import AtomicFile
from percepta.storage.npy import npy_header

if TYPE_CHECKING:
    from percepta.storage.shards import Shard

_WAITING = 1 << 20
ROWS, RESPONSES = "channels/rows.npy", "channels/responses.npy"


class _Opener(Protocol):
    def open(self, name: str) -> AtomicFile: ...


def write_channels(files: _Opener, shards: Sequence[Shard]) -> dict[str, Any] | None:
    """Write the best samples of every channel, rows counted over the whole run.

    Returns:
        What the manifest says of them: ``layers``, each with its ``name`` and ``width``, and the two files
        (``rows`` int32 and ``responses`` float32, ``[channels of all layers, 9]``); None where a shard was
        written without them.
    """
    told = [shard.footer.get("channels") for shard in shards if shard.rows]
    if not told or any(widths != told[0] for widths in told) or not told[0]:
        return None
    count = sum(told[0].values())
    best = _merged(shards, count)
    places = best["channel"], ranks(best["channel"])
    rows = np.full((count, KEPT), -1, "<i4")
    rows[places] = best["row"]
    responses = np.full((count, KEPT), np.nan, "<f4")
    responses[places] = best["response"]
    for name, array in ((ROWS, rows), (RESPONSES, responses)):
        with files.open(name) as file:
            file.write(npy_header(array.shape, array.dtype))
            file.write(array.data)
    layers = [{"name": name, "width": width} for name, width in told[0].items()]
    return {"layers": layers, "rows": ROWS, "responses": RESPONSES}


def _merged(shards: Sequence[Shard], count: int) -> NDArray[Any]:
    """Return the best entries of all shards; memory stays at a few times theirs."""
    waiting, size = [np.empty(0, ENTRY)], 0
    for entries in _counted(shards):
        waiting.append(entries)
        size += len(entries)
        if size > _WAITING + 2 * count * KEPT:
            waiting = [strongest(np.concatenate(waiting))]
            size = len(waiting[0])
    return strongest(np.concatenate(waiting))


def _counted(shards: Sequence[Shard]) -> Iterator[NDArray[Any]]:
    """Yield the entries of each shard, rows counted over the whole run."""
    first = 0
    for shard in shards:
        found = shard.channels()
        if found is not None:
            entries = found.entries.copy()
            entries["row"] += np.uint32(first)
            yield entries
        first += shard.rows
