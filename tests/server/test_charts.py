"""Questions of charts over HTTP: answered together, each by itself; hostile ones are refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import HOSTILE_FIELD, LABELS, TRAINING, N, loss


@pytest.fixture
def address(sample: Sample) -> str:
    return f"/api/runs/{sample.run.id}/charts"


def groups(*splits: dict[str, Any], key: str = "a", **more: Any) -> dict[str, Any]:
    measures = more.pop("measures", [{"aggregate": "average", "field": "loss"}])
    return {"kind": "groups", "key": key, "splits": list(splits), "measures": measures, **more}


def above(value: float) -> list[dict[str, Any]]:
    return [{"kind": "compare", "field": "loss", "op": "gt", "value": value}]


def test_questions_of_one_gesture(client: CheckedClient, address: str) -> None:
    body = {
        "filter": above(2),
        "questions": [
            groups({"field": "predicted", "order": "value", "descending": False}, key="bars"),
            groups({"field": "loss", "kind": "bins", "interval": 1}, key="own", shared=[]),
            groups({"field": "nothing"}, key="wrong"),
            {"kind": "points", "key": "dots", "fields": ["loss", "predicted"], "limit": 3},
            groups(key="all", measures=[{}], context=False),
        ],
    }
    answer = client.post(address, json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [one["key"] for one in told["answers"]] == ["bars", "own", "wrong", "dots", "all"]
    bars, own, wrong, dots, whole = told["answers"]
    hard = [row for row in range(N) if loss(row) > 2]
    assert bars["splits"][0]["values"] == sorted(LABELS)
    assert bars["codes"] == [[0, 1, 2]]
    assert bars["count"] == [sum(row % 3 == at for row in hard) for at in range(3)]
    assert sum(bars["count_all"]) == bars["total"] == N
    assert bars["matching"] == len(hard)
    known = [loss(row) for row in range(0, N, 3)]
    assert bars["measures"][0]["all"][0] == pytest.approx(sum(known) / len(known))
    assert own["splits"][0]["edges"] == [0, 1, 2, 3, 4]
    assert own["count"] == own["count_all"]
    assert own["splits"][0]["missing"] == 4
    assert wrong["error"]["code"] == "chart"
    assert dots["matching"] == len(hard)
    assert len(dots["rows"]) == 3
    assert dots["values"]["predicted"] == [LABELS[row % 3] for row in dots["rows"]]
    assert (whole["count"], whole["count_all"], whole["measures"][0]["all"]) == (
        [len(hard)],
        None,
        None,
    )
    assert 0 < told["seconds"] < 60


def test_decisions_and_filters_of_their_own(client: CheckedClient, address: str) -> None:
    subset = [{"kind": "compare", "field": "subset", "op": "in", "value": ["training"]}]
    questions = [
        {"kind": "decisions", "key": "confusion", "filter": subset},
        groups({"field": HOSTILE_FIELD}, key="hostile", filter=subset, measures=[{}]),
    ]
    body = {"filter": above(1), "questions": questions}
    confusion, hostile = client.post(address, json=body).json()["answers"]
    assert confusion["kind"] == "decisions", confusion
    assert confusion["labels"] == list(LABELS)
    assert hostile["total"] == TRAINING
    assert hostile["matching"] == sum(loss(row) > 1 for row in range(TRAINING))


@pytest.mark.parametrize(
    "question",
    [
        groups({"field": "x'); DROP TABLE run; --"}),
        groups(measures=[{"aggregate": "average", "field": "loss) FROM run; --"}]),
        groups(measures=[{"aggregate": "share", "field": "predicted", "value": 1}]),
        groups(measures=[{"aggregate": "average", "field": "predicted"}]),
        groups({"field": "predicted", "kind": "bins"}),
        groups({"field": ""}),
        groups({"field": "loss", "kind": "version"}),
        groups({"kind": "version"}, {"kind": "version"}),
        groups({"field": "loss", "kind": "bins", "interval": 1e-6}),
        groups(measures=[{"aggregate": "quantile", "field": "loss"}]),
        groups(filter=[{"kind": "compare", "field": "nothing", "op": "missing"}]),
        groups(shared=[{"kind": "lasso", "map": "0", "polygon": [[0, 0], [1, 1]]}]),
        {"kind": "points", "key": "a", "fields": ["nothing"]},
    ],
)
def test_a_question_that_means_nothing_is_told_so(
    client: CheckedClient, address: str, question: dict[str, Any]
) -> None:
    fine = groups({"field": "predicted"}, key="fine")
    answer = client.post(address, json={"questions": [question, fine]})
    failed, answered = answer.json()["answers"]
    assert failed["kind"] == "failed"
    assert failed["error"]["code"] in {"chart", "filter"}
    assert failed["error"]["message"].endswith(".")
    assert answered["total"] == N


@pytest.mark.parametrize(
    "body",
    [
        {"questions": []},
        {"questions": [groups(measures=[])]},
        {"questions": [groups(key="x" * 65)]},
        {"questions": [{"kind": "sql", "key": "a", "sql": "SELECT 1"}]},
        {"questions": [groups({"field": "loss", "kind": "bins", "bins": 0})]},
        {"questions": [groups({"field": "loss", "limit": 10**9})]},
        {"questions": [groups(measures=[{"aggregate": "median; --", "field": "loss"}])]},
        {"questions": [groups()], "versions": ["../../etc"] * 9},
    ],
)
def test_what_is_no_question(client: CheckedClient, address: str, body: dict[str, Any]) -> None:
    assert client.post(address, json=body).status_code == 422


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "9" * 400, '"\\ud800"'])
def test_values_that_no_sample_has(client: CheckedClient, address: str, number: str) -> None:
    body = json.dumps(
        {
            "questions": [
                groups(measures=[{"aggregate": "share", "field": "loss", "value": "VALUE"}])
            ]
        }
    )
    answer = client.request(
        "POST",
        address,
        content=body.replace('"VALUE"', number),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422 or answer.json()["answers"][0]["error"]["code"] == "chart"


@pytest.mark.parametrize("part", ["versions", "map", "collection"])
def test_ids_that_no_database_can_be_asked_for(
    client: CheckedClient, address: str, part: str
) -> None:
    odd = "\ud800"  # half of a pair: JSON can say it, UTF-8 cannot
    more = {
        "versions": {"versions": [odd]},
        "map": {"map": odd},
        "collection": {"filter": [{"kind": "collection", "collection": odd, "name": "x"}]},
    }
    body = json.dumps({"questions": [groups()], **more[part]})
    headers = {"content-type": "application/json"}
    assert client.request("POST", address, content=body, headers=headers).status_code == 422


def test_runs_that_are_not_there(client: CheckedClient, address: str) -> None:
    body = {"questions": [groups({"kind": "version"})], "versions": ["0000000000000000"]}
    assert client.post(address, json=body).status_code == 404
    assert client.post("/api/runs/0000000000000000/charts", json=body).status_code == 404
