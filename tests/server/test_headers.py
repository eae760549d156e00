"""Promise T7 and the one error shape: on every kind of answer."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from percepta.server.app import create_app
from percepta.server.headers import CONTENT_SECURITY_POLICY
from tests.server.conftest import TOKEN, CheckedClient, Sample
from tests.server.routes_table import calls


def test_the_policy_allows_no_inline_and_no_foreign_script() -> None:
    policy = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert policy["script-src"] == policy["default-src"] == "'self'"
    assert "unsafe-eval" not in CONTENT_SECURITY_POLICY
    assert policy["object-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'self'"
    assert "http" not in CONTENT_SECURITY_POLICY and "*" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/health", 200),
        ("GET", "/", 200),
        ("GET", "/assets/index-D1gkQ9xZ.js", 200),
        ("GET", "/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/runs/unknown", 404),
        ("GET", "/api/jobs/unknown", 404),
        ("GET", "/api/projects/unknown/runs", 404),
        ("DELETE", "/api/health", 405),
        ("POST", "/", 405),
        ("GET", "/api/jobs?status=happy", 422),
        ("GET", "/api/jobs/x/log?after=-1", 422),
    ],
)
def test_every_answer_carries_them(
    client: CheckedClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    if status >= 400:
        assert answer.headers["content-type"] == "application/json"
        assert set(answer.json()) == {"error"}
        assert set(answer.json()["error"]) == {"code", "message", "where", "fix"}


def test_a_mistake_of_ours_is_told_without_its_details(
    sample: Sample, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(sample.workspace, TOKEN)

    @app.get("/api/broken")
    def broken() -> None:
        raise ZeroDivisionError("secret detail")

    app.router.routes.insert(0, app.router.routes.pop())
    with CheckedClient(app, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        answer = client.get("/api/broken")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal"
    assert "secret" not in answer.text and "Traceback" not in answer.text
    assert "secret detail" in caplog.text


def test_answers_that_say_nothing_are_not_kept(
    app: FastAPI, sample: Sample, client: CheckedClient
) -> None:
    kept = set()
    for call in calls(app, sample):
        if call.template == "/api/events":
            continue
        answer = client.request(call.method, call.path(), json=call.body, params=call.query)
        if answer.headers["cache-control"] != "no-store":
            kept.add(call.template.split("/")[4])
            assert "private" in answer.headers["cache-control"]
    assert kept == {"columns", "maps", "thumbnails", "visuals"}
