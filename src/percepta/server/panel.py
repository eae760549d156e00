"""Everything known of one sample, put together for the sample panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from percepta.core.errors import NotFoundError
from percepta.core.filters import Filter, Rows
from percepta.server.schema.samples import (
    FieldValue,
    SampleDetails,
    SamplePrediction,
    SampleVisual,
    Score,
)

if TYPE_CHECKING:
    from percepta.storage import Run, RunQuery

MAX_SCORES = 20
IDENTITY = frozenset({"subset", "sample_id"})


def sample_details(run: Run, query: RunQuery, row: int) -> SampleDetails:
    """Return one sample in full.

    Raises:
        NotFoundError: the run has no such row.
    """
    if row >= run.n:
        raise NotFoundError(f"The run has no row {row}.", fix=f"Its last row is {run.n - 1}.")
    _, found = query.rows(Filter((Rows((row,)),)), limit=1)
    values = found[0]
    key = run.key(row)
    return SampleDetails(
        row=row,
        subset=key.subset.value,
        sample_id=key.id,
        fields=[
            FieldValue(
                name=field.name,
                value=values.get(field.name),
                group=field.group,
                type=field.type,
            )
            for field in query.fields()
            if field.name not in IDENTITY
        ],
        predictions=_predictions(run, row, values),
        visuals=_visuals(run, row),
        thumbnail=f"api/runs/{quote(run.id)}/thumbnails/{row}",
    )


def _predictions(run: Run, row: int, values: dict[str, Any]) -> list[SamplePrediction]:
    predictions = []
    for declared in run.details.get("predictions") or []:
        name = declared["name"]
        prefix = declared.get("prefix", f"{name}_" if f"{name}_predicted" in values else "")
        read = prefix is not None
        scores = []
        if name in run.predictions:
            row_scores = run.scores(name)[row]
            labels = declared.get("labels") or [str(index) for index in range(len(row_scores))]
            best = row_scores.argsort()[::-1][:MAX_SCORES]
            scores = [Score(label=labels[i], score=float(row_scores[i])) for i in best]
        predictions.append(
            SamplePrediction(
                name=name,
                scores=scores,
                predicted=values.get(f"{prefix}predicted") if read else None,
                truth=values.get(f"{prefix}label") if read else None,
            )
        )
    return predictions


def _visuals(run: Run, row: int) -> list[SampleVisual]:
    places = {name: index for index, name in enumerate(run.visualizers)}
    base = f"api/runs/{quote(run.id)}/visuals/{row}"
    return [
        SampleVisual(
            name=visual.name,
            kind=visual.kind,
            document=dict(visual.document),
            images=[f"{base}/{places[visual.name]}/{plane}" for plane in range(visual.planes)],
        )
        for visual in run.visuals(row)
    ]
