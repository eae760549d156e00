"""Fetch similars: the samples that a model perceives as it does some others, and what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.encoding import Encoded
from percepta.analysis.groups import Telling, odd_ones_out, telling_fields
from percepta.analysis.similars import (
    direction,
    most_similar,
    population_mean,
    similarities,
)
from percepta.core.errors import TargetError
from percepta.core.fields import FieldGroup
from percepta.core.filters import Filter
from percepta.core.subsets import Subset
from percepta.engine.encoded import encode_columns
from percepta.engine.spaces import known_space
from percepta.storage import Run

if TYPE_CHECKING:
    from percepta.storage import RunQuery, Workspace

FloatArray = NDArray[np.float32]

LIMIT = 50
MOST_SHARES = 6
SHARED = ("label", "predicted")
"""Fields whose commonest values are told, however many there are."""
TELLING_GROUPS = (FieldGroup.PREDICTION, FieldGroup.METADATA, FieldGroup.METRIC, FieldGroup.LOSS)


class Population:
    """The latent vectors of a run, seen from their mean, and the fields that tell its samples apart.

    Args:
        run: the run.
        workspace: where it lies; None: filters know neither derived fields nor collections.
    """

    def __init__(self, run: Run, workspace: Workspace | None = None) -> None:
        self.run = run
        self._workspace = workspace
        self._means: dict[str, FloatArray] = {}

    @cached_property
    def fields(self) -> dict[str, Encoded]:
        """Every field that can tell a group from the rest, encoded once."""
        wanted = [field for field in self.run.fields if field.group in TELLING_GROUPS]
        return encode_columns(wanted, self.run.column, whole=SHARED)

    @cached_property
    def subsets(self) -> Encoded:
        """The subset of every sample."""
        sizes = np.array([len(rows) for rows in self.run.subsets.values()])
        codes = np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes)
        return Encoded(codes, sizes, tuple(subset.value for subset in self.run.subsets))

    def query(self, map_id: str | None) -> RunQuery:
        """Return what answers filters over the run."""
        from percepta.storage import RunQuery

        if self._workspace is not None:
            return self._workspace.query(self.run.id, map_id)
        return RunQuery(self.run, map_id)

    def vectors(self, space: str) -> FloatArray:
        """Return a latent space.

        Raises:
            NotFoundError: there is no such space.
        """
        return self.run.latent(known_space(self.run, space))

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
    space = known_space(population.run, space)
    towards = population.direction(space, queries)
    return find_towards(
        population,
        towards,
        queries,
        space=space,
        limit=limit,
        filter=filter,
        filter_map=filter_map,
    )


def find_towards(
    population: Population,
    towards: FloatArray,
    queries: Sequence[int] = (),
    *,
    space: str,
    limit: int = LIMIT,
    filter: Filter | None = None,
    filter_map: str | None = None,
) -> Found:
    """Find the samples that lie most in a direction, seen from the population's mean.

    Args:
        population: of the run.
        towards: ``[D]``, a unit vector.
        queries: rows that it is the direction of, which are not among what is found.
        space: name of the latent space.
        limit: as for :func:`find_similar`.
        filter: as for :func:`find_similar`.
        filter_map: as for :func:`find_similar`.
    """
    run = population.run
    scores = similarities(population.vectors(space), population.mean(space), towards)
    among = None
    if filter is not None and any(clause.enabled for clause in filter.clauses):
        among = population.query(filter_map).matches(filter)
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
    run, fields = population.run, population.fields
    members = np.unique(np.asarray(rows, np.int64))
    shares = {
        name: _shares(fields[name], members)
        for name in SHARED
        if name in fields and fields[name].kinds is not None
    }
    shares["subset"] = _shares(population.subsets, members)
    losses = [field.name for field in run.fields if field.group is FieldGroup.LOSS]
    loss = fields[losses[0]] if losses else None
    odd = odd_ones_out(_labels(fields.get("label"), rows), weights)
    unlabeled = run.subsets.get(Subset.UNLABELED, range(0))
    return GroupReading(
        shares,
        tuple(telling_fields(fields, members)),
        _mean(loss.known(members)) if loss else None,
        loss.mean if loss and loss.finite else None,
        tuple(rows[index] for index in odd),
        tuple(row for row in rows if row in unlabeled),
    )


def _shares(field: Encoded, members: NDArray[np.int64]) -> tuple[Share, ...]:
    kinds = field.kinds or ()
    inside = field.counted(members) / max(1, len(members))
    population = field.counts / max(1, len(field.codes))
    order = np.argsort(-inside, kind="stable")[:MOST_SHARES]
    return tuple(
        Share(None if kinds[i] is None else str(kinds[i]), float(inside[i]), float(population[i]))
        for i in order.tolist()
        if inside[i] > 0
    )


def _labels(field: Encoded | None, rows: Sequence[int]) -> list[Any]:
    """Return the labels of some samples, None where one has none."""
    if field is None:
        return [None] * len(rows)
    if field.kinds is None:
        values = np.asarray(field.numbers)[list(rows)].tolist()
        return [None if value != value else value for value in values]
    return [field.kinds[code] for code in field.codes[list(rows)].tolist()]


def _mean(known: NDArray[np.float64]) -> float | None:
    return float(known.mean()) if len(known) else None
