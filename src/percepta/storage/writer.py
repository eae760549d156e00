"""The run writer (signatures first; being filled in)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from percepta.core.fields import Field
from percepta.storage.plan import RunPlan, ShardData
from percepta.storage.run import Run


class RunWriter:
    """Writes a run shard by shard; also a context manager that lets go of the run's lock."""

    id: str
    plan: RunPlan
    done_shards: frozenset[int]

    def write_shard(self, index: int, data: ShardData) -> None: ...  # DiskFullError, StorageError; idempotent
    def save_state(self, name: str, data: bytes) -> None: ...  # kept in the committed run: Run.state(name)
    def load_state(self, name: str) -> bytes | None: ...
    def commit(self, fields: Sequence[Field], details: dict[str, Any]) -> Run: ...  # all shards done; marks the run complete in the catalogue
    def close(self) -> None: ...
