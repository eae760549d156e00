"""What explains a metric: the fields of a run, ranked by how much they tell about one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from percepta.analysis.encoding import Encoded
from percepta.analysis.groups import MOST_VALUES
from percepta.analysis.naming import apart
from percepta.analysis.parts import Part
from percepta.analysis.telling import SHUFFLES, Ranking, Tells, rank_fields
from percepta.core.charts import Split, SplitKind, SplitOrder
from percepta.core.errors import FilterError, NotFoundError
from percepta.core.expressions import names, parse
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.core.filters import Filter
from percepta.engine.encoded import encode_column
from percepta.engine.similar import Population
from percepta.storage import Run, RunQuery

MOST_PARTS = 16
"""Values whose averages are told; the commonest."""
_MADE = (FieldGroup.LOSS, FieldGroup.METRIC, FieldGroup.PREDICTION)
"""Groups of fields that tell about a metric by their making."""
_IDS = ("sample_id",)


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What explains a metric.

    Attributes:
        metric: the field.
        ranking: the others, the most telling first.
        matching: how many samples match the filter.
        fields: every ranked field.
        codes: every ranked field as codes.
    """

    metric: str
    ranking: Ranking
    matching: int
    fields: Mapping[str, Field]
    codes: Mapping[str, Encoded]


def explain_field(
    population: Population,
    query: RunQuery,
    metric: str,
    *,
    filter: Filter | None = None,
    everything: bool = False,
    shuffles: int = SHUFFLES,
) -> Explained:
    """Rank the fields of a run by how much they tell about one of them.

    Args:
        population: of the run.
        query: asks the same run; its derived fields and the clusters of its map count as fields.
        metric: a field of numbers or of yes and no.
        filter: over which samples; None for all.
        everything: whether predictions, losses and metrics are ranked too, which tell by their making.
        shuffles: how often the metric is shuffled for the p-values.

    Raises:
        NotFoundError: there is no such field.
        FilterError: the field holds texts, or the filter does not fit the run.
        ConflictError: too few samples have the metric, or all have the same.
    """
    known = {field.name: field for field in query.fields()}
    if metric not in known:
        raise NotFoundError(f"The run has no field {metric!r}.", fix=_numbers(known))
    if known[metric].type is FieldType.STRING:
        raise FilterError(
            f"{metric!r} holds texts; what explains a field is asked of numbers.",
            fix=_numbers(known),
        )
    candidates = candidate_fields(query, metric, everything=everything)
    codes = {name: _codes(population, query, field) for name, field in candidates.items()}
    chosen = None if filter is None or not filter.clauses else query.matches(filter)
    ranking = rank_fields(
        np.asarray(query.values(metric), float),
        {name: code for name, code in codes.items() if code is not None},
        chosen,
        shuffles=shuffles,
    )
    for name, code in codes.items():
        if code is None:
            ranking.skipped[name] = f"It has more than {MOST_VALUES:,} different values."
    matching = population.run.n if chosen is None else int(chosen.sum())
    told = {name: code for name, code in codes.items() if code is not None}
    return Explained(metric, ranking, matching, known, told)


def explained_to_json(explained: Explained) -> dict[str, Any]:
    """Return what explains a metric as JSON, with a small chart of each field."""
    ranking = explained.ranking
    return {
        "metric": explained.metric,
        "fields": [
            _tells_to_json(tells, explained.fields[tells.field], explained.codes[tells.field])
            for tells in ranking.tells
        ],
        "samples": ranking.samples,
        "matching": explained.matching,
        "permutations": ranking.shuffles,
        "shuffled": ranking.shuffled,
        "skipped": ranking.skipped,
    }


def usual_metric(run: Run) -> str:
    """Return the field that is explained unless another is named: the first loss, else the first metric.

    Raises:
        NotFoundError: there is none.
    """
    for group in (FieldGroup.LOSS, FieldGroup.METRIC):
        for field in run.fields:
            if field.group is group and field.type is not FieldType.STRING:
                return field.name
    raise NotFoundError("The run has no loss and no metric.", fix="Name another field of numbers.")


