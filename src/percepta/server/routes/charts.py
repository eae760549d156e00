"""Charts over a run: all questions of one gesture in one request."""

from __future__ import annotations

from itertools import chain

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from percepta.server.charts import answers_of_charts
from percepta.server.routes.parameters import Id
from percepta.server.schema.charts import ChartsAnswer, ChartsRequest
from percepta.server.schema.export import ExportRequest
from percepta.server.schema.filters import read_filter
from percepta.server.schema.tells import TellsAnswer, TellsRequest
from percepta.server.schema.training import TrainingCurves
from percepta.server.services import Serving

router = APIRouter(prefix="/runs/{run}", tags=["charts"])


@router.post("/charts", operation_id="answer_charts")
def answer_charts(run: Id, body: ChartsRequest, services: Serving) -> ChartsAnswer:
    """Answer the questions of charts, each by itself: one that fails costs no other."""
    return answers_of_charts(services, run, body)


@router.post("/tells", operation_id="explain_field")
def explain_field(run: Id, body: TellsRequest, services: Serving) -> TellsAnswer:
    """Rank fields by how much they tell about a metric."""
    params = body.model_dump(mode="json", exclude={"slot"})
    params["filter"] = read_filter(body.filter).to_json()
    params["known"] = services.query(run, body.map).key  # what the answer depends on
    return TellsAnswer.model_validate(services.answers.ask(run, "tells", params, body.slot))


@router.get("/training", operation_id="get_training")
def get_training(run: Id, services: Serving) -> TrainingCurves:
    """Return the curves of the training that made this run's version."""
    return TrainingCurves.model_validate(services.run(run).training.to_json())


@router.post(
    "/export",
    operation_id="export_samples",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def export_samples(run: Id, body: ExportRequest, services: Serving) -> Response:
    """Write the matching samples to a file: CSV, JSON or Parquet."""
    from percepta.storage.export import FORMATS, Selection

    chosen = Selection.of(
        services.query(run, body.map),
        read_filter(body.filter),
        body.fields,
        body.order_by,
        body.descending,
    )
    # The first piece is made here: what can go wrong does so before the answer has begun.
    pieces = chosen.write(body.format)
    first = next(pieces)
    headers = {"content-disposition": f'attachment; filename="samples-{run[:8]}.{body.format}"'}
    media_type = FORMATS[body.format].media_type
    return StreamingResponse(chain([first], pieces), headers=headers, media_type=media_type)
