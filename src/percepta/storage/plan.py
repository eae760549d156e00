"""What goes into a run: the plan made before the first sample, and the shards written one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.channels import ChannelEntries
from percepta.core.confusion import Decision
from percepta.core.errors import StorageError
from percepta.core.rendering import EncodedVisual
from percepta.core.subsets import MAX_SAMPLE_ID_LENGTH, SampleId, SampleKey, Subset

ColumnValues = Sequence[bool | int | float | str | None] | NDArray[Any]
"""Values of one column of a shard; None and NaN are missing."""


@dataclass(frozen=True)
class SampleFailure:
    """A sample that failed: it takes no row, and is listed with its error.

    Attributes:
        subset: its subset.
        id: its id.
        stage: what failed: ``read``, ``model``, ``loss`` …
        message: one sentence.
        where: place in the user's code, as text.
        fix: what to do.
    """

    subset: Subset
    id: SampleId
    stage: str
    message: str
    where: str | None = None
    fix: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "subset": self.subset.value,
            "id": self.id,
            "stage": self.stage,
            "message": self.message,
            "where": self.where,
            "fix": self.fix,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SampleFailure:
        """Read what :meth:`to_json` wrote."""
        return cls(
            Subset(value["subset"]),
            value["id"],
            str(value["stage"]),
            str(value["message"]),
            value.get("where"),
            value.get("fix"),
        )


@dataclass(frozen=True)
class RunPlan:
    """Which samples a run evaluates, in which order, cut into shards.

    The plan is written before the first shard and never changes: an evaluation resumes only if what
    it would plan now equals what was planned then.

    Attributes:
        keys: ids of each subset, in order. Rows of the run follow this order.
        shard_size: samples per shard; the last one may be smaller.
        spaces: names of the latent spaces every shard brings.
        settings: whatever the engine needs to go on, JSON.
        hashes: content hashes that must be equal for a resume, e.g. ``model``, ``code``.
    """

    keys: Mapping[Subset, Sequence[SampleId]]
    shard_size: int
    spaces: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what can be checked without walking over all ids."""
        if self.shard_size < 1:
            raise StorageError(f"A shard must hold at least one sample, not {self.shard_size}.")

    @cached_property
    def samples(self) -> int:
        """Number of samples planned."""
        return sum(len(ids) for ids in self.keys.values())

    @property
    def shards(self) -> int:
        """Number of shards planned."""
        return -(-self.samples // self.shard_size)

    def shard_length(self, index: int) -> int:
        """Return the number of samples planned for shard ``index``."""
        return min(self.shard_size, self.samples - index * self.shard_size)

    def shard_keys(self, index: int) -> list[SampleKey]:
        """Return the samples of shard ``index``, in order.

        Raises:
            StorageError: no such shard.
        """
        if not 0 <= index < self.shards:
            raise StorageError(f"The run has {self.shards} shards; there is no shard {index}.")
        start = index * self.shard_size
        stop = start + self.shard_length(index)
        found: list[SampleKey] = []
        for subset, ids in self.keys.items():
            if start < len(ids) and stop > 0:
                found.extend(SampleKey(subset, i) for i in ids[max(start, 0) : max(stop, 0)])
            start, stop = start - len(ids), stop - len(ids)
        return found


@dataclass(frozen=True)
class ShardData:
    """What one shard brings: one row per planned sample that did not fail, in plan order.

    Attributes:
        columns: field name → ``m`` values. A column absent from a shard is missing there.
        latents: space → ``float32 [m, D]``; D is the same in every shard.
        scores: prediction → ``float32 [m, C]``, as the model gave them (flattened per sample).
        thumbnails: one ``uint8 [h, w]``, ``[h, w, 1]`` or ``[h, w, 3]`` per row, or None; or one
            ``uint8 [m, h, w, 1|3]`` array; empty: no thumbnails at all.
        visuals: visualizer → one encoded visual per row, or None.
        decisions: metric → the decisions of each row, none or several.
        failures: planned samples of this shard that take no row.
        channels: samples of this shard that may be among those that excite a channel most, rows counted
            among those that did not fail; None: nobody looked.
    """

    columns: Mapping[str, ColumnValues] = field(default_factory=dict)
    latents: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    scores: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    thumbnails: Sequence[NDArray[np.uint8] | None] | NDArray[np.uint8] = ()
    visuals: Mapping[str, Sequence[EncodedVisual | None]] = field(default_factory=dict)
    decisions: Mapping[str, Sequence[Sequence[Decision]]] = field(default_factory=dict)
    failures: Sequence[SampleFailure] = ()
    channels: ChannelEntries | None = None


def check_ids(subset: Subset, ids: Sequence[SampleId]) -> type[int] | type[str]:
    """Return the one type of a subset's ids.

    Raises:
        StorageError: ids of two types, beyond 64 bits, or too long.
    """
    if isinstance(ids, range):
        return int
    kinds = {type(i) for i in ids}
    if kinds <= {int}:
        if ids and (max(ids) >= 2**63 or min(ids) < -(2**63)):  # type: ignore[operator]
            raise StorageError(f"Ids of subset {subset} must fit 64 bits.")
        return int
    if kinds == {str}:
        if max(len(i) for i in ids) > MAX_SAMPLE_ID_LENGTH:  # type: ignore[arg-type]
            raise StorageError(
                f"An id of subset {subset} is longer than {MAX_SAMPLE_ID_LENGTH} characters."
            )
        return str
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    raise StorageError(f"Ids of subset {subset} must be all int or all str, not {names}.")
