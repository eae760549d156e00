"""Who belongs to a set of samples, kept by identity (subset and id), so that they are found in any run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from percepta.core.errors import StorageError
from percepta.storage.run import Run

MAX_MEMBERS = 1_000_000
_CODEC = "zstd"


@dataclass(frozen=True)
class Members:
    """Samples by identity.

    Attributes:
        table: columns ``subset`` (a dictionary of texts) and ``sample_id`` (int64, or texts where a subset of
            the run has texts as ids), in the order of the run's rows.
    """

    table: pa.Table

    @classmethod
    def of(cls, run: Run, mask: NDArray[np.bool_]) -> Members:
        """Take the samples of a run that a mask ``bool [n]`` marks."""
        marked = pa.array(np.flatnonzero(mask))
        ids = run.column("sample_id").take(marked)
        if pa.types.is_dictionary(ids.type):
            ids = ids.cast(pa.string())
        return cls(pa.table({"subset": run.column("subset").take(marked), "sample_id": ids}))

    @classmethod
    def from_bytes(cls, data: bytes) -> Members:
        """Read what :meth:`to_bytes` wrote.

        Raises:
            StorageError: it is something else.
        """
        try:
            return cls(pa.ipc.open_stream(data).read_all())
        except pa.ArrowException as error:
            raise StorageError("The members of the collection cannot be read.") from error

    def to_bytes(self) -> bytes:
        """Return them as a compressed Arrow stream."""
        sink = pa.BufferOutputStream()
        options = pa.ipc.IpcWriteOptions(compression=_CODEC)
        with pa.ipc.new_stream(sink, self.table.schema, options=options) as writer:
            writer.write_table(self.table.combine_chunks())
        return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]

    def __len__(self) -> int:
        """How many there are."""
        return int(self.table.num_rows)

    def mask(self, run: Run) -> NDArray[np.bool_]:
        """Return which rows of a run are members, ``bool [n]``; a member that it lacks is nowhere.

        Ids are the same if they read the same: 7 is ``"7"``.
        """
        found = np.zeros(run.n, bool)
        subsets = self.table.column("subset").cast(pa.string())
        for subset, rows in run.subsets.items():
            wanted = self.table.column("sample_id").filter(pc.equal(subsets, subset.value))
            there = run.column("sample_id").slice(rows.start, len(rows))
            found[rows.start : rows.stop] = _among(there, wanted)
        return found

    def to_pylist(self) -> list[dict[str, Any]]:
        """Return ``{"subset", "sample_id"}`` of each."""
        return self.table.to_pylist()  # type: ignore[no-any-return]


def _among(values: pa.ChunkedArray, wanted: pa.ChunkedArray) -> NDArray[np.bool_]:
    if not (pa.types.is_integer(values.type) and pa.types.is_integer(wanted.type)):
        values, wanted = values.cast(pa.string()), wanted.cast(pa.string())
    return pc.is_in(values, value_set=wanted.combine_chunks()).to_numpy()  # type: ignore[no-any-return]
