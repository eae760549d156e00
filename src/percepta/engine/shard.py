"""The rows of one shard as they come in, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.strongest import Strongest
from percepta.core.confusion import Decision
from percepta.core.rendering import EncodedVisual
from percepta.engine.batches import Failed
from percepta.storage import SampleFailure, ShardData

Picture = NDArray[np.uint8]
Values = Sequence[Any] | NDArray[Any]


@dataclass
class Shard:
    """The rows of one shard as they come in.

    Attributes:
        first: place of the shard's first sample among all that are planned.
        strongest: looks for the samples of the run that excite each channel most; None: nobody does.
        rows: number of rows so far.
        columns: field name → blocks of values, each with the row it begins at; rows between are missing.
        latents: latent space → vectors, a block per batch.
        scores: prediction → probabilities, a block per batch.
        decisions: metric → what it decided about each row.
        thumbnails: one picture a row, or None.
        visuals: visualizer → one encoded visual a row, or None.
        failures: samples that take no row.
        described: names of the columns that are not metadata.
        decided: those of them that sum up decisions.
        broken: visualizer → how many pictures it could not draw, and the first reason.
    """

    first: int = 0
    strongest: Strongest | None = None
    rows: int = 0
    columns: dict[str, list[tuple[int, Values]]] = field(default_factory=dict)
    latents: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    scores: dict[str, list[NDArray[np.float32]]] = field(default_factory=dict)
    decisions: dict[str, list[list[Decision]]] = field(default_factory=dict)
    thumbnails: list[Picture | None] = field(default_factory=list)
    visuals: dict[str, list[EncodedVisual | None]] = field(default_factory=dict)
    failures: list[SampleFailure] = field(default_factory=list)
    described: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    broken: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(
        self,
        count: int,
        columns: Mapping[str, Values],
        decisions: Mapping[str, Sequence[list[Decision]]],
    ) -> None:
        """Add ``count`` rows with the given columns and decisions."""
        for name, values in columns.items():
            self.columns.setdefault(name, []).append((self.rows, values))
        for metric, rows in decisions.items():
            kept = self.decisions.setdefault(metric, [])
            kept.extend([] for _ in range(self.rows - len(kept)))
            kept.extend(rows)
        self.rows += count

    def see(self, responses: Mapping[str, NDArray[np.float32]]) -> None:
        """Look at how strongly the rows that are added next excite channels: by layer, ``[count, C]``."""
        if self.strongest is not None:
            self.strongest.see(responses, self.first + self.rows)

    def fail(self, failures: Sequence[Failed]) -> None:
        """Take note of samples that get no row."""
        self.failures.extend(_failure(failed) for failed in failures)

    def data(self) -> ShardData:
        """Return the shard as storage takes it."""
        for kept in self.decisions.values():
            kept.extend([] for _ in range(self.rows - len(kept)))
        return ShardData(
            columns={name: _column(blocks, self.rows) for name, blocks in self.columns.items()},
            latents={name: np.concatenate(blocks) for name, blocks in self.latents.items()},
            scores={name: np.concatenate(blocks) for name, blocks in self.scores.items()},
            decisions=self.decisions,
            thumbnails=_stacked(self.thumbnails),
            visuals=self.visuals,
            failures=self.failures,
            channels=None if self.strongest is None else self.strongest.since(self.first),
        )


@dataclass
class Met:
    """The columns that shards have brought so far, without metadata; kept for a resume.

    Attributes:
        columns: their names.
        decided: those of them that sum up decisions.
    """

    columns: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)

    def learn(self, shard: Shard) -> bool:
        """Take in a shard's columns; True if one was new."""
        new = not self.columns.issuperset(shard.described)
        self.columns |= shard.described
        self.decided |= shard.decided
        return new

    def to_bytes(self) -> bytes:
        """Return the form that is kept; equal sets give equal bytes."""
        told = {"columns": sorted(self.columns), "decided": sorted(self.decided)}
        return json.dumps(told).encode()

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Met:
        """Read what :meth:`to_bytes` gave; None: nothing yet."""
        kept = json.loads(data) if data else {"columns": [], "decided": []}
        return cls(set(kept["columns"]), set(kept["decided"]))


def _column(blocks: Sequence[tuple[int, Values]], rows: int) -> Values:
    """Join the blocks of a column; an array where all of them are of one kind, else a list."""
    arrays = [values for _, values in blocks if isinstance(values, np.ndarray)]
    kinds = {array.dtype.kind for array in arrays}
    if len(arrays) == len(blocks) and len(kinds) == 1:
        if sum(map(len, arrays)) == rows:
            return np.concatenate(arrays)
        if kinds == {"f"}:
            column = np.full(rows, np.nan, np.result_type(*arrays))
            for start, values in blocks:
                column[start : start + len(values)] = values
            return column
    entries: list[Any] = [None] * rows
    for start, values in blocks:
        plain = values.tolist() if isinstance(values, np.ndarray) else values
        entries[start : start + len(values)] = plain
    return entries


def _stacked(pictures: list[Picture | None]) -> list[Picture | None] | Picture:
    """Return pictures that are all there and all alike as one array, which is stored faster."""
    shapes = {None if picture is None else picture.shape for picture in pictures}
    if len(shapes) != 1 or None in shapes:
        return pictures
    return np.stack([picture for picture in pictures if picture is not None])


def _failure(failed: Failed) -> SampleFailure:
    return SampleFailure(
        subset=failed.key.subset,
        id=failed.key.id,
        stage=failed.stage,
        message=failed.error.message,
        where=str(failed.error.where) or None,
        fix=failed.error.fix,
    )
