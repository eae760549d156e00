"""The default dashboard: made from the fields that a run has, nothing in it empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from percepta.analysis.telling import Tells, rank_fields, share_determined
from percepta.analysis.trends import Shape
from percepta.core.dashboards import (
    COLUMNS,
    DashboardDocument,
    Dashlet,
    DashletKind,
    Place,
)
from percepta.core.errors import ConflictError
from percepta.core.fields import Field, FieldGroup, FieldType
from percepta.engine.encoded import encode_columns
from percepta.engine.telling import candidate_fields, true_fields
from percepta.storage import Run, RunQuery, Workspace
from percepta.storage.decision_sources import ClassScores, sources_of
from percepta.storage.run import column_values

NAME = "Overview"
MOST_LOOKED_AT = 20_000
"""Samples that the choice of telling fields rests on; of more, an even choice."""
MOST_TELLING = 3
MOST_METRICS = 2
MOST_COLUMNS = 8
"""Columns of metadata in a table of the worst samples."""
SHUFFLES = 99
SURE = 0.05
LEAST_EFFECT = 0.05
"""Standard deviations of the loss below which a chart of its average shows nothing."""
_SAME = 0.9
"""Share of a field's entropy from which another one says the same."""
_BARS = "horizontal_bar"
_NUMBERS = (FieldType.FLOAT, FieldType.INTEGER)
_MEASURED = (*_NUMBERS, FieldType.BOOLEAN)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A dashlet that has no place yet; ``share`` is how much of its row's width it takes."""

    kind: DashletKind
    title: str
    settings: Mapping[str, Any]
    share: int = 1


def keep_default_dashboard(workspace: Workspace, run: Run) -> None:
    """Make the default dashboard of a run and keep it, unless its project has a dashboard already."""
    project = workspace.catalogue.run(run.id).project
    dashboards = workspace.catalogue.dashboards
    if run.n and not dashboards.of_project(project):
        query = workspace.query(run.id)
        dashboards.create(project, default_dashboard(query).to_json())


def default_dashboard(query: RunQuery) -> DashboardDocument:
    """Return a dashboard that shows what the fields of a run, also the derived ones, have to say.

    Numbers on top; the loss by label and metrics by subset, the confusion matrix; the fields that tell most
    about the loss; how training went; the worst samples and the map. What the run has nothing for is left
    out.
    """
    run = query.run
    measured = _measured(run)
    parts = _by_label_and_subset(query, measured)
    matrix = any(one.kind is DashletKind.CONFUSION for one in parts)
    rows = [
        (4, _figures(measured)),
        (11 if matrix else 8, parts),
        (8, _telling(query, measured)),
        (8, _training(run)),
        (13, _worst_and_map(run, measured)),
    ]
    return DashboardDocument(NAME, "Made from the fields of the run.", _laid_out(rows))


def _measured(run: Run) -> list[Field]:
    """Return the losses and metrics that have an average, the first loss first."""
    groups = (FieldGroup.LOSS, FieldGroup.METRIC)
    found = [
        field
        for field in run.fields
        if field.group in groups and field.type in _MEASURED and run.metrics.get(field.name)
    ]
    return sorted(found, key=lambda field: groups.index(field.group))


def _figures(measured: Sequence[Field]) -> list[_Wanted]:
    losses = [field for field in measured if field.group is FieldGroup.LOSS][:1]
    metrics = [field for field in measured if field.group is FieldGroup.METRIC][:MOST_METRICS]
    return [
        _Wanted(DashletKind.NUMBER, "Samples", {"measures": [{"aggregate": "count"}]}),
        *(
            _Wanted(DashletKind.NUMBER, f"Average {_words(field.name)}", _average(field))
            for field in losses + metrics
        ),
    ]


def _by_label_and_subset(query: RunQuery, measured: Sequence[Field]) -> list[_Wanted]:
    run = query.run
    wanted = []
    label = next((name for name in true_fields(run) if _type(run, name) is FieldType.STRING), None)
    if measured and label is not None:
        by_label = {"field": label, "kind": "distinct", "order": "measure", "descending": True}
        title = f"{_title(measured[0].name)} by {_words(label)}"
        settings = {"x": by_label, **_average(measured[0])}
        wanted.append(_Wanted(DashletKind.BAR, title, settings, share=10))
    metrics = [field for field in measured if field.group is FieldGroup.METRIC]
    by_subset = {"field": "subset", "kind": "distinct", "order": "count"}
    shown = (metrics or measured)[:1] if wanted else [*measured[:1], *metrics][:3]
    if len(run.subsets) > 1:
        wanted += [
            _Wanted(
                DashletKind.BAR,
                f"{_title(field.name)} by subset",
                {"x": by_subset, **_average(field)},
                share=5,
            )
            for field in dict.fromkeys(shown)
        ]
    source = next((s for s in sources_of(query).values() if isinstance(s, ClassScores)), None)
    if source is not None:
        settings = {"source": source.name}
        wanted.append(_Wanted(DashletKind.CONFUSION, "Confusion matrix", settings, share=9))
    return wanted


