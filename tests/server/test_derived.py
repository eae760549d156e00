"""Derived fields over HTTP: made, tried, counted as fields, and never shown from an old answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pyarrow as pa
import pytest

from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import N, loss

Make = Callable[..., httpx.Response]


@pytest.fixture
def base(sample: Sample) -> str:
    return f"/api/runs/{sample.run.id}"


@pytest.fixture
def project(sample: Sample) -> str:
    return sample.workspace.catalogue.run(sample.run.id).project


@pytest.fixture
def make(client: CheckedClient, project: str) -> Iterator[Make]:
    """Yield what makes a derived field; those that are made are gone after the test."""

    def post(name: str, expression: str, **more: Any) -> httpx.Response:
        body = {"name": name, "expression": expression, **more}
        return client.post(f"/api/projects/{project}/derived-fields", json=body)

    yield post
    for field in reversed(client.get(f"/api/projects/{project}/derived-fields").json()):
        assert client.request("DELETE", f"/api/derived-fields/{field['id']}").status_code == 204


def test_made_and_listed(client: CheckedClient, base: str, project: str, make: Make) -> None:
    answer = make(" twice ", "loss * 2", description="Twice the loss.")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["name"], made["expression"]) == ("twice", "loss * 2")
    assert made in client.get(f"/api/projects/{project}/derived-fields").json()
    field = next(f for f in client.get(base).json()["fields"] if f["name"] == "twice")
    assert field == {
        "name": "twice",
        "type": "float",
        "group": "derived",
        "direction": None,
        "description": "Twice the loss.",
        "expression": "loss * 2",
    }
    body = {"filter": [{"kind": "compare", "field": "twice", "op": "gt", "value": 4}]}
    answer = client.post(f"{base}/mask", json=body)
    assert int(answer.headers["x-percepta-matching"]) == sum(loss(row) * 2 > 4 for row in range(N))
    shown = client.get(f"{base}/samples/3").json()["fields"]
    assert {"name": "twice", "value": 0.6, "group": "derived", "type": "float"} in [
        field | {"value": round(field["value"], 5)} if field["name"] == "twice" else field
        for field in shown
    ]


def test_a_field_made_anew_is_never_shown_with_its_old_values(
    client: CheckedClient, base: str, make: Make
) -> None:
    def column(etag: str = "") -> httpx.Response:
        return client.get(f"{base}/columns/twice", headers={"if-none-match": etag})

    first = make("twice", "loss * 2").json()
    old = column()
    assert old.headers["cache-control"] == "private, no-cache"
    assert column(old.headers["etag"]).status_code == 304
    assert client.request("DELETE", f"/api/derived-fields/{first['id']}").status_code == 204
    assert column(old.headers["etag"]).status_code == 404
    make("twice", "loss * 3")
    new = column(old.headers["etag"])
    assert new.status_code == 200
    values = pa.ipc.open_stream(new.content).read_all().column(0).to_pylist()
    assert values[10] == pytest.approx(3.0)
    own = client.get(f"{base}/columns/loss")
    assert "immutable" in own.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "expression", "status", "code"),
    [
        ("twice", "los * 2", 400, "expression"),
        ("twice", "loss *", 400, "expression"),
        ("loss", "loss * 2", 409, "conflict"),
        ("cluster", "loss * 2", 409, "conflict"),
        ("", "loss", 422, "invalid_request"),
        (" ", "loss", 422, "invalid_request"),
        ("twice", "x" * 2001, 422, "invalid_request"),
    ],
)
def test_what_is_refused(make: Make, name: str, expression: str, status: int, code: str) -> None:
    answer = make(name, expression)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_one_that_others_are_made_of_stays(client: CheckedClient, make: Make) -> None:
    first = make("twice", "loss * 2").json()
    make("more", "twice + 1")
    answer = client.request("DELETE", f"/api/derived-fields/{first['id']}")
    assert answer.status_code == 409
    assert "more" in answer.json()["error"]["message"]


def test_trying_an_expression(client: CheckedClient, base: str, make: Make) -> None:
    def tried(expression: str, name: str | None = None) -> Any:
        body = {"name": name, "expression": expression}
        return client.post(f"{base}/derived-fields/check", json=body).json()

    assert tried("loss > 0.15") == {
        "type": "boolean",
        "examples": [False, False, True, True, True],
        "error": None,
        "at": None,
    }
    wrong = tried("1 + los")
    assert (wrong["at"], wrong["type"]) == (4, None)
    assert "Did you mean 'loss'?" in wrong["error"]
    make("twice", "loss * 2")
    taken = tried("loss", "twice")
    assert (taken["at"], taken["type"]) == (None, "float")
    assert "already" in taken["error"]
    assert "of their own" in tried("loss", "predicted")["error"]
    assert tried("loss", "new")["error"] is None


def test_of_nothing(client: CheckedClient) -> None:
    assert client.get("/api/projects/0000000000000000/derived-fields").status_code == 404
    assert client.request("DELETE", "/api/derived-fields/0000000000000000").status_code == 404
