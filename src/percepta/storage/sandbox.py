"""DuckDB in a box: in memory, no files, no network, no extensions, bounded memory and time.

Only statements built in this package run here, with every value a parameter and every column a name we made
ourselves; the box is for the day that one of them is wrong.
"""

from __future__ import annotations

import threading
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


class Box:
    """A fresh database (some 10 ms) that knows one table, ``run``; a context manager.

    Args:
        table: what is queried; not copied.
        time_limit: seconds that one statement may take.
    """

    def __init__(self, table: pa.Table, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(_SETTINGS)
        self._connection.register("run", table)

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *_: object) -> None:
        """Throw the database away."""
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
