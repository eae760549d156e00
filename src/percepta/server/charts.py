"""Questions of charts as they arrive, and what is asked of storage."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from percepta.core import charts
from percepta.core.errors import NotFoundError, PerceptaError
from percepta.server.schema.charts import (
    ChartsAnswer,
    ChartsRequest,
    DecisionsQuestion,
    GroupsQuestion,
    PointsQuestion,
    Question,
)
from percepta.server.schema.filters import read_filter
from percepta.server.services import Services

THREADS = 2
"""Questions of a gesture that are answered at once: while one waits for numpy, the other asks DuckDB."""


def answers_of_charts(services: Services, run: str, request: ChartsRequest) -> ChartsAnswer:
    """Answer the questions of one gesture; one that fails tells why and costs no other.

    Raises:
        NotFoundError: no such run, version or map; or a version of another project.
        ConflictError: a run is not committed yet.
        FilterError: the shared filter is malformed.
    """
    started = time.perf_counter()
    query = services.query(run, request.map)
    versions = [services.query(other, None) for other in _versions(services, run, request)]
    shared = read_filter(request.filter)
    gesture = services.charts.gesture(query, versions)

    def answer(question: Question) -> dict[str, Any]:
        try:
            own = shared if question.shared is None else read_filter(question.shared)
            context = not isinstance(question, GroupsQuestion) or question.context
            said = gesture.answer(_question(question), own, context)
        except PerceptaError as error:
            said = {"kind": "failed", "error": error.to_json()}
        return said | {"key": question.key}

    first, *others = request.questions  # what the first works out of the filter serves the others
    with ThreadPoolExecutor(THREADS) as threads:
        answers = [answer(first), *threads.map(answer, others)]
    return ChartsAnswer.model_validate(
        {"answers": answers, "seconds": time.perf_counter() - started}
    )


def _versions(services: Services, run: str, request: ChartsRequest) -> list[str]:
    """Return the other runs, each once."""
    project = services.catalogue.run(run).project
    others = [other for other in dict.fromkeys(request.versions) if other != run]
    for other in others:
        if services.catalogue.run(other).project != project:
            raise NotFoundError(f"Run {other} is not of the project of the run that is asked.")
    return others


def _question(question: Question) -> charts.Question:
    own = read_filter(question.filter)
    match question:
        case GroupsQuestion():
            return charts.GroupsQuestion(
                tuple(charts.Split(**split.model_dump()) for split in question.splits),
                tuple(charts.Measure(**measure.model_dump()) for measure in question.measures),
                own,
            )
        case PointsQuestion():
            return charts.PointsQuestion(tuple(question.fields), question.limit, own)
        case DecisionsQuestion():
            labels = tuple(question.labels)
            return charts.DecisionsQuestion(question.source, labels, question.threshold, own)
