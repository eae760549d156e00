"""Questions about samples that a warm worker answers: explain, test, fetch similars."""

from __future__ import annotations

from fastapi import APIRouter

from percepta.server.routes.parameters import Id
from percepta.server.schema.answers import (
    AttributionMethod,
    ExplainRequest,
    Explanation,
    Faithfulness,
    FaithfulnessRequest,
)
from percepta.server.schema.filters import read_filter
from percepta.server.schema.similars import (
    SimilarFileRequest,
    SimilarRequest,
    Similars,
    SimilarsOfFile,
)
from percepta.server.services import Serving

router = APIRouter(prefix="/runs/{run}", tags=["samples"])


@router.get("/methods", operation_id="list_methods")
def list_methods(run: Id, services: Serving) -> list[AttributionMethod]:
    """List the attribution methods, and which of them can explain this run's model."""
    found = services.answers.ask(run, "methods", {})
    return [AttributionMethod.model_validate(method) for method in found]


@router.post("/explain", operation_id="explain_samples")
def explain_samples(run: Id, body: ExplainRequest, services: Serving) -> Explanation:
    """Make heat maps of what the model's numbers for some samples rest on; waits for them."""
    params = body.model_dump(mode="json", exclude={"slot"})
    return Explanation.model_validate(services.answers.ask(run, "explain", params, body.slot))


@router.post("/faithfulness", operation_id="test_faithfulness")
def test_faithfulness(run: Id, body: FaithfulnessRequest, services: Serving) -> Faithfulness:
    """Test a heat map: delete and insert what it marks, and look at the target."""
    params = body.model_dump(mode="json", exclude={"slot"})
    return Faithfulness.model_validate(services.answers.ask(run, "faithfulness", params, body.slot))


@router.post("/similar", operation_id="fetch_similars")
def fetch_similars(run: Id, body: SimilarRequest, services: Serving) -> Similars:
    """Find the samples most similar to some, and read what they have in common."""
    params = body.model_dump(mode="json", exclude={"slot"})
    params["filter"] = read_filter(body.filter).to_json()
    return Similars.model_validate(services.answers.ask(run, "similar", params, body.slot))


@router.post("/similar-file", operation_id="fetch_similars_of_file")
def fetch_similars_of_file(run: Id, body: SimilarFileRequest, services: Serving) -> SimilarsOfFile:
    """Find the samples most similar to a file, which goes through the script's encoder and the model."""
    params = body.model_dump(mode="json", exclude={"slot"})
    params["filter"] = read_filter(body.filter).to_json()
    answer = services.answers.ask(run, "similar-file", params, body.slot)
    return SimilarsOfFile.model_validate(answer)
