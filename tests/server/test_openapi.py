"""The OpenAPI document: complete, and the same as the one the page's types come from."""

from __future__ import annotations

from pathlib import Path

from percepta.server.app import bare_app
from percepta.server.openapi import document
from percepta.server.reference import reference
from tests.server.conftest import CheckedClient

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_document_is_that_of_the_application() -> None:
    committed = (ROOT / "web" / "openapi.json").read_text("utf-8")
    assert committed == document(), "run `python -m percepta.server.openapi > web/openapi.json`"


def test_the_reference_is_that_of_the_application() -> None:
    committed = (ROOT / "docs" / "reference" / "http-api.md").read_text("utf-8")
    told = "run `python -m percepta.server.reference > docs/reference/http-api.md`"
    assert committed == reference(), told


def test_every_operation_has_a_name_a_description_and_typed_answers() -> None:
    names = []
    for path, operations in bare_app().openapi()["paths"].items():
        for method, operation in operations.items():
            names.append(operation["operationId"])
            assert operation["description"], path
            code, success = next(
                (code, answer) for code, answer in operation["responses"].items() if code < "3"
            )
            if code == "204":
                continue
            assert success["content"], path
            schema = success["content"].get("application/json", {}).get("schema")
            assert schema != {}, f"{method} {path} is not typed"
            assert "default" in operation["responses"]
    assert len(names) == len(set(names))


def test_the_document_is_served_to_those_let_in(client: CheckedClient) -> None:
    assert client.get("/api/openapi.json").json()["paths"]
