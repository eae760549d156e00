"""Opening the catalogue's database: SQLite in WAL mode, migrated to the newest revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from percepta.core.errors import DiskFullError, StorageError, WorkspaceError

HEAD = "0002"
"""The newest revision this percepta knows."""

_BUSY_MS = 30_000


def open_database(path: Path) -> sa.Engine:
    """Open (create, migrate) the SQLite database at ``path``.

    Every transaction takes the write lock when it begins if it is opened by :func:`writing`, so that
    read-then-write steps are atomic across processes.

    Raises:
        WorkspaceError: made by a newer percepta, not a catalogue, or not writable.
    """
    engine = sa.create_engine(
        sa.URL.create("sqlite+pysqlite", database=str(path)),
        connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False},
        poolclass=sa.pool.QueuePool,
        pool_size=4,
        max_overflow=28,
    )
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    try:
        with database_errors(path):
            _migrate(engine, path)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that holds the write lock from its first statement."""
    with (
        database_errors(Path(str(engine.url.database))),
        engine.connect().execution_options(percepta_write=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Open a transaction that sees one state of the database."""
    with database_errors(Path(str(engine.url.database))), engine.connect() as connection:
        yield connection


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn what the database says into sentences."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig)
        if "full" in text:
            raise DiskFullError(
                "The disk is full: the catalogue could not be written.",
                fix="Free some space and try again; what was committed is untouched.",
            ) from error
        if "readonly" in text or "unable to open" in text:
            raise WorkspaceError(
                f"The catalogue cannot be written: {path}: {text}.",
                fix="Give yourself write permission, or choose another workspace with "
                "PERCEPTA_WORKSPACE.",
            ) from error
        if "locked" in text:
            raise StorageError(
                "The catalogue is held by another process.", fix="Try again in a moment."
            ) from error
        raise StorageError(f"The catalogue could not be used: {text}.") from error
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise WorkspaceError(
                f"{path} is not a percepta catalogue, or it is damaged: {error.orig}.",
                fix="Put a backup in its place, or choose another workspace with "
                "PERCEPTA_WORKSPACE.",
            ) from error
        raise


def _on_connect(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: it would leave out DDL and begin too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",  # WAL: a kill loses nothing, a power cut at most the last moments
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("percepta_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _migrate(engine: sa.Engine, path: Path) -> None:
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    with writing(engine) as connection:
        revision = _revision(connection)  # again, now that no one else can migrate
        if revision is not None and revision not in known:
            raise WorkspaceError(
                f"The workspace {path.parent} was made by a newer percepta "
                f"(catalogue revision {revision}).",
                fix="Update percepta, or choose another workspace with PERCEPTA_WORKSPACE.",
            )
        if revision != HEAD:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
