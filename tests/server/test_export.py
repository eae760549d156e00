"""Samples as files over HTTP."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from pyarrow import parquet

from tests.server.conftest import CheckedClient, Sample
from tests.server.sample_run import N


def export(client: CheckedClient, sample: Sample, **body: Any) -> Any:
    return client.post(f"/api/runs/{sample.run.id}/export", json=body)


@pytest.mark.parametrize(
    ("format", "media_type"),
    [
        ("csv", "text/csv; charset=utf-8"),
        ("json", "application/json"),
        ("parquet", "application/vnd.apache.parquet"),
    ],
)
def test_a_file_is_a_table_of_the_matching_rows(
    client: CheckedClient, sample: Sample, format: str, media_type: str
) -> None:
    clauses = [{"kind": "compare", "field": "cluster", "op": "in", "value": ["even"]}]
    question = {"filter": clauses, "map": sample.map.id, "fields": ["loss"], "order_by": "loss"}
    answer = export(client, sample, format=format, **question)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].endswith(f'{sample.run.id[:8]}.{format}"')
    match format:
        case "csv":
            found = [float(row["loss"]) for row in csv.DictReader(io.StringIO(answer.text))]
        case "json":
            found = [row["loss"] for row in json.loads(answer.content)]
        case _:
            found = parquet.read_table(io.BytesIO(answer.content)).column("loss").to_pylist()
    rows = client.post(f"/api/runs/{sample.run.id}/rows", json=question).json()["rows"]
    assert found == pytest.approx([row["loss"] for row in rows])
    assert len(found) == 20


def test_all_fields_of_all_samples(client: CheckedClient, sample: Sample) -> None:
    header, *rows = csv.reader(io.StringIO(export(client, sample).text))
    assert header[:2] == ["subset", "sample_id"]
    fields = sample.workspace.query(sample.run.id).fields()  # with those that other tests derived
    assert set(header) == {field.name for field in fields}
    assert len(rows) == N


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"fields": ["colour"]}, 404, "not_found"),
        ({"order_by": "colour"}, 404, "not_found"),
        ({"filter": [{"kind": "compare", "field": "colour", "op": "missing"}]}, 400, "filter"),
        ({"format": "xlsx"}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_written_is_said(
    client: CheckedClient, sample: Sample, body: dict[str, Any], status: int, code: str
) -> None:
    answer = export(client, sample, **body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
