"""Questions to a run: which samples match a filter, how a field is distributed, a page of rows, a column."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from percepta.core.errors import FilterError, NotFoundError
from percepta.core.fields import Field
from percepta.core.filters import Clause, Compare, Filter, InCollection, Lasso, Rows
from percepta.core.spelling import did_you_mean
from percepta.storage.column_stream import column_stream
from percepta.storage.derived import DerivedColumns
from percepta.storage.lasso import LassoIndex
from percepta.storage.map_columns import MAP_FIELDS, map_column
from percepta.storage.members import Members
from percepta.storage.predicates import Predicate
from percepta.storage.records import DerivedField
from percepta.storage.run import SUBSET_FIELD, Run, column_values
from percepta.storage.sandbox import Box
from percepta.storage.sized_cache import SizedCache
from percepta.storage.summaries import FieldSummary, Spread, is_numeric, spread_of, summarize

_EVERYTHING = Filter()
_MASK_BYTES = 1 << 24
"""Memory for which rows each of the last clauses matches: a gesture changes one clause of several."""


class RunQuery:
    """Answers questions about a run, and about one of its maps if given. Safe for threads.

    Args:
        run: the run.
        map_id: the map whose clusters count as fields.
        derived: derived fields of the run's project, oldest first.
        members: finds who belongs to a collection, by its id; None: filters that name one are refused.

    Raises:
        NotFoundError: no such map.
    """

    def __init__(
        self,
        run: Run,
        map_id: str | None = None,
        derived: Sequence[DerivedField] = (),
        members: Callable[[str], Members] | None = None,
    ) -> None:
        self._run = run
        self._members = members
        self._derived = DerivedColumns(run, derived)
        self._map = None if map_id is None else run.map(map_id)
        self._fields = {field.name: field for field in (SUBSET_FIELD, run.sample_id_field)}
        self._fields |= {field.name: field for field in run.fields}
        self._fields |= self._derived.fields
        if self._map is not None:
            self._fields |= {field.name: field for field in MAP_FIELDS}
        self._columns: dict[str, pa.ChunkedArray] = {}
        self._masks = SizedCache(_MASK_BYTES)
        self._spreads: dict[str, Spread] = {}
        self._lassos: dict[str, LassoIndex] = {}
        self._lock = threading.Lock()

    @property
    def run(self) -> Run:
        """The run that is asked."""
        return self._run

    @property
    def key(self) -> tuple[str, ...]:
        """What its answers depend on: queries of the same key answer the same."""
        return (self._run.id, self._map.info.id if self._map else "", self._derived.key)

    @property
    def derived(self) -> DerivedColumns:
        """The derived fields that the run has."""
        return self._derived

    def fields(self) -> tuple[Field, ...]:
        """Return subset, sample id, the run's fields, the derived ones, and the map's."""
        return tuple(self._fields.values())

    def mask(self, filter: Filter) -> NDArray[np.uint8]:
        """Return which rows match: bit ``row % 8`` (from the lowest) of byte ``row // 8``.

        Raises:
            FilterError: the filter does not fit the run.
        """
        return np.packbits(self.matches(filter), bitorder="little")

    def matches(self, filter: Filter) -> NDArray[np.bool_]:
        """Return which rows match, ``bool [n]``.

        Raises:
            FilterError: the filter does not fit the run.
        """
        mask = np.ones(self._run.n, bool)
        for clause in filter.clauses:
            if clause.enabled:
                mask &= self._clause(clause)
        return mask

    def _clause(self, clause: Clause) -> NDArray[np.bool_]:
        key = repr(clause)  # tells 1 from true, which are equal
        kept: NDArray[np.bool_] | None = self._masks.get(key)
        if kept is not None:
            return kept
        match clause:
            case Compare():
                mask = self._compare(clause)
            case Lasso():
                mask = self._inside(clause) ^ clause.negate
            case Rows():
                mask = _row_mask(clause, self._run.n) ^ clause.negate
            case InCollection():
                mask = self._collected(clause) ^ clause.negate
        self._masks.put(key, mask, mask.nbytes + len(key))
        return mask

    def _compare(self, clause: Compare) -> NDArray[np.bool_]:
        predicate = Predicate(self._field, self._column)
        sql = f"SELECT r FROM run WHERE {predicate.where([clause])}"  # noqa: S608
        with Box(self._table(predicate.columns)) as box:
            found = box.query(sql, predicate.parameters)
        mask = np.zeros(self._run.n, bool)
        mask[found.column(0).to_numpy()] = True
        return mask

    def matching(self, filter: Filter) -> int:
        """Return how many rows match."""
        return int(self.matches(filter).sum())

    def summary(self, field: str, filter: Filter = _EVERYTHING) -> FieldSummary:
        """Return how a field is distributed: over the whole run, and under a filter.

        Raises:
            NotFoundError: no such field.
            FilterError: the filter does not fit the run.
        """
        described = self._known(field)
        column, mask = self._column(field), self.matches(filter)
        if not is_numeric(described):
            return summarize(described, column, mask, None)
        if field not in self._spreads:
            self._spreads[field] = spread_of(column)
        return summarize(described, column, mask, self._spreads[field])

    def rows(
        self,
        filter: Filter,
        fields: Sequence[str] | None = None,
        order_by: str | None = None,
        descending: bool = False,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[int, list[dict[str, Any]]]:
        """Return one page of matching rows.

        Args:
            filter: which rows.
            fields: which fields; None: all.
            order_by: field to sort by, ties by row; rows without a value come last. None: by row.
            descending: largest first.
            offset: matching rows to skip.
            limit: at most so many rows.

        Returns:
            How many rows match, and the page: ``row``, and the value of each field (None: missing).

        Raises:
            NotFoundError: no such field.
            FilterError: the filter does not fit the run.
        """
        names = [self._known(name).name for name in (self._fields if fields is None else fields)]
        mask = self.matches(filter)
        total = int(mask.sum())
        rows = self._in_order(mask, order_by, descending, offset, limit)
        # One by one: `take` over several chunks would read (and hold) the whole column.
        columns = {name: self._column(name) for name in names}
        taken = {
            name: [column[int(row)].as_py() for row in rows] for name, column in columns.items()
        }
        page = [
            {"row": int(row)} | {name: _plain(values[at]) for name, values in taken.items()}
            for at, row in enumerate(rows)
        ]
        return total, page

    def ordered(
        self, filter: Filter, order_by: str | None = None, descending: bool = False
    ) -> NDArray[np.integer[Any]]:
        """Return all matching rows, ``int [m]``, in the order that :meth:`rows` gives them.

        Raises:
            NotFoundError: no such field.
            FilterError: the filter does not fit the run.
        """
        return self._in_order(self.matches(filter), order_by, descending, 0, self._run.n)

    def column(self, field: str) -> pa.ChunkedArray:
        """Return the values of a field, one a row; see :meth:`percepta.storage.Run.column`.

        Raises:
            NotFoundError: no such field.
        """
        return self._column(self._known(field).name)

    def values(self, field: str) -> NDArray[Any]:
        """Return a field over all samples as an array; see :meth:`percepta.storage.Run.values`.

        Raises:
            NotFoundError: no such field.
        """
        return column_values(self.column(field))

    def column_ipc(self, field: str) -> bytes:
        """Return a column as an Arrow IPC stream; see :func:`column_stream`.

        Raises:
            NotFoundError: no such field.
        """
        return column_stream(field, self.column(field))

    def _in_order(
        self,
        mask: NDArray[np.bool_],
        order_by: str | None,
        descending: bool,
        offset: int,
        limit: int,
    ) -> NDArray[np.integer[Any]]:
        if order_by is not None:
            return self._sorted(self._known(order_by), mask, descending, offset, limit)
        rows = np.flatnonzero(mask)
        return (rows[::-1] if descending else rows)[offset : offset + limit]

    def _sorted(
        self, field: Field, mask: NDArray[np.bool_], descending: bool, offset: int, limit: int
    ) -> NDArray[np.int64]:
        predicate = Predicate(self._field, self._column)
        column, missing = predicate.use(field.name), predicate.missing(field.name)
        way = "DESC" if descending else "ASC"
        sql = (
            f"SELECT r FROM run WHERE m "  # noqa: S608
            f"ORDER BY {missing}, {column} {way} NULLS LAST, r LIMIT ? OFFSET ?"
        )
        with Box(self._table(predicate.columns | {"m": pa.array(mask)})) as box:
            found = box.query(sql, [limit, offset])
        return found.column(0).to_numpy()  # type: ignore[no-any-return]

    def _table(self, columns: Mapping[str, pa.ChunkedArray | pa.Array]) -> pa.Table:
        return pa.table({"r": np.arange(self._run.n, dtype=np.int32), **columns})

    def _known(self, name: str) -> Field:
        if name not in self._fields:
            fix = did_you_mean(name, self._fields)
            raise NotFoundError(f"The run has no field {name!r}.", fix=fix)
        return self._fields[name]

    def _field(self, name: str) -> Field:
        if name not in self._fields:
            fix = did_you_mean(name, self._fields)
            raise FilterError(f"The run has no field {name!r}.", fix=fix)
        return self._fields[name]

    def _column(self, name: str) -> pa.ChunkedArray:
        if name in self._derived.fields:
            return self._derived.column(name)
        if self._map is None or name not in {field.name for field in MAP_FIELDS}:
            return self._run.column(name)
        with self._lock:
            if name not in self._columns:
                self._columns[name] = pa.chunked_array([map_column(self._map, name)])
            return self._columns[name]

    def _collected(self, clause: InCollection) -> NDArray[np.bool_]:
        if self._members is None:
            raise FilterError("Collections are not known here.", fix="Filter by fields or rows.")
        try:
            return self._members(clause.collection).mask(self._run)
        except NotFoundError as error:
            raise FilterError(
                f"The collection {clause.name!r} does not exist any more, or is of another project."
            ) from error

    def _inside(self, clause: Lasso) -> NDArray[np.bool_]:
        with self._lock:
            if clause.map not in self._lassos:
                try:
                    drawn_on = self._run.map(clause.map)
                except NotFoundError as error:
                    raise FilterError(
                        "The map that a lasso was drawn on does not exist."
                    ) from error
                self._lassos[clause.map] = LassoIndex(drawn_on.xy)
            index = self._lassos[clause.map]
        return index.inside(clause.polygon)


def _row_mask(clause: Rows, n: int) -> NDArray[np.bool_]:
    mask = np.zeros(n, bool)
    mask[[row for row in clause.rows if row < n]] = True
    return mask


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value