def split_of(field: Field) -> Split:
    """Return the split of a chart that shows how a metric goes over a field."""
    if field.type in (FieldType.FLOAT, FieldType.INTEGER):
        return Split(field.name, SplitKind.BINS)
    return Split(field.name, SplitKind.DISTINCT, order=SplitOrder.MEASURE)


def candidate_fields(query: RunQuery, metric: str, *, everything: bool) -> dict[str, Field]:
    """Return the fields that may tell about a metric.

    Losses, metrics and predictions, and what is derived of them or of the metric, tell by their making: they
    are left out unless everything is wanted.
    """
    made = {field.name for field in query.fields() if field.group in _MADE}
    made = made.difference(true_fields(query.run)) | {metric}
    for field in query.derived.fields.values():
        if made & names(parse(field.expression or "")).keys():
            made.add(field.name)
    without = {metric, *_IDS} if everything else {*made, *_IDS}
    return {field.name: field for field in query.fields() if field.name not in without}


def true_fields(run: Run) -> tuple[str, ...]:
    """Return the fields that hold a ground truth, such as ``label``."""
    known = {field.name for field in run.fields}
    declared = run.details.get("predictions") or []
    named = dict.fromkeys(f"{entry.get('prefix') or ''}label" for entry in declared)
    return tuple(name for name in named if name in known)


def _numbers(known: Mapping[str, Field]) -> str:
    numbers = [field for field in known.values() if field.type is not FieldType.STRING]
    names = [field.name for field in numbers if field.name not in _IDS]
    return f"Fields of numbers: {', '.join(names)}."


def _codes(population: Population, query: RunQuery, field: Field) -> Encoded | None:
    if field.name in population.fields:
        return population.fields[field.name]
    if field.name == "subset":
        return population.subsets
    return encode_column(query.column(field.name), field)


def _tells_to_json(tells: Tells, field: Field, codes: Encoded) -> dict[str, Any]:
    order = _order(tells)
    value = None
    if tells.part is not None and len(tells.parts[tells.part].codes) == 1:
        value = (codes.kinds or ())[tells.parts[tells.part].codes[0]]
    return {
        "field": tells.field,
        "group": field.group.value,
        "type": field.type.value,
        "information": round(tells.information, 6),
        "p_value": tells.p_value,
        "effect": round(tells.effect, 4),
        "shape": tells.shape.value,
        "value": value,
        "split": asdict(split_of(field)),
        "labels": [_label(tells.parts[index], field, codes) for index in order],
        "average": [float(tells.averages[index]) for index in order],
        "count": [int(tells.counts[index]) for index in order],
    }


def _order(tells: Tells) -> list[int]:
    """Return which parts are shown: bins as they are; the commonest values, the highest average first."""
    indices = range(len(tells.parts))
    if tells.parts[0].ordered:
        return list(indices)
    commonest = sorted(indices, key=lambda index: -tells.counts[index])[:MOST_PARTS]
    return sorted(commonest, key=lambda index: -tells.averages[index])


def _label(part: Part, field: Field, codes: Encoded) -> str:
    if part.missing:
        return "missing"
    if codes.kinds is None:
        return _interval(part, field, codes.edges)
    if len(part.codes) > 1:
        return f"{len(part.codes):,} rare values"
    value = codes.kinds[part.codes[0]]
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _interval(part: Part, field: Field, edges: tuple[float, ...]) -> str:
    """Say which numbers are in neighbouring bins."""
    first, last = part.codes[0], part.codes[-1]
    low = edges[first - 1] if first > 0 else None
    high = edges[last] if last < len(edges) else None
    if field.type is FieldType.INTEGER:
        low = None if low is None else float(np.ceil(low))
        high = None if high is None else float(np.ceil(high) - 1)
        if low is not None and low == high:
            return f"{low:.0f}"
    if low is None and high is None:
        return "all"
    least_text, most_text = apart(low, high)
    if low is None:
        return f"up to {most_text}"
    if high is None:
        return f"from {least_text}"
    return f"{least_text} – {most_text}"
