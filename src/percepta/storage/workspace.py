"""The workspace: a folder with the catalogue, the runs and the logs of jobs."""

from __future__ import annotations

import os
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from percepta.core.errors import (
    ConflictError,
    NotFoundError,
    PerceptaError,
    StorageError,
    WorkspaceError,
)
from percepta.storage.catalogue import Catalogue
from percepta.storage.files import make_folder
from percepta.storage.job_table import known_id
from percepta.storage.plan import RunPlan
from percepta.storage.records import RunStatus
from percepta.storage.run import MANIFEST, Run
from percepta.storage.writer import RunWriter, finish_commit

if TYPE_CHECKING:
    from percepta.storage.members import Members
    from percepta.storage.queries import RunQuery

_OPEN_RUNS = 16


class Workspace:
    """Everything percepta keeps, in one folder. Safe for threads, and for several processes at once.

    Attributes:
        root: the folder.
        catalogue: projects, versions, runs, jobs.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        _prepare(root)
        self.catalogue = Catalogue(root / "catalogue.sqlite", root / "jobs")
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()
        self._finish_commits()

    @classmethod
    def open(cls, path: Path | str | None = None) -> Workspace:
        """Open a workspace; it is made if it is not there.

        Args:
            path: the folder; otherwise ``$PERCEPTA_WORKSPACE``, otherwise the user's data folder.

        Raises:
            WorkspaceError: not writable, made by a newer percepta, or not a workspace.
        """
        if path is None:
            path = os.environ.get("PERCEPTA_WORKSPACE") or None
        if path is None:
            import platformdirs

            path = platformdirs.user_data_dir("percepta")
        return cls(Path(path).expanduser().absolute())

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the catalogue."""
        self.close()

    def close(self) -> None:
        """Close the catalogue. Runs that were opened stay readable."""
        self.catalogue.close()

    def run(self, run_id: str) -> Run:
        """Return a committed run; the same object as long as it is in use.

        Raises:
            NotFoundError: no such run.
            ConflictError: it is not committed (yet).
            CorruptRunError: a file is missing or damaged.
        """
        with self._lock:
            if run_id in self._runs:
                self._runs[run_id] = self._runs.pop(run_id)  # most recently used last
                return self._runs[run_id]
        folder = self._folder(run_id)
        if not (folder / MANIFEST).exists():
            record = self.catalogue.run(run_id)
            if record.status is RunStatus.COMPLETE:
                raise StorageError(
                    f"The files of run {record.name!r} are gone.",
                    fix="Restore them from a backup, or evaluate again.",
                )
            raise ConflictError(
                f"Run {record.name!r} is {record.status}, not complete.",
                fix="Wait until it has finished, or resume it.",
            )
        run = Run(folder)
        with self._lock:
            self._runs[run_id] = run
            while len(self._runs) > _OPEN_RUNS:
                del self._runs[next(iter(self._runs))]
        return run

    def query(self, run_id: str, map_id: str | None = None) -> RunQuery:
        """Return what asks a committed run, with the derived fields of its project.

        Args:
            run_id: the run.
            map_id: the map whose clusters count as fields.

        Raises:
            NotFoundError: no such run or map.
            ConflictError: it is not committed (yet).
            CorruptRunError: a file is missing or damaged.
        """
        from percepta.storage.queries import RunQuery

        derived = self.catalogue.derived_fields.of_run(run_id)
        return RunQuery(self.run(run_id), map_id, derived, partial(self.members, run_id))

    def members(self, run_id: str, collection_id: str) -> Members:
        """Return who belongs to a collection of the run's project.

        Raises:
            NotFoundError: the project has no such collection.
        """
        from percepta.storage.members import Members

        return Members.from_bytes(self.catalogue.collections.members(run_id, collection_id))

    def new_run(self, run_id: str, plan: RunPlan) -> RunWriter:
        """Begin to write a run that the catalogue knows (``catalogue.create_run``).

        Raises:
            NotFoundError: the catalogue does not know it.
            ConflictError: it was begun already.
            StorageError: ids that cannot be kept.
        """
        self.catalogue.run(run_id)
        folder = self._folder(run_id)
        make_folder(folder)
        return RunWriter(folder, plan, self._committed)

    def resume_run(self, run_id: str) -> RunWriter:
        """Go on writing a run that was interrupted.

        Raises:
            NotFoundError: no such run, or nothing of it was written.
            ConflictError: it is complete, or another process is writing it.
        """
        self._finish_commit(run_id)
        self.catalogue.run(run_id)
        folder = self._folder(run_id)
        if not folder.is_dir():
            raise NotFoundError(
                "Nothing of this run was written yet; there is nothing to go on with.",
                fix="Start the evaluation again.",
            )
        writer = RunWriter(folder, None, self._committed)
        self.catalogue.restart_run(run_id)
        return writer

    def _folder(self, run_id: str) -> Path:
        if not known_id(run_id):
            raise NotFoundError("There is no such run.")
        return self.root / "runs" / run_id

    def _committed(self, run: Run) -> None:
        self.catalogue.complete_run(
            run.id,
            samples=run.n,
            failures=int(run.manifest["failures"]),
            subsets={subset.value: len(rows) for subset, rows in run.subsets.items()},
            metrics=run.metrics,
        )

    def _finish_commits(self) -> None:
        """Finish what a kill between the manifest and the catalogue left."""
        for record in self.catalogue.runs():
            if record.status is not RunStatus.COMPLETE:
                self._finish_commit(record.id)

    def _finish_commit(self, run_id: str) -> None:
        folder = self._folder(run_id)
        if not (folder / MANIFEST).exists():
            return
        try:
            self._committed(finish_commit(folder))
        except PerceptaError:
            return  # damaged: opening the run names the file


def _prepare(root: Path) -> None:
    try:
        make_folder(root / "runs")
        with tempfile.TemporaryFile(dir=root):
            pass
    except (OSError, StorageError) as error:
        reason = error.__cause__ if isinstance(error, StorageError) else error
        detail = getattr(reason, "strerror", None) or str(reason)
        raise WorkspaceError(
            f"The workspace {root} cannot be written: {detail}.",
            fix="Give yourself write permission, or choose another folder with PERCEPTA_WORKSPACE.",
        ) from error
