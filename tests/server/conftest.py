"""The real application over a real workspace; every answer is checked for its headers (T7)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from fastapi import FastAPI

from percepta.server.access import Launch
from percepta.server.app import create_app
from percepta.server.headers import SECURITY_HEADERS
from percepta.storage import MapInfo, Run, Workspace
from tests.server.sample_run import write_map, write_run

TOKEN = "test-token-of-this-suite"  # noqa: S105 - made up
BASE = "http://127.0.0.1:8585"


class CheckedClient:
    """A client of the application itself; fails on any answer without the security headers."""

    def __init__(self, app: FastAPI, headers: dict[str, str] | None = None) -> None:
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)
        self._loop = asyncio.Runner()
        self.cookies = self._client.cookies

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._client.aclose())
        self._loop.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        response = self._loop.run(self._client.request(method, path, **options))
        for name, value in SECURITY_HEADERS.items():
            assert response.headers.get(name) == value, f"{response.url}: {name}"
        assert "cache-control" in response.headers, response.url
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)


@dataclass(frozen=True)
class Sample:
    """A workspace with one run and one map."""

    workspace: Workspace
    run: Run
    map: MapInfo


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    workspace = Workspace.open(tmp_path_factory.mktemp("server") / "workspace")
    run = write_run(workspace)
    yield Sample(workspace, run, write_map(run))
    workspace.close()


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built page, with things beside and in it that must not be served."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "secret.txt").write_text("canary")
    web = folder / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>percepta</title>")
    (web / "assets" / "index-D1gkQ9xZ.js").write_text("export {};")
    (web / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (web / "notes.py").write_text("canary")
    (web / "link.txt").symlink_to(folder / "secret.txt")
    return web


@pytest.fixture(scope="session")
def app(sample: Sample, page: Path) -> FastAPI:
    return create_app(sample.workspace, Launch(TOKEN), page=page)


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[CheckedClient]:
    """A browser that has not been let in."""
    with CheckedClient(app) as client:
        yield client


@pytest.fixture
def client(stranger: CheckedClient) -> CheckedClient:
    """A browser that has been let in."""
    assert stranger.get("/", params={"token": TOKEN}).status_code == 303
    return stranger
