"""Filters over HTTP, and promise T6: what a client writes is never SQL."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import HOSTILE_FIELD, LABELS, TRAINING, N, loss


@pytest.fixture
def base(sample: Sample) -> str:
    return f"/api/runs/{sample.run.id}"


def compare(field: str, op: str, value: Any = None, **flags: bool) -> dict[str, Any]:
    return {"kind": "compare", "field": field, "op": op, "value": value, **flags}


FILTERS: list[tuple[list[dict[str, Any]], set[int]]] = [
    ([], set(range(N))),
    ([compare("loss", "gt", 2)], {row for row in range(N) if loss(row) > 2}),
    ([compare("loss", "between", [1, 1.5])], {10, 11, 12, 13, 14, 15}),
    ([compare("loss", "missing")], {5}),
    ([compare("loss", "gt", 2, negate=True)], {row for row in range(N) if not loss(row) > 2}),
    ([compare("loss", "gt", 2, enabled=False)], set(range(N))),
    ([compare("predicted", "in", ["cat"])], {row for row in range(N) if row % 3 == 0}),
    ([compare("predicted", "contains", "O")], {row for row in range(N) if row % 3 in (1, 2)}),
    ([compare("subset", "in", ["validation"])], set(range(TRAINING, N))),
    ([compare(HOSTILE_FIELD, "missing")], {7}),
    ([{"kind": "rows", "rows": [3, 1]}], {1, 3}),
]


@pytest.mark.parametrize(("clauses", "rows"), FILTERS)
def test_mask(
    client: CheckedClient, base: str, clauses: list[dict[str, Any]], rows: set[int]
) -> None:
    answer = client.post(f"{base}/mask", json={"filter": clauses})
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-percepta-matching"] == str(len(rows))
    assert len(answer.content) == -(-N // 8)
    bits = np.unpackbits(np.frombuffer(answer.content, np.uint8), bitorder="little")
    assert set(np.flatnonzero(bits)) == rows


def test_mask_of_clusters_and_lassos(client: CheckedClient, base: str, sample: Sample) -> None:
    def matching(clause: dict[str, Any]) -> int:
        answer = client.post(f"{base}/mask", json={"filter": [clause], "map": sample.map.id})
        return int(answer.headers["x-percepta-matching"])

    assert matching(compare("cluster", "in", ["even"])) == 20
    square = [[-0.5, 0.5], [3.5, 0.5], [3.5, -3.5], [-0.5, -3.5]]
    assert matching({"kind": "lasso", "map": sample.map.id, "polygon": square}) == 4
    unknown = compare("cluster", "in", ["even"])
    answer = client.post(f"{base}/mask", json={"filter": [unknown]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "filter")


def test_summary_of_numbers(client: CheckedClient, base: str) -> None:
    body = {"field": "loss", "filter": [compare("subset", "in", ["validation"])]}
    told = client.post(f"{base}/summary", json=body).json()
    assert (told["total"], told["matching"]) == (N, N - TRAINING)
    assert (told["missing"], told["missing_matching"]) == (1, 0)
    numeric = told["numeric"]
    assert (numeric["min"], numeric["max"]) == pytest.approx((0, 4.0))
    assert numeric["mean_matching"] == pytest.approx(np.mean([loss(r) for r in range(TRAINING, N)]))
    assert sum(numeric["counts"]) == N - 1
    assert sum(numeric["counts_matching"]) == N - TRAINING
    assert len(numeric["edges"]) == len(numeric["counts"]) + 1
    assert told["values"] is None


def test_summary_of_texts(client: CheckedClient, base: str) -> None:
    body = {"field": "predicted", "filter": [{"kind": "rows", "rows": [0, 3, 4]}]}
    told = client.post(f"{base}/summary", json=body).json()
    counted = {entry["value"]: (entry["count"], entry["matching"]) for entry in told["values"]}
    every = [LABELS[row % 3] for row in range(N)]
    assert counted == {
        "cat": (every.count("cat"), 2),
        "dog": (every.count("dog"), 1),
        "owl": (every.count("owl"), 0),
    }
    assert (told["distinct"], told["other"], told["numeric"]) == (3, 0, None)


def test_rows(client: CheckedClient, base: str) -> None:
    body = {
        "filter": [compare("loss", "lt", 1)],
        "fields": ["loss", "sample_id"],
        "order_by": "loss",
        "descending": True,
        "offset": 1,
        "limit": 2,
    }
    told = client.post(f"{base}/rows", json=body).json()
    assert told["total"] == 9
    assert [row["row"] for row in told["rows"]] == [8, 7]
    assert set(told["rows"][0]) == {"row", "loss", "sample_id"}
    told = client.post(f"{base}/rows", json={"limit": 6}).json()
    assert told["rows"][5]["loss"] is None, "not a number travels as null"
    assert told["rows"][5]["subset"] == "training"


INJECTIONS = [
    "' OR 1=1 --", "'; DROP TABLE run; --", '"; DROP TABLE run; --', "1); COPY run TO '/tmp/x'; --",
    "loss\" OR \"loss", "loss' OR 'a'='a", "read_text('/etc/passwd')", "(SELECT 1)", "*", "?", "$1",
    "loss; ATTACH '/tmp/x'", "pragma database_list", "\\'; --", "%", "_", "loss\0", "rowid", "r",
    "LOSS", " loss", "loss--", "/**/loss", "\u2019 OR 1=1", "\ud800", "getenv('HOME')", "a" * 1000,
]  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_names_are_looked_up_not_interpreted(client: CheckedClient, base: str, text: str) -> None:
    def post(path: str, body: dict[str, Any]) -> int:
        content = json_bytes(body)
        headers = {"content-type": "application/json"}
        return client.post(f"{base}/{path}", content=content, headers=headers).status_code

    assert post("mask", {"filter": [compare(text, "missing")]}) in {400, 422}
    assert post("summary", {"field": text}) in {404, 422}
    assert post("rows", {"fields": [text]}) in {404, 422}
    assert post("rows", {"order_by": text}) in {404, 422}
    assert post("mask", {"map": text}) in {404, 422}
    assert post("maps", {"space": text}) in {404, 422}


@pytest.mark.parametrize("text", [text for text in INJECTIONS if "\ud800" not in text])
def test_values_are_compared_not_interpreted(client: CheckedClient, base: str, text: str) -> None:
    for clause in (compare("predicted", "in", [text]), compare("predicted", "contains", text)):
        answer = client.post(f"{base}/mask", json={"filter": [clause]})
        assert answer.status_code == 200, answer.text
        assert answer.headers["x-percepta-matching"] == "0"
        answer = client.post(f"{base}/mask", json={"filter": [clause | {"negate": True}]})
        assert answer.headers["x-percepta-matching"] == str(N)
    answer = client.post(f"{base}/mask", json={"filter": [compare("loss", "gt", text)]})
    assert answer.status_code == 400


def json_bytes(body: dict[str, Any]) -> bytes:
    """JSON with everything escaped, lone surrogates too."""
    import json

    return json.dumps(body).encode("ascii")


@pytest.mark.parametrize(
    "clause",
    [
        compare("predicted", "gt", 1),
        compare("loss", "contains", "1"),
        compare("loss", "like", "%"),
        compare("loss", "between", [1]),
        {"kind": "lasso", "map": "none", "polygon": [[0, 0], [1, 1], [0, 1]]},
        {"kind": "lasso", "map": "none", "polygon": [[0, 0]]},
        {"kind": "rows", "rows": [-1]},
    ],
)
def test_filters_that_make_no_sense_are_told(
    client: CheckedClient, base: str, clause: dict[str, Any]
) -> None:
    answer = client.post(f"{base}/mask", json={"filter": [clause]})
    assert answer.status_code in {400, 404, 422}, answer.text
    assert answer.json()["error"]["message"]
