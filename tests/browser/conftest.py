"""One Chromium for all browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium that can reach nothing but this machine."""
    with sync_playwright() as playwright:
        started = chromium.launch(playwright)
        yield started
        started.close()
