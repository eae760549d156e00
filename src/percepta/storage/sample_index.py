"""Which row is which sample: rows of a subset lie together, in the order of its ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from percepta.core.subsets import SampleId, SampleKey, Subset


class SampleIndex:
    """Finds rows by sample id and the other way round.

    Args:
        ids: ``sample_id`` of every row, integers or texts.
        subsets: ``{"subset", "start", "stop", "ids"}`` of each, as in a run's manifest.
    """

    def __init__(self, ids: pa.ChunkedArray, subsets: Sequence[Mapping[str, Any]]) -> None:
        self._ids = ids
        self._type = ids.type.value_type if pa.types.is_dictionary(ids.type) else ids.type
        self._subsets = {Subset(entry["subset"]): entry for entry in subsets}

    def key(self, row: int) -> SampleKey:
        """Return which sample a row is; the row must exist."""
        subset, entry = next(
            (subset, entry)
            for subset, entry in self._subsets.items()
            if entry["start"] <= row < entry["stop"]
        )
        value = self._ids[row].as_py()
        return SampleKey(subset, int(value) if entry["ids"] == "int" else value)

    def locate(self, subset: Subset, sample_id: SampleId) -> int | None:
        """Return the row of a sample; None if it has none."""
        entry = self._subsets.get(subset)
        if entry is None:
            return None
        try:
            texts = pa.types.is_string(self._type)
            wanted = pa.scalar(str(sample_id) if texts else sample_id, self._type)
        except (pa.ArrowException, UnicodeEncodeError, OverflowError, TypeError, ValueError):
            return None  # nothing of that kind can be stored
        found = pc.index(self._slice(entry).cast(self._type), wanted).as_py()
        return None if found < 0 else int(entry["start"]) + int(found)

    def search(self, text: str, subset: Subset | None, limit: int) -> list[tuple[int, SampleKey]]:
        """Return samples whose id is ``text``; if there is none, those whose id begins with it.

        A name of both parts, as ``validation/17``, is looked for where no id is that whole text.
        """
        subsets = [s for s in self._subsets if subset in (None, s)]
        rows = self._exactly(text, subsets)
        first, slash, rest = text.partition("/")
        named = [s for s in subsets if slash and rest and s.value == first]
        if not rows and named:
            text, subsets = rest, named
            rows = self._exactly(text, subsets)
        for s in [] if rows else subsets:
            rows += self._beginning(text, self._subsets[s])[:limit]
        return [(row, self.key(row)) for row in rows[:limit]]

    def _exactly(self, text: str, subsets: Sequence[Subset]) -> list[int]:
        candidates: list[SampleId] = [text]
        if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 20:
            candidates.append(int(text))
        found = {self.locate(s, candidate) for s in subsets for candidate in candidates}
        return sorted(row for row in found if row is not None)

    def _beginning(self, text: str, entry: Mapping[str, Any]) -> list[int]:
        try:
            hits = pc.starts_with(self._slice(entry).cast("string"), text)
        except UnicodeEncodeError:  # half a surrogate pair: no stored text has one
            return []
        return [int(entry["start"]) + int(hit) for hit in pc.indices_nonzero(hits).to_pylist()]

    def _slice(self, entry: Mapping[str, Any]) -> pa.ChunkedArray:
        return self._ids.slice(entry["start"], entry["stop"] - entry["start"])
