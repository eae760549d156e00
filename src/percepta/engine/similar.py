"""Fetch similars: the samples that a model perceives as it does some others, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.groups import Telling, odd_ones_out, telling_fields
from percepta.analysis.naming import Column
from percepta.analysis.similars import (
    direction,
    most_similar,
    population_mean,
    similarities,
)
from percepta.core.errors import NotFoundError, TargetError
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.filters import Filter
from percepta.core.subsets import Subset
from percepta.storage import Run

FloatArray = NDArray[np.float32]

LIMIT = 50
MOST_SHARES = 6
_MISSING = "\uffff"  # no text; numpy would drop a zero at the end
TELLING_GROUPS = (FieldGroup.PREDICTION, FieldGroup.METADATA, FieldGroup.METRIC, FieldGroup.LOSS)


class Population:
    """The latent vectors of a run, seen from their mean, and the columns that tell its samples apart.

    Args:
        run: the run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._means: dict[str, FloatArray] = {}
        self._columns: dict[str, Column] = {}

    def column(self, field: Field) -> Column:
        """Return the values of a field, read once."""
        if field.name not in self._columns:
            self._columns[field.name] = Column(self.run.values(field.name), field.type)
        return self._columns[field.name]

    def vectors(self, space: str) -> FloatArray:
        """Return a latent space.

        Raises:
            NotFoundError: there is no such space.
        """
        if space not in self.run.spaces:
            known = ", ".join(self.run.spaces)
            raise NotFoundError(f"The run has no latent space {space!r}.", fix=f"It has: {known}.")
        return self.run.latent(space)

    def mean(self, space: str) -> FloatArray:
        """Return the mean of a space, computed once."""
        if space not in self._means:
            self._means[space] = population_mean(self.vectors(space))
        return self._means[space]

    def direction(self, space: str, rows: Sequence[int]) -> FloatArray:
        """Return the common direction of some samples, a unit vector.

        Raises:
            TargetError: a row is not of this run, or they have no direction in common.
        """
        if not rows or not all(0 <= row < self.run.n for row in rows):
            raise TargetError("The samples to be similar to are not of this run.")
        towards = direction(self.vectors(space)[list(rows)], self.mean(space))
        if not towards.any():
            raise TargetError(
                "These samples have no direction in common.", fix="Choose samples that are alike."
            )
        return towards


@dataclass(frozen=True, slots=True, eq=False)
class Share:
    """How common a value is.

    Attributes:
        value: the value; None is missing.
        inside: share of the group that has it, 0..1.
        population: share of all samples that have it, 0..1.
    """

    value: Any
    inside: float
    population: float


@dataclass(frozen=True, slots=True, eq=False)
class GroupReading:
    """What a group of samples has in common.

    Attributes:
        shares: by field (label, predicted, subset), its commonest values.
        telling: fields that tell the group from the rest.
        mean_loss: of the group; None where nothing is known.
        population_loss: of all samples.
        odd: rows whose label differs from that of most, the most similar first: ambiguous or mislabelled.
        unlabeled: rows without a label: candidates to label.
    """

    shares: dict[str, tuple[Share, ...]]
    telling: tuple[Telling, ...]
    mean_loss: float | None
    population_loss: float | None
    odd: tuple[int, ...]
    unlabeled: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Similar samples.

    Attributes:
        queries: rows that were asked for.
        space: the latent space.
        rows: ``[k]``, the most similar first; without the queries.
        scores: ``[k]`` float32, cosine similarity seen from the population's mean, -1..1.
        candidates: how many samples were compared.
        reading: what queries and similars together have in common.
    """

    queries: tuple[int, ...]
    space: str
    rows: NDArray[np.int64]
    scores: FloatArray
    candidates: int
    reading: GroupReading


def find_similar(
    population: Population,
    queries: Sequence[int],
    *,
    space: str | None = None,
    limit: int = LIMIT,
    filter: Filter | None = None,
    filter_map: str | None = None,
) -> Found:
    """Find the samples most similar to some, exactly.

    Args:
        population: of the run.
        queries: rows to be similar to; several are one direction.
        space: name of the latent space; None for the run's first.
        limit: at most so many.
        filter: which samples are candidates; None for all.
        filter_map: the map whose clusters or lassos the filter names, if it names any.

    Raises:
        NotFoundError: there is no such space.
        TargetError: the queries are not of this run, or have nothing in common.
    """
    run = population.run
    space = space or next(iter(run.spaces))
    towards = population.direction(space, queries)
    scores = similarities(population.vectors(space), population.mean(space), towards)
    among = None
    if filter is not None and any(clause.enabled for clause in filter.clauses):
        from percepta.storage import RunQuery

        among = RunQuery(run, filter_map).matches(filter)
    found = most_similar(scores, limit, among=among, without=np.asarray(queries, np.int64))
    members = [*queries, *found.rows.tolist()]
    return Found(
        tuple(queries),
        space,
        found.rows,
        found.scores,
        int(run.n if among is None else among.sum()),
        read_group(population, members, scores[members]),
    )


def read_group(population: Population, rows: Sequence[int], weights: FloatArray) -> GroupReading:
    """Read what a group of samples has in common.

    Args:
        population: of the run.
        rows: the group.
        weights: ``[k]``, how much each counts when labels are compared, such as its similarity.
    """
    run = population.run
    members = np.zeros(run.n, bool)
    members[list(rows)] = True
    fields = {field.name: field for field in run.fields}
    columns = {
        field.name: population.column(field)
        for field in run.fields
        if field.group in TELLING_GROUPS
    }
    shares: dict[str, tuple[Share, ...]] = {
        name: _shares(columns[name].values, members)
        for name in ("label", "predicted")
        if name in columns and columns[name].type is FieldType.STRING
    }
    shares["subset"] = _shares(_subsets(run), members)
    losses = [name for name, field in fields.items() if field.group is FieldGroup.LOSS]
    loss = np.asarray(columns[losses[0]].values, float) if losses else None
    labels = [columns["label"].values[row] for row in rows] if "label" in columns else []
    odd = odd_ones_out([_plain(label) for label in labels], weights)
    unlabeled = run.subsets.get(Subset.UNLABELED, range(0))
    return GroupReading(
        shares,
        tuple(telling_fields(columns, members)),
        _mean(loss, members),
        _mean(loss, np.ones(run.n, bool)),
        tuple(rows[index] for index in odd),
        tuple(row for row in rows if row in unlabeled),
    )


def _subsets(run: Run) -> NDArray[Any]:
    values = np.empty(run.n, object)
    for subset, rows in run.subsets.items():
        values[rows.start : rows.stop] = subset.value
    return values


def _shares(values: Any, members: NDArray[np.bool_]) -> tuple[Share, ...]:
    texts = np.asarray([_MISSING if value is None else str(value) for value in values])
    kinds, codes = np.unique(texts, return_inverse=True)
    inside = np.bincount(codes[members], minlength=len(kinds)) / max(1, members.sum())
    population = np.bincount(codes, minlength=len(kinds)) / max(1, len(codes))
    order = np.argsort(-inside, kind="stable")[:MOST_SHARES]
    return tuple(
        Share(
            None if kinds[i] == _MISSING else str(kinds[i]), float(inside[i]), float(population[i])
        )
        for i in order.tolist()
        if inside[i] > 0
    )


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value


def _mean(values: NDArray[np.float64] | None, members: NDArray[np.bool_]) -> float | None:
    if values is None:
        return None
    known = values[members & np.isfinite(values)]
    return float(known.mean()) if len(known) else None
