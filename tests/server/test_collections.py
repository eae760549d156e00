"""Collections over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import N


@pytest.fixture
def project(sample: Sample) -> str:
    return sample.workspace.catalogue.run(sample.run.id).project


def create(client: CheckedClient, sample: Sample, name: str, **body: Any) -> Any:
    return client.post(f"/api/runs/{sample.run.id}/collections", json={"name": name, **body})


def test_a_collection_from_beginning_to_end(
    client: CheckedClient, sample: Sample, project: str
) -> None:
    cats = [{"kind": "compare", "field": "predicted", "op": "in", "value": ["cat"]}]
    made = create(client, sample, "cats", filter=cats, description="all of them")
    assert made.status_code == 201, made.text
    kept = made.json()
    assert (kept["samples"], kept["run"], kept["description"]) == (14, sample.run.id, "all of them")
    assert kept in client.get(f"/api/projects/{project}/collections").json()
    applied = client.get(f"/api/runs/{sample.run.id}/collections/{kept['id']}").json()
    answer = client.post(f"/api/runs/{sample.run.id}/mask", json={"filter": applied})
    assert answer.headers["x-percepta-matching"] == "14"
    assert create(client, sample, "cats", filter=cats).status_code == 409
    gone = client.request("DELETE", f"/api/collections/{kept['id']}")
    assert gone.status_code == 204
    assert kept not in client.get(f"/api/projects/{project}/collections").json()
    assert client.get(f"/api/runs/{sample.run.id}/collections/{kept['id']}").status_code == 404


def test_clusters_of_a_map_are_kept_by_their_samples(client: CheckedClient, sample: Sample) -> None:
    even = [{"kind": "compare", "field": "cluster", "op": "in", "value": ["even"]}]
    kept = create(client, sample, "even", filter=even, map=sample.map.id).json()
    (clause,) = client.get(f"/api/runs/{sample.run.id}/collections/{kept['id']}").json()
    assert clause["kind"] == "collection"
    assert (clause["collection"], clause["name"]) == (kept["id"], "even")
    for negate, rows in ((False, 20), (True, N - 20)):
        answer = client.post(
            f"/api/runs/{sample.run.id}/mask", json={"filter": [{**clause, "negate": negate}]}
        )
        assert answer.headers["x-percepta-matching"] == str(rows)
    client.request("DELETE", f"/api/collections/{kept['id']}")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "x", "filter": [{"kind": "rows", "rows": []}]}, 400, "collection"),
        ({"name": "   ", "filter": []}, 422, "invalid_request"),
        ({"name": "", "filter": []}, 422, "invalid_request"),
        ({"name": "x" * 201, "filter": []}, 422, "invalid_request"),
        ({"name": "x"}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_kept_is_said(
    client: CheckedClient, sample: Sample, body: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post(f"/api/runs/{sample.run.id}/collections", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_an_unknown_project_has_none(client: CheckedClient) -> None:
    assert client.get("/api/projects/0123456789abcdef/collections").status_code == 404
