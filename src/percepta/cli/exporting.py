"""Samples as files, from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from percepta.cli.evaluation import find_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from percepta.core.filters import Filter
    from percepta.storage import RunQuery, Workspace
    from percepta.storage.export import Selection
    from percepta.storage.records import Collection


def export_samples(
    workspace: Workspace,
    run: str,
    to: Path | None,
    *,
    where: Filter | None = None,
    fields: Sequence[str] | None = None,
    order_by: str | None = None,
    descending: bool = False,
    map_id: str | None = None,
) -> None:
    """Write samples to a file, or as CSV to standard output; see :mod:`percepta.storage.export`."""
    from percepta.core.filters import Filter
    from percepta.storage.export import Selection

    query = _asked(workspace, find_run(workspace, run).id, map_id)
    _write(Selection.of(query, where or Filter(), fields, order_by, descending), to)


def export_collection(workspace: Workspace, run: str, name: str, to: Path | None) -> None:
    """Write those samples of a collection that a run has."""
    import numpy as np

    from percepta.storage.export import Selection

    kept = find_collection(workspace, run, name)
    query = _asked(workspace, find_run(workspace, run).id, None)
    rows = np.flatnonzero(workspace.members(query.run.id, kept.id).mask(query.run))
    _write(Selection.of_rows(query, rows), to)


def find_collection(workspace: Workspace, run: str, name: str) -> Collection:
    """Return the collection of that name in the run's project.

    Raises:
        NotFoundError: there is none.
    """
    from percepta.core.errors import NotFoundError

    found = workspace.catalogue.collections.of_project(find_run(workspace, run).project)
    for kept in found:
        if kept.name == name:
            return kept
    names = ", ".join(kept.name for kept in found) or "none"
    raise NotFoundError(f"The project has no collection {name!r}.", fix=f"It has: {names}.")


def _write(chosen: Selection, to: Path | None) -> None:
    from percepta.storage.export import write_samples

    if to is None:
        for piece in chosen.write("csv"):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    from percepta.terminal import console

    size = write_samples(chosen, to)
    large = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"
    told = f"{len(chosen.rows):,} samples, {len(chosen.names)} columns, {large}: {to}"
    console().print(told, markup=False, soft_wrap=True)


def _asked(workspace: Workspace, run_id: str, map_id: str | None) -> RunQuery:
    """Return what asks a run, with the clusters of a map (by the beginning of its id; None: the newest)."""
    from percepta.core.errors import NotFoundError

    known = [info.id for info in workspace.run(run_id).maps()]
    found = [id for id in known if id.startswith(map_id or "")]
    if map_id is not None and len(found) != 1:
        raise NotFoundError(
            f"The run has {len(found) or 'no'} maps whose id begins with {map_id!r}.",
            fix=f"It has: {', '.join(known) or 'none'}.",
        )
    return workspace.query(run_id, found[-1] if found else None)
