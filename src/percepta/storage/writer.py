"""Writing a run: shard by shard, in any order, resumable; committed once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import percepta
from percepta.core.channels import ChannelEntries
from percepta.core.errors import ConflictError, CorruptRunError, NotFoundError, StorageError
from percepta.core.fields import Field
from percepta.core.network import Network
from percepta.core.training import TrainingCurves
from percepta.storage.compaction import compact
from percepta.storage.documents import write_document
from percepta.storage.files import TEMPORARY, FolderLock, make_folder, os_errors
from percepta.storage.plan import RunPlan, ShardData
from percepta.storage.plan_store import PLAN, load_plan, save_plan
from percepta.storage.run import MANIFEST, Run
from percepta.storage.shards import Shard, write_shard
from percepta.storage.states import read_state, write_state

_STATE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class RunWriter:
    """Writes the run of one folder; made by :class:`~percepta.storage.workspace.Workspace`.

    Holds the run's lock until it is committed or closed; a context manager. Shards may be written in
    any order and by several threads.

    Args:
        folder: the run's folder; its name is the run's id.
        plan: of a new run; None: go on with the one that was begun.
        committed: called once with the committed run.

    Attributes:
        id: id of the run.
        plan: what is to be written.
    """

    def __init__(
        self, folder: Path, plan: RunPlan | None, committed: Callable[[Run], None]
    ) -> None:
        self.id = folder.name
        self._folder, self._committed = folder, committed
        self._shards = folder / "shards"
        self._lock = FolderLock(
            folder / "writer.lock", "Another process is writing this run right now."
        )
        try:
            if (folder / MANIFEST).exists():
                raise ConflictError("The run is complete; a complete run never changes.")
            begun = (folder / PLAN).exists()
            if plan is None and not begun:
                raise NotFoundError(
                    "Nothing of this run was written yet; there is nothing to go on with.",
                    fix="Start the evaluation again.",
                )
            if plan is not None and begun:
                raise ConflictError("The run was begun already.", fix="Resume it.")
            make_folder(self._shards)
            make_folder(folder / "state")
            if plan is None:
                self.plan, document = load_plan(folder)
                self._created = str(document["created"])
            else:
                self.plan, self._created = plan, datetime.now(UTC).isoformat()
                save_plan(folder, plan, created=self._created)
            self._done = self._find_done()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the run; what was written stays, to be resumed."""
        self.close()

    @property
    def done_shards(self) -> frozenset[int]:
        """Shards that are written and intact. A damaged one is not among them: write it again."""
        return frozenset(self._done)

    def write_shard(self, index: int, data: ShardData) -> None:
        """Write a shard; on disk when this returns. Writing it again replaces it.

        Raises:
            StorageError: it does not fit the plan, and why.
            DiskFullError: no space; the shards written before are untouched.
        """
        write_shard(self._path(index), self.plan, index, data)
        self._done.add(index)

    def channels(self, index: int) -> ChannelEntries | None:
        """Return what a shard that is written holds of the samples that excite channels most.

        Raises:
            CorruptRunError: the shard is damaged.
        """
        return Shard.open(self._path(index)).channels()

    def save_state(self, name: str, data: bytes) -> None:
        """Keep bytes that the evaluation needs to go on; they stay in the committed run."""
        write_state(self._state(name), data)

    def load_state(self, name: str) -> bytes | None:
        """Return what :meth:`save_state` kept, or None.

        Raises:
            CorruptRunError: it is not what was written.
        """
        return read_state(self._state(name))

    def commit(
        self,
        fields: Sequence[Field],
        details: dict[str, Any],
        network: Network | None = None,
        training: TrainingCurves | None = None,
    ) -> Run:
        """Make the run: compact the shards, write the manifest last, then remove the shards.

        Args:
            fields: what is known of the fields; those not listed are taken for metadata, and types widen
                to what the values turned out to be.
            details: whatever else is worth keeping (device, throughput, labels …), JSON.
            network: the model as a graph, if that is known.
            training: how the training went, if that is known.

        Raises:
            StorageError: shards are missing.
            DiskFullError: no space; commit again when there is.
            CorruptRunError: a shard is damaged; resume to make it again.
        """
        missing = self.plan.shards - len(self._done)
        if missing:
            raise StorageError(
                f"{missing} of {self.plan.shards} shards are missing.", fix="Resume the evaluation."
            )
        shards = [Shard.open(self._path(index)) for index in range(self.plan.shards)]
        described = compact(self._folder, self.plan, shards, fields, network, training)
        manifest = {
            "id": self.id,
            "percepta": percepta.__version__,
            "created": self._created,
            "committed": datetime.now(UTC).isoformat(),
            "settings": self.plan.settings,
            "hashes": self.plan.hashes,
            "details": details,
        }
        write_document(self._folder / MANIFEST, manifest | described)
        run = finish_commit(self._folder)
        self._committed(run)
        self.close()
        return run

    def close(self) -> None:
        """Let go of the run; what was written stays, to be resumed."""
        self._lock.release()

    def _path(self, index: int) -> Path:
        return self._shards / f"{index:06d}.shard"

    def _state(self, name: str) -> Path:
        if _STATE.fullmatch(name) is None:
            raise ValueError(f"not a name for a state: {name!r}")
        return self._folder / "state" / name

    def _find_done(self) -> set[int]:
        for rubbish in self._folder.rglob(f"*{TEMPORARY}"):
            rubbish.unlink(missing_ok=True)
        done = set()
        for path in sorted(self._shards.glob("*.shard")):
            try:
                Shard.open(path).verify()
            except CorruptRunError:
                path.unlink()  # it can be made again, so it is
            else:
                done.add(int(path.stem))
        return done


def finish_commit(folder: Path) -> Run:
    """Remove what a committed run does not need; safe to do again after a kill."""
    with os_errors(folder):
        shutil.rmtree(folder / "shards", ignore_errors=True)
        for rubbish in folder.glob("ids-*.arrow"):
            rubbish.unlink(missing_ok=True)
        (folder / PLAN).unlink(missing_ok=True)
    return Run(folder)