def _telling(query: RunQuery, measured: Sequence[Field]) -> list[_Wanted]:
    """Return charts of the average loss over the fields that tell most about it."""
    if not measured:
        return []
    metric = measured[0]
    n = query.run.n
    rows = np.linspace(0, n - 1, min(n, MOST_LOOKED_AT)).astype(np.int64)
    fields = candidate_fields(query, metric.name, everything=False)
    codes = encode_columns(fields.values(), lambda name: query.column(name).take(rows))
    values = np.asarray(column_values(query.column(metric.name).take(rows)), float)
    try:
        ranking = rank_fields(values, codes, shuffles=SHUFFLES)
    except ConflictError:  # too few samples, or a loss that is the same for all
        return []
    shown = [*true_fields(query.run), "subset"]  # in charts of their own
    known = [codes[name] for name in shown if name in codes]
    chosen: list[Tells] = []
    for tells in sorted(ranking.tells, key=_preference):
        code = codes[tells.field]
        if tells.field in shown or any(share_determined(code, by) > _SAME for by in known):
            continue
        known.append(code)
        chosen.append(tells)
        if len(chosen) == MOST_TELLING:
            break
    return [_over(metric, fields[tells.field]) for tells in chosen]


def _preference(tells: Tells) -> tuple[bool, bool, float]:
    """Order fields: sure ones first, of those whose average clearly moves first, by how much they tell."""
    moves = tells.shape is not Shape.UNCLEAR and abs(tells.effect) >= LEAST_EFFECT
    return tells.p_value >= SURE, not moves, -tells.information


def _over(metric: Field, field: Field) -> _Wanted:
    if field.type in _NUMBERS:
        title = f"{_title(metric.name)} over {_words(field.name)}"
        split = {"field": field.name, "kind": "bins"}
        return _Wanted(DashletKind.HISTOGRAM, title, {"x": split, **_average(metric)})
    title = f"{_title(metric.name)} by {_words(field.name)}"
    split = {"field": field.name, "kind": "distinct", "order": "measure"}
    return _Wanted(DashletKind.BAR, title, {"x": split, **_average(metric)})


def _training(run: Run) -> list[_Wanted]:
    return [_Wanted(DashletKind.CURVES, "Training", {})] if run.training else []


def _worst_and_map(run: Run, measured: Sequence[Field]) -> list[_Wanted]:
    wanted = []
    if measured:
        worst = measured[0]
        down = worst.direction is None or worst.direction.value == "down"
        by_worst = {"field": worst.name, "descending": down}
        said = [name for name in ("label", "predicted") if _type(run, name) is not None]
        title = f"{'Highest' if down else 'Lowest'} {_words(worst.name)}"
        if _has_pictures(run):
            settings = {"fields": [*said, worst.name], "sort": by_worst, "limit": 60}
            wanted.append(_Wanted(DashletKind.GALLERY, title, settings))
        else:
            facts = [field.name for field in run.fields if field.group is FieldGroup.METADATA]
            columns = [*said, worst.name, *facts[:MOST_COLUMNS]]
            settings = {"fields": columns, "sort": by_worst}
            wanted.append(_Wanted(DashletKind.SAMPLES, title, settings))
    if run.maps():
        wanted.append(_Wanted(DashletKind.MAP, "Map", {}))
    return wanted


def _has_pictures(run: Run) -> bool:
    """Whether the samples look different at a glance: they have thumbnails that are more than bars."""
    return run.has_thumbnails and {visual.kind for visual in run.visuals(0)} != {_BARS}


def _laid_out(rows: Sequence[tuple[int, Sequence[_Wanted]]]) -> tuple[Dashlet, ...]:
    """Give every dashlet its place: each row as wide as the grid, one below the other."""
    laid: list[Dashlet] = []
    top = 0
    for height, wanted in rows:
        total = sum(one.share for one in wanted)
        edges = np.cumsum([0, *(one.share for one in wanted)]) * COLUMNS / max(total, 1)
        for one, left, right in zip(wanted, np.rint(edges[:-1]), np.rint(edges[1:]), strict=True):
            place = Place(int(left), top, int(right - left), height)
            name = f"{one.kind.value}-{len(laid) + 1}"
            laid.append(Dashlet(name, one.kind, one.title, place, dict(one.settings)))
        top += height if wanted else 0
    return tuple(laid)


def _average(field: Field) -> dict[str, Any]:
    """Return the settings of a chart that says the average of a field; of yes and no, the share of yes."""
    if field.type is FieldType.BOOLEAN:
        return {"measures": [{"aggregate": "share", "field": field.name, "value": True}]}
    return {"measures": [{"aggregate": "average", "field": field.name}]}


def _type(run: Run, name: str) -> FieldType | None:
    return next((field.type for field in run.fields if field.name == name), None)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _title(name: str) -> str:
    words = _words(name)
    return words[:1].upper() + words[1:]
