"""The workspace (signatures first; being filled in)."""

from __future__ import annotations

from pathlib import Path

from percepta.storage.catalogue import Catalogue
from percepta.storage.plan import RunPlan
from percepta.storage.run import Run
from percepta.storage.writer import RunWriter


class Workspace:
    """A folder with a catalogue, runs and job logs."""

    root: Path
    catalogue: Catalogue

    @classmethod
    def open(cls, path: Path | None = None) -> Workspace: ...  # WorkspaceError
    def run(self, run_id: str) -> Run: ...  # NotFoundError; ConflictError: not committed yet; CorruptRunError. Cached
    def new_run(self, run_id: str, plan: RunPlan) -> RunWriter: ...  # run_id from catalogue.create_run
    def resume_run(self, run_id: str) -> RunWriter: ...  # ConflictError: complete, or written by another process now
    def close(self) -> None: ...
