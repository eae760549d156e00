"""Charts over a run: all questions of one gesture in one request."""

from __future__ import annotations

from fastapi import APIRouter, Response

from percepta.server.charts import answers_of_charts
from percepta.server.routes.parameters import Id
from percepta.server.schema.charts import ChartsAnswer, ChartsRequest
from percepta.server.schema.dashboards import (
    ExportRequest,
    TellsAnswer,
    TellsRequest,
    TrainingCurves,
)
from percepta.server.services import Serving

router = APIRouter(prefix="/runs/{run}", tags=["charts"])


@router.post("/charts", operation_id="answer_charts")
def answer_charts(run: Id, body: ChartsRequest, services: Serving) -> ChartsAnswer:
    """Answer the questions of charts, each by itself: one that fails costs no other."""
    return answers_of_charts(services, run, body)


@router.post("/tells", operation_id="explain_field")
def explain_field(run: Id, body: TellsRequest, services: Serving) -> TellsAnswer:
    """Rank fields by how much they tell about a metric."""
    raise NotImplementedError


@router.get("/training", operation_id="get_training")
def get_training(run: Id, services: Serving) -> TrainingCurves:
    """Return the curves of the training that made this run's version."""
    raise NotImplementedError


@router.post(
    "/export",
    operation_id="export_samples",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def export_samples(run: Id, body: ExportRequest, services: Serving) -> Response:
    """Write the matching samples to a file: CSV, JSON or Parquet."""
    raise NotImplementedError
