"""What a client may send is bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from percepta.core.filters import MAX_CLAUSES
from percepta.server.limits import LARGER, MAX_BODY, MAX_FILE
from tests.server.conftest import CheckedClient, Sample

JSON = {"content-type": "application/json"}


def test_a_large_body_is_refused(client: CheckedClient, sample: Sample) -> None:
    path = f"/api/runs/{sample.run.id}/rows"
    answer = client.post(path, content=b" " * (MAX_BODY + 1), headers=JSON)
    assert answer.status_code == 413
    answer = client.post(path, content=b"{}" + b" " * (MAX_BODY - 2), headers=JSON)
    assert answer.status_code == 200


def test_a_body_of_unknown_length_is_refused_too(client: CheckedClient, sample: Sample) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 20 * MAX_BODY:
            sent += 2**16
            yield b" " * 2**16

    answer = client.post(f"/api/runs/{sample.run.id}/rows", content=endless(), headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "request_entity_too_large"
    assert sent <= MAX_BODY + 2**17


def test_a_file_may_be_larger_and_no_other_request(client: CheckedClient, sample: Sample) -> None:
    path = f"/api/runs/{sample.run.id}/similar-file"
    [most] = LARGER.values()
    assert most > MAX_FILE * 4 / 3
    length = {**JSON, "content-length": str(most + 1)}
    assert client.post(path, content=b"{}", headers=length).status_code == 413
    answer = client.post(path, content=b'{"file": ""}' + b" " * MAX_BODY, headers=JSON)
    assert answer.status_code == 422
    other = client.post(f"{path}/rows", content=b"{}" + b" " * MAX_BODY, headers=JSON)
    assert other.status_code == 413


@pytest.mark.parametrize("length", ["x", "-1", "1e9", "99999999999999999999"])
def test_a_nonsense_length_is_refused(client: CheckedClient, sample: Sample, length: str) -> None:
    answer = client.post(
        f"/api/runs/{sample.run.id}/rows", content=b"{}", headers={**JSON, "content-length": length}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"filter": ' * 50_000, b"\0",
     b'{"filter": [{"kind": "compare"}]}', b'{"filter": {}}', b'{"other": 1}',
     b'{"filter": [{"kind": "dance"}]}', b'{"limit": 0}', b'{"limit": 1001}', b'{"offset": -1}',
     b'{"limit": 1e400}', b'{"offset": 99999999999999999999999999}'],
)  # fmt: skip
def test_malformed_bodies(client: CheckedClient, sample: Sample, body: bytes) -> None:
    answer = client.post(f"/api/runs/{sample.run.id}/rows", content=body, headers=JSON)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["error"]["message"]


def test_a_giant_filter_is_refused(client: CheckedClient, sample: Sample) -> None:
    clause = {"kind": "compare", "field": "loss", "op": "gt", "value": 0}
    path = f"/api/runs/{sample.run.id}/mask"
    assert client.post(path, json={"filter": [clause] * MAX_CLAUSES}).status_code == 200
    assert client.post(path, json={"filter": [clause] * (MAX_CLAUSES + 1)}).status_code == 422
    many = {"kind": "rows", "rows": list(range(10_001))}
    answer = client.post(path, json={"filter": [many]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "filter")
