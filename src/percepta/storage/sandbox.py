"""DuckDB in a box: in memory, no files, no network, no extensions, bounded memory and time.

Only statements built in this package run here, with every value a parameter and every column a name we made
ourselves; the box is for the day that one of them is wrong.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from percepta.core.errors import FilterError

MEMORY_LIMIT = "1GB"
TIME_LIMIT = 20.0
"""Seconds that one statement may take."""

_SETTINGS = f"""
    SET threads = 2;
    SET memory_limit = '{MEMORY_LIMIT}';
    SET temp_directory = '';
    SET python_enable_replacements = false;
    SET autoinstall_known_extensions = false;
    SET autoload_known_extensions = false;
    SET allow_community_extensions = false;
    SET allow_unsigned_extensions = false;
    SET enable_external_access = false;
    SET lock_configuration = true;
"""  # the lock comes last: nothing above it can be undone


_MAX_IDLE = 4
_idle: deque[duckdb.DuckDBPyConnection] = deque()
"""Empty databases that wait for the next box: a new one costs some 10 ms, more than most statements."""


class Box:
    """A database that knows one table, ``run``; a context manager.

    Args:
        table: what is queried; not copied.
        time_limit: seconds that one statement may take.
    """

    def __init__(self, table: pa.Table, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._connection = _empty_database()
        self._connection.register("run", table)

    def __enter__(self) -> Box:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Take the table out; after an error, throw the database away."""
        if kind is None and len(_idle) < _MAX_IDLE:
            self._connection.unregister("run")
            _idle.append(self._connection)
        else:
            self._connection.close()

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Run one statement.

        Args:
            sql: a statement built by this package, with ``?`` for every value.
            parameters: the values.

        Raises:
            FilterError: it took too long or too much memory.
        """
        timer = threading.Timer(self._time_limit, self._connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            return self._connection.sql(sql, params=list(parameters)).to_arrow_table()
        except duckdb.InterruptException as error:
            raise FilterError(
                f"The query took longer than {self._time_limit:g} seconds.",
                fix="Use a simpler filter.",
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise FilterError(
                f"The query needs more than {MEMORY_LIMIT} of memory.", fix="Use a simpler filter."
            ) from error
        finally:
            timer.cancel()


def _empty_database() -> duckdb.DuckDBPyConnection:
    try:
        return _idle.pop()
    except IndexError:
        connection = duckdb.connect(":memory:")
        connection.execute(_SETTINGS)
        return connection
