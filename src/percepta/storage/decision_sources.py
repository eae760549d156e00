"""What decisions are counted from: a prediction's class scores, or decisions that a metric returned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from percepta.core.errors import NotFoundError

if TYPE_CHECKING:
    from percepta.storage.queries import RunQuery
    from percepta.storage.run import Run


@dataclass(frozen=True, slots=True)
class ClassScores:
    """A prediction with one score a class, and the ground truth it is compared with.

    Attributes:
        name: of the prediction.
        labels: its classes, in the order of its scores.
        truth_field: field of the true class.
        predicted_field: field of the class with the highest score.
    """

    name: str
    labels: tuple[str, ...]
    truth_field: str
    predicted_field: str


@dataclass(frozen=True, slots=True)
class CountedDecisions:
    """A metric that counts decisions one by one; ``name`` is the metric's."""

    name: str


Source = ClassScores | CountedDecisions


def sources_of(query: RunQuery) -> dict[str, Source]:
    """Return everything that decisions can be counted from, by name: predictions first, then metrics."""
    run, fields = query.run, {field.name for field in query.fields()}
    found: dict[str, Source] = {name: CountedDecisions(name) for name in run.decision_metrics}
    scored = {}
    for declared in _declared(run):
        read = _read(run, fields, declared)
        if isinstance(read, ClassScores):
            scored[read.name] = read
    return scored | {name: source for name, source in found.items() if name not in scored}


def source_named(query: RunQuery, name: str | None) -> Source:
    """Return one source; None: the first.

    Raises:
        NotFoundError: there is none, and why.
    """
    sources = sources_of(query)
    if name is None and sources:
        return next(iter(sources.values()))
    if name in sources:
        return sources[name]
    run, fields = query.run, {field.name for field in query.fields()}
    for declared in _declared(run):
        reason = _read(run, fields, declared)
        if name in (None, declared["name"]) and isinstance(reason, str):
            raise NotFoundError(f"Prediction {declared['name']!r} {reason}", fix=_fix(sources))
    told = (
        "The run has nothing" if name is None else f"The run has no prediction or metric {name!r}"
    )
    raise NotFoundError(f"{told} that decisions can be counted from.", fix=_fix(sources))


def _fix(sources: Mapping[str, Source]) -> str:
    if sources:
        return f"There are decisions of: {', '.join(sources)}."
    return "Let a metric return percepta.Decision for what it decides, and evaluate again."


def _declared(run: Run) -> list[dict[str, Any]]:
    return list(run.details.get("predictions") or [])


def _read(run: Run, fields: set[str], declared: Mapping[str, Any]) -> ClassScores | str:
    """Return a prediction as scores of classes, or why it has none."""
    name, labels = declared["name"], declared.get("labels") or []
    prefix = declared.get("prefix", f"{name}_" if f"{name}_predicted" in fields else "")
    if prefix is None:
        return "is not one class a sample (it may be one a pixel): its decisions are not kept."
    if len(labels) < 2:
        return "is a number, not a class."
    truth, predicted = f"{prefix}label", f"{prefix}predicted"
    if truth not in fields or predicted not in fields:
        return "is compared with no ground truth."
    if run.predictions.get(name) != len(labels):
        return f"has {len(labels):,} classes: their scores are not kept."
    return ClassScores(name, tuple(labels), truth, predicted)
