"""Promise T2, first part: the launch token lets a browser in; nobody else gets anything."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.routing import Route

from percepta.server.access import Launch
from percepta.server.app import create_app
from tests.server.conftest import TOKEN, CheckedClient, Sample
from tests.server.routes_table import calls


def test_every_route_wants_the_cookie(
    app: FastAPI, sample: Sample, stranger: CheckedClient
) -> None:
    table = calls(app, sample)
    assert len(table) >= 22
    for call in table:
        for cookie in (None, "", TOKEN, "é", "percepta=x"):
            headers = {} if cookie is None else {"cookie": f"percepta={cookie}".encode()}
            answer = stranger.request(
                call.method, call.path(), json=call.body, params=call.query, headers=headers
            )
            assert answer.status_code == 401, (call, cookie)
            assert answer.json()["error"]["code"] == "unauthorized"


def test_no_route_hides_from_the_table(app: FastAPI) -> None:
    plain = [route.path for route in app.routes if isinstance(route, Route)]
    documented = set(app.openapi()["paths"])
    hidden = [path for path in plain if path not in documented]
    assert hidden == ["/api/openapi.json", "/{address:path}"]


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/openapi.json", "/api/nothing", "//api/health", "/API/health",
     "/api/../api/health", "/api%2fhealth", "/apix", "/\\api/health"],
)  # fmt: skip
def test_nothing_near_the_api_answers_strangers(stranger: CheckedClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code in {401, 404}
    assert "version" not in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
def test_no_documentation_pages_that_load_from_elsewhere(client: CheckedClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_token_becomes_a_cookie(stranger: CheckedClient) -> None:
    answer = stranger.get("/", params={"token": TOKEN})
    assert (answer.status_code, answer.headers["location"]) == (303, "./")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie
    assert TOKEN not in cookie
    assert answer.headers["cache-control"] == "no-store"
    assert stranger.get("/api/health").json()["status"] == "ok"


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "é", "\0"])
def test_a_wrong_token_lets_nobody_in(stranger: CheckedClient, token: str) -> None:
    answer = stranger.get("/", params={"token": token})
    assert "set-cookie" not in answer.headers
    assert stranger.get("/api/health").status_code == 401
    headers = {"authorization": f"Bearer {token}".encode()}
    assert stranger.get("/api/health", headers=headers).status_code == 401


def test_the_token_is_only_taken_at_the_door(stranger: CheckedClient) -> None:
    assert stranger.get("/favicon.svg", params={"token": TOKEN}).status_code == 200
    assert stranger.get("/api/health", params={"token": TOKEN}).status_code == 401


def test_programs_send_the_token_as_bearer(stranger: CheckedClient) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert stranger.get("/api/health", headers=headers).status_code == 200
    assert stranger.get("/api/health").status_code == 401, "and get no cookie for it"
    for scheme in ("Basic", "", "Token"):
        headers = {"authorization": f"{scheme} {TOKEN}"}
        assert stranger.get("/api/health", headers=headers).status_code == 401


def test_the_page_needs_no_cookie_and_holds_no_data(stranger: CheckedClient) -> None:
    assert stranger.get("/").status_code == 200


def test_servers_on_one_machine_do_not_share_cookies(sample: Sample) -> None:
    with CheckedClient(create_app(sample.workspace, Launch("a", "percepta-1"))) as one:
        one.get("/", params={"token": "a"})
        assert set(one.cookies) == {"percepta-1"}


def test_tokens_are_random_and_long() -> None:
    tokens = {Launch.create().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43


def test_the_secret_does_not_show() -> None:
    launch = Launch("secret")
    assert "secret" not in repr(launch) and launch.cookie not in repr(launch)
