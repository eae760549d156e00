"""Promise T3: foreign hosts (DNS rebinding) and foreign origins are refused."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from percepta.server.app import create_app
from percepta.server.origin import host_name
from tests.server.conftest import BASE, TOKEN, CheckedClient, Sample
from tests.server.routes_table import calls

BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8585", "127.0.0.1.evil.example", "localhost.evil.example",
     "localhost@evil.example", "evil.example@localhost", "", " ", "127.0.0.1:x", "0.0.0.0.",
     "127.0.0.1/evil", "[::2]:8585", "::1", "localhost:8585, evil.example", "localhost.",
     "127.0.0.1:99999999", "[::1", "127.1"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/health", "/", "/favicon.svg", "/nothing"])
def test_foreign_hosts_get_nothing(stranger: CheckedClient, host: str, path: str) -> None:
    answer = stranger.get(path, headers={"host": host, **BEARER})
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "foreign_host"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:1", "localhost:8585", "LOCALHOST", "[::1]:8585"]
)
def test_own_hosts_are_answered(stranger: CheckedClient, host: str) -> None:
    assert stranger.get("/api/health", headers={"host": host, **BEARER}).status_code == 200


def test_two_host_headers_are_refused(stranger: CheckedClient) -> None:
    headers = [("host", "127.0.0.1"), ("host", "evil.example"), *BEARER.items()]
    assert stranger.get("/api/health", headers=headers).status_code == 403


def test_further_hosts_can_be_allowed(sample: Sample) -> None:
    app = create_app(sample.workspace, TOKEN, allowed_hosts=["Lab.Example"])
    with CheckedClient(app, headers=BEARER) as client:
        assert client.get("/api/health", headers={"host": "lab.example:443"}).status_code == 200
        assert client.get("/api/health", headers={"host": "other.example"}).status_code == 403


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://127.0.0.1", "http://127.0.0.1:8586", "http://localhost:8585",
     "null", "", "file://", "chrome-extension://abc", "http://127.0.0.1:8585@evil.example",
     "http://127.0.0.1:8585.evil.example", "//127.0.0.1:8585", "http://user@127.0.0.1:8585"],
)  # fmt: skip
def test_no_route_answers_a_foreign_origin(
    app: FastAPI, sample: Sample, client: CheckedClient, origin: str
) -> None:
    for call in calls(app, sample):
        answer = client.request(
            call.method,
            call.path(),
            json=call.body,
            params=call.query,
            headers={"origin": origin},
        )
        assert answer.status_code == 403, (call, origin)
        assert answer.json()["error"]["code"] == "foreign_origin"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
def test_no_route_answers_another_site(
    app: FastAPI, sample: Sample, client: CheckedClient, site: str
) -> None:
    for call in calls(app, sample):
        answer = client.request(
            call.method,
            call.path(),
            json=call.body,
            params=call.query,
            headers={"sec-fetch-site": site},
        )
        assert answer.status_code == 403, call


def test_the_own_page_is_answered(client: CheckedClient) -> None:
    headers = {"origin": BASE, "sec-fetch-site": "same-origin"}
    assert client.get("/api/health", headers=headers).status_code == 200
    assert client.post("/api/jobs/00000000/cancel", headers=headers).status_code == 404


def test_links_from_elsewhere_may_open_the_page(stranger: CheckedClient) -> None:
    assert stranger.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200
    assert stranger.post("/", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_form_of_another_page_cannot_post(client: CheckedClient, sample: Sample) -> None:
    """Forms can only send these types; the API takes JSON alone."""
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        answer = client.post(
            f"/api/runs/{sample.run.id}/maps",
            content=b'{"space": "balanced"}',
            headers={"content-type": kind},
        )
        assert answer.status_code == 422


def test_no_cross_origin_sharing(client: CheckedClient) -> None:
    answer = client.request(
        "OPTIONS", "/api/health", headers={"origin": BASE, "access-control-request-method": "POST"}
    )
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_host_names() -> None:
    assert host_name("LocalHost:80") == "localhost"
    assert host_name("[::1]:80") == "::1"
    assert host_name("a@b") is None
    assert host_name("a:b") is None
