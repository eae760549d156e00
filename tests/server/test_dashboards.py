"""Dashboards over HTTP: kept, changed by the newest revision only, refused where they make no sense."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from percepta.core.errors import DashboardError
from percepta.server.dashboards import document_json, read_document
from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import HOSTILE_FIELD, N

DOCUMENT: dict[str, Any] = {
    "format": 1,
    "name": "Pets",
    "description": "What goes wrong",
    "dashlets": [
        {
            "id": "loss",
            "kind": "bar",
            "title": "Loss by label",
            "place": {"x": 0, "y": 0, "w": 12, "h": 8},
            "settings": {
                "x": {"field": "label", "order": "measure"},
                "measures": [{"aggregate": "average", "field": "loss"}],
            },
            "filter": [{"kind": "compare", "field": "loss", "op": "gt", "value": 1}],
        },
        {"id": "map", "kind": "map", "place": {"x": 12, "y": 0, "w": 12, "h": 8}},
    ],
}


@pytest.fixture
def project(sample: Sample) -> str:
    return sample.workspace.catalogue.run(sample.run.id).project


def changed(**path: Any) -> dict[str, Any]:
    """Return the document with the first dashlet changed."""
    document = copy.deepcopy(DOCUMENT)
    document["dashlets"][0] |= path
    return document


def test_a_dashboard_from_beginning_to_end(client: CheckedClient, project: str) -> None:
    address = f"/api/projects/{project}/dashboards"
    made = client.post(address, json=DOCUMENT)
    assert made.status_code == 201
    kept = made.json()
    assert (kept["project"], kept["revision"]) == (project, 1)
    assert kept["document"]["dashlets"][0]["settings"]["x"]["limit"] == 30
    assert client.get(f"/api/dashboards/{kept['id']}").json() == kept
    [listed] = [one for one in client.get(address).json() if one["id"] == kept["id"]]
    assert (listed["name"], listed["description"], listed["dashlets"]) == (
        "Pets",
        "What goes wrong",
        2,
    )
    document = kept["document"] | {"name": "Dogs"}
    put = {"document": document, "revision": 1}
    answer = client.request("PUT", f"/api/dashboards/{kept['id']}", json=put)
    assert (answer.json()["revision"], answer.json()["document"]["name"]) == (2, "Dogs")
    stale = client.request("PUT", f"/api/dashboards/{kept['id']}", json=put)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "conflict")
    assert client.request("DELETE", f"/api/dashboards/{kept['id']}").status_code == 204
    assert kept["id"] not in {one["id"] for one in client.get(address).json()}
    assert client.get(f"/api/dashboards/{kept['id']}").status_code == 404


def test_what_is_exported_is_imported_as_it_was(client: CheckedClient, project: str) -> None:
    first = client.post(f"/api/projects/{project}/dashboards", json=DOCUMENT).json()
    again = document_json(read_document(first["document"]))
    assert document_json(read_document(again)) == again
    other = client.post(f"/api/projects/{project}/dashboards", json=again).json()
    assert other["document"] == first["document"] | {"name": "Pets 2"}
    for kept in (first, other):
        client.request("DELETE", f"/api/dashboards/{kept['id']}")


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (changed(kind="pie"), r"dashlet 1 \('Loss by label'\), kind: .*'bar', 'line'.*'curves'"),
        (changed(settings={"x": {"field": "a", "bins": 0}}), "settings.x.bins: .*greater than"),
        (changed(settings={"colour": 1}), "settings.colour: Extra inputs"),
        (changed(id="map"), "Dashlet 2 .'map'. has the id of another"),
        (changed(place={"x": 20, "y": 0, "w": 5, "h": 2}), r"Loss by label.* ends beyond the grid"),
        (
            changed(filter=[{"kind": "compare", "field": "a", "op": "gt", "value": "x"}]),
            "Loss by label.*Clause 1 of the filter: 'gt' needs a finite number",
        ),
        ({"format": 2, "name": "New", "looks": []}, "made by a newer percepta .format 2"),
        ({"name": ""}, "name: .*at least 1 character"),
        ({"format": 1, "dashlets": "all"}, "name: Field required.*and 1 more"),
        (["nothing"], "the document: "),
        ({"name": "a", "dashlets": ["b"]}, "dashlet 1: "),
        ({"name": "a", "dashlets": [{"id": "x", "kind": "map", "title": 3}]}, "dashlet 1 .3., "),
    ],
)
def test_a_bad_document_is_refused_with_its_place(
    client: CheckedClient, project: str, document: Any, told: str
) -> None:
    with pytest.raises(DashboardError, match=told):
        read_document(document)
    address = f"/api/projects/{project}/dashboards"
    before = client.get(address).json()
    assert client.post(address, json=document).status_code in {400, 422}
    assert client.get(address).json() == before


def test_a_default_dashboard_is_made_by_a_worker(client: CheckedClient, sample: Sample) -> None:
    answer = client.post(f"/api/runs/{sample.run.id}/dashboards/default")
    assert answer.status_code == 201
    made = answer.json()
    assert made["project"] == sample.workspace.catalogue.run(sample.run.id).project
    titles = [dashlet["title"] for dashlet in made["document"]["dashlets"]]
    assert titles[:2] == ["Samples", "Average loss"]
    assert "Map" in titles
    assert client.get(f"/api/dashboards/{made['id']}").json() == made
    client.request("DELETE", f"/api/dashboards/{made['id']}")
    assert client.post("/api/runs/00000000/dashboards/default").status_code == 404


def test_fields_are_ranked_by_what_they_tell(client: CheckedClient, sample: Sample) -> None:
    body = {"metric": "loss", "map": sample.map.id}
    answer = client.post(f"/api/runs/{sample.run.id}/tells", json=body).json()
    # The loss of this run is a tenth of the row; one loss is missing.
    assert (answer["samples"], answer["matching"], answer["shuffled"]) == (N - 1, N, N - 1)
    told = {tells["field"]: tells for tells in answer["fields"]}
    assert answer["fields"][0]["field"] == HOSTILE_FIELD
    assert told[HOSTILE_FIELD]["shape"] == "rising"
    assert told[HOSTILE_FIELD]["split"]["kind"] == "bins"
    assert sum(told[HOSTILE_FIELD]["count"]) == N - 1
    assert told[HOSTILE_FIELD]["p_value"] < 0.05 < told["cluster"]["p_value"]
    assert sorted(told["subset"]["labels"]) == ["training", "validation"]
    assert told["subset"]["value"] in {"training", "validation"}
    few = {"metric": "loss", "filter": [{"kind": "rows", "rows": [1, 2]}]}
    for wrong, status, words in (
        ({"metric": "speed"}, 404, "no field 'speed'"),
        ({"metric": "label"}, 400, "holds texts"),
        (few, 409, "Only 2 samples"),
    ):
        refused = client.post(f"/api/runs/{sample.run.id}/tells", json=wrong)
        assert (refused.status_code, words in refused.json()["error"]["message"]) == (status, True)
