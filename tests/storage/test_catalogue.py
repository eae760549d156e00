"""The catalogue: projects, versions, runs; one database, many processes, migrated by packaged steps."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from percepta.core.errors import DiskFullError, NotFoundError, StorageError, WorkspaceError
from percepta.core.filters import Filter
from percepta.storage import Catalogue, RunStatus, Workspace
from percepta.storage.database import HEAD, open_database, writing
from percepta.storage.tables import metadata
from tests.storage.builders import write_small_run


def test_projects_are_found_or_made(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    one = catalogue.project_named("  Digits ")
    assert one.name == "Digits"
    assert catalogue.project_named("Digits") == one
    assert catalogue.project(one.id) == one
    assert catalogue.project_named("digits").id != one.id
    for name in ("", "   ", "x" * 201):
        with pytest.raises(StorageError, match="1 to 200 characters"):
            catalogue.project_named(name)
    odd = "'; DROP TABLE projects; -- 猫"
    assert catalogue.project_named(odd).name == odd
    assert {project.name for project in catalogue.projects()} == {"Digits", "digits", odd}


def test_versions_are_known_by_their_hashes(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    project = catalogue.project_named("p").id
    first = catalogue.version_of(project, "m1", "c1", {"format": "torch", "parameters": 3})
    second = catalogue.version_of(project, "m2", "c1", {}, name="wider")
    assert (first.number, first.name, first.parent, first.colour) == (1, "v1", None, 0)
    assert (second.number, second.name, second.parent) == (2, "wider", first.id)
    assert catalogue.version_of(project, "m1", "c1", {"other": True}) == first
    assert catalogue.version(first.id).model == {"format": "torch", "parameters": 3}
    assert [version.number for version in catalogue.versions(project)] == [2, 1]
    other = catalogue.project_named("q").id
    assert catalogue.version_of(other, "m1", "c1", {}).number == 1


def test_runs_are_listed_newest_first(workspace: Workspace) -> None:
    catalogue = workspace.catalogue
    project = catalogue.project_named("p").id
    version = catalogue.version_of(project, "m", "c", {}).id
    runs = [catalogue.create_run(project, version) for _ in range(3)]
    assert [run.name for run in runs] == ["v1", "v1 · 2", "v1 · 3"]
    assert [run.id for run in catalogue.runs(project)] == [run.id for run in runs[::-1]]
    ended = catalogue.end_run(runs[1].id, RunStatus.FAILED)
    assert ended.finished is not None
    assert ended.finished.utcoffset() is not None
    assert catalogue.runs(status=RunStatus.FAILED) == [ended]
    assert catalogue.project(project).runs == 3
    assert ended.to_json()["created"].endswith("+00:00")


@pytest.mark.parametrize("text", ["", "nope", "../x", "'; --", "0" * 16])
def test_unknown_ids(workspace: Workspace, text: str) -> None:
    catalogue = workspace.catalogue
    for ask in (catalogue.project, catalogue.version, catalogue.run, catalogue.job):
        with pytest.raises(NotFoundError):
            ask(text)
    with pytest.raises(NotFoundError):
        catalogue.version_of(text, "m", "c", {})


def test_the_tables_are_what_the_migrations_make(workspace: Workspace) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = sa.create_engine(f"sqlite:///{workspace.root / 'catalogue.sqlite'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_head() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import percepta.storage.migrations as package

    config = Config()
    config.set_main_option("script_location", str(Path(package.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_catalogue_of_the_first_revision_opens_with_all_that_was_in_it(
    workspace_path: Path,
) -> None:
    with Workspace.open(workspace_path) as made:
        run = write_small_run(made)
    with sqlite3.connect(workspace_path / "catalogue.sqlite") as connection:
        for table in ("dashboards", "derived_fields", "collections"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()
    with Workspace.open(workspace_path) as opened:
        project = opened.catalogue.run(run.id).project
        assert opened.catalogue.project(project).runs == 1
        assert opened.catalogue.dashboards.of_project(project) == []
        assert opened.catalogue.collections.of_project(project) == []
        kept = opened.catalogue.dashboards.create(project, {"name": "first"})
        assert opened.catalogue.dashboards.get(kept.id).name == "first"
        assert opened.query(run.id).matches(Filter()).all()


def test_a_catalogue_of_a_newer_percepta(workspace_path: Path) -> None:
    Workspace.open(workspace_path).close()
    with sqlite3.connect(workspace_path / "catalogue.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = (workspace_path / "catalogue.sqlite").read_bytes()
    with pytest.raises(WorkspaceError, match="made by a newer percepta") as caught:
        Workspace.open(workspace_path)
    assert caught.value.fix is not None
    assert "Update percepta" in caught.value.fix
    assert (workspace_path / "catalogue.sqlite").read_bytes() == before


def test_a_file_that_is_no_catalogue(workspace_path: Path) -> None:
    workspace_path.mkdir()
    (workspace_path / "catalogue.sqlite").write_bytes(b"this is not a database, but long " * 99)
    with pytest.raises(WorkspaceError, match="not a percepta catalogue"):
        Workspace.open(workspace_path)


def test_a_full_disk_under_the_catalogue(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "catalogue.sqlite")
    catalogue = Catalogue(tmp_path / "catalogue.sqlite", tmp_path / "jobs")
    before = catalogue.project_named("before")
    with pytest.raises(DiskFullError), writing(engine) as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite's own "disk is full"
        for number in range(1000):
            connection.exec_driver_sql(
                "INSERT INTO projects VALUES (?, ?, '2026-01-01 00:00:00.000000')",
                (f"{number}", "x" * 150 + str(number)),
            )
    assert catalogue.projects() == [before]
    engine.dispose()
    catalogue.close()


def test_many_processes_open_a_fresh_workspace_at_once(workspace_path: Path) -> None:
    program = (
        "from percepta.storage import Workspace\n"
        "with Workspace.open() as w: print(w.catalogue.project_named('same').id)"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = [worker.communicate()[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    assert len(set(answers)) == 1


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_a_kill_in_a_transaction_leaves_the_state_before(workspace_path: Path) -> None:
    program = """
import os, signal
from percepta.storage import Workspace
from percepta.storage.database import writing
w = Workspace.open()
w.catalogue.project_named("kept")
with writing(w.catalogue._engine) as connection:
    connection.exec_driver_sql("DELETE FROM projects")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program], check=False)
    with Workspace.open(workspace_path) as workspace:
        assert [project.name for project in workspace.catalogue.projects()] == ["kept"]
