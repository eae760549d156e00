"""The dashboards of a project, as Python and the command line handle them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percepta.core.errors import DashboardError, NotFoundError, Where

if TYPE_CHECKING:
    from percepta.storage import Dashboard, Workspace

MOST_BYTES = 64 * 2**20
"""A larger file is no dashboard."""


class Dashboards(Mapping[str, dict[str, Any]]):
    """The dashboards of a project by name, each a JSON document.

    In Python::

        boards = percepta.Dashboards("mnist")
        list(boards)                       # names, oldest first
        boards.save({**boards["Overview"], "name": "Mine"})
        boards.export("Mine", "mine.json")

    The form of a document is in ``docs/how-to/dashboards.md``.

    Args:
        project: its name.
        workspace: a folder, or an open workspace; None for ``$PERCEPTA_WORKSPACE``, else your data folder.

    Raises:
        NotFoundError: there is no such project.
    """

    def __init__(self, project: str, workspace: Workspace | str | Path | None = None) -> None:
        self._workspace = _opened(workspace)
        self._table = self._workspace.catalogue.dashboards
        self.project = project
        known = {one.name: one.id for one in self._workspace.catalogue.projects()}
        if project not in known:
            raise NotFoundError(
                f"There is no project {project!r}.", fix=f"There are: {', '.join(known) or 'none'}."
            )
        self._project_id = known[project]

    def __getitem__(self, name: str) -> dict[str, Any]:
        """Return a dashboard's document, complete: with what it leaves to the defaults.

        Raises:
            NotFoundError: no such dashboard.
        """
        return _checked(self.kept(name).document)

    def __iter__(self) -> Iterator[str]:
        """Yield the names, oldest first."""
        return (kept.name for kept in self._table.of_project(self._project_id))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._table.of_project(self._project_id))

    def __contains__(self, name: object) -> bool:
        """Whether there is a dashboard of that name."""
        return name in list(self)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a dashboard's document, or ``default`` where there is none of that name."""
        return self[name] if name in self else default

    def kept(self, name: str) -> Dashboard:
        """Return a dashboard as the catalogue keeps it, with its id and revision.

        Raises:
            NotFoundError: no such dashboard.
        """
        found = self._table.of_project(self._project_id)
        for kept in found:
            if kept.name == name:
                return kept
        names = ", ".join(kept.name for kept in found) or "none"
        raise NotFoundError(
            f"The project {self.project!r} has no dashboard {name!r}.", fix=f"It has: {names}."
        )

    def save(self, document: Mapping[str, Any]) -> str:
        """Keep a document: in place of the dashboard of its name, if there is one.

        Returns:
            Its name.

        Raises:
            DashboardError: naming the place and what is wrong there.
        """
        checked = _checked(document)
        if checked["name"] not in self:
            return self._table.create(self._project_id, checked).name
        kept = self.kept(checked["name"])
        return self._table.change(kept.id, checked, kept.revision).name

    def add(self, document: Mapping[str, Any], name: str | None = None) -> str:
        """Keep a document as a new dashboard; a name that is taken gets a number.

        Returns:
            Its name.

        Raises:
            DashboardError: naming the place and what is wrong there.
        """
        checked = _checked(document if name is None else {**document, "name": name})
        return self._table.create(self._project_id, checked).name

    def export(self, name: str, file: str | Path) -> Path:
        """Write a dashboard to a JSON file, and return its path."""
        from percepta.storage.files import AtomicFile, output_errors

        path = Path(file)
        text = json.dumps(self[name], indent=2, ensure_ascii=False) + "\n"
        with AtomicFile(path, hashed=False, errors=output_errors) as written:
            written.write(text.encode())
        return path

    def load(self, file: str | Path, name: str | None = None) -> str:
        """Keep the dashboard of a JSON file as a new one.

        Returns:
            Its name; one that is taken gets a number.

        Raises:
            DashboardError: the file is no dashboard; says where.
        """
        return self.add(read_file(Path(file)), name)

    def rename(self, name: str, new: str) -> str:
        """Give a dashboard another name, and return it; one that is taken gets a number."""
        kept = self.kept(name)
        return self._table.change(
            kept.id, _checked({**kept.document, "name": new}), kept.revision
        ).name

    def delete(self, name: str) -> None:
        """Delete a dashboard.

        Raises:
            NotFoundError: no such dashboard.
        """
        self._table.delete(self.kept(name).id)

    def make_default(self, run: str) -> str:
        """Make a dashboard from the fields that a run (its id) has, and return its name."""
        from percepta.engine.overview import default_dashboard

        return self.add(default_dashboard(self._workspace.query(run)).to_json())


def read_file(path: Path) -> dict[str, Any]:
    """Read a dashboard's document from a JSON file.

    Raises:
        DashboardError: it cannot be read, or is no dashboard; says where.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DashboardError(f"{path} is too large for a dashboard.")
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DashboardError(f"{path} cannot be read: {error.strerror}.") from None
    except json.JSONDecodeError as error:
        raise DashboardError(
            f"The file is not JSON: {error.msg} (column {error.colno}).",
            where=Where(file=str(path), line=error.lineno),
            fix="Export a dashboard to see the form.",
        ) from None
    except (ValueError, RecursionError) as error:
        raise DashboardError(f"{path} is not JSON: {error}.") from None
    try:
        return _checked(value)
    except DashboardError as error:
        raise DashboardError(error.message, where=Where(file=str(path)), fix=error.fix) from None


def _checked(document: object) -> dict[str, Any]:
    from percepta.server.dashboards import document_json, read_document

    return document_json(read_document(document))


def _opened(workspace: Workspace | str | Path | None) -> Workspace:
    from percepta.storage import Workspace as Opened

    if isinstance(workspace, Opened):
        return workspace
    return Opened.open(None if workspace is None else Path(workspace))
