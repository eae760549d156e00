"""The page's files."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from percepta.server.app import create_app
from tests.server.conftest import TOKEN, CheckedClient, Sample


def test_the_document_is_asked_for_again_each_time(stranger: CheckedClient) -> None:
    for path in ("/", "/index.html"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        again = stranger.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304


def test_named_by_its_content_a_file_is_kept_for_good(stranger: CheckedClient) -> None:
    answer = stranger.get("/assets/index-D1gkQ9xZ.js")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert stranger.get("/favicon.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets", "/assets/", "/assets/index.js", "/x", "/index.html/"])
def test_nothing_else_is_there(stranger: CheckedClient, path: str) -> None:
    assert stranger.get(path).status_code == 404


def test_a_page_that_was_not_built_says_so(sample: Sample, tmp_path: Path) -> None:
    app = create_app(sample.workspace, TOKEN, page=tmp_path / "_web")
    with CheckedClient(app) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "has not been built" in answer.text and "make web" in answer.text
        assert client.get("/assets/x.js").status_code == 404

        (tmp_path / "_web").mkdir()
        (tmp_path / "_web" / "index.html").write_text("built")
        assert client.get("/").text == "built", "without starting the server again"


def test_behind_a_path_prefix(app: FastAPI, client: CheckedClient) -> None:
    """A proxy that takes the prefix off needs nothing else: all addresses are relative."""
    answer = client.get("/", params={"token": TOKEN})
    assert answer.headers["location"] == "./"
