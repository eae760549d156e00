"""Finds a Chromium for the browser tests, installs one where there is none, and starts it.

Looked for in this order: ``$PERCEPTA_CHROMIUM``, the system's Chromium or Chrome, the one that
Playwright downloaded. ``python -m tests.browser.chromium`` installs one if none is found: from
Debian's packages when that is possible, else by ``playwright install chromium``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--enable-unsafe-swiftshader",  # WebGL2 where there is no GPU
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


class NoChromiumError(Exception):
    """There is no Chromium and none could be installed; the message says what to do."""


def find(playwright: Playwright) -> Path:
    """Return the executable of a Chromium.

    Raises:
        NoChromiumError: there is none.
    """
    named = os.environ.get("PERCEPTA_CHROMIUM")
    if named:
        if not Path(named).exists():
            message = f"PERCEPTA_CHROMIUM names {named}, which does not exist."
            raise NoChromiumError(message)
        return Path(named)
    for name in _NAMES:
        path = shutil.which(name)
        if path:
            return Path(path)
    downloaded = Path(playwright.chromium.executable_path)
    if downloaded.exists():
        return downloaded
    message = (
        "The browser tests need a Chromium: install Chromium or Chrome, run `playwright install "
        "chromium`, or set PERCEPTA_CHROMIUM to the executable of one."
    )
    raise NoChromiumError(message)


def launch(playwright: Playwright) -> Browser:
    """Start a headless Chromium that can reach nothing but this machine."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return playwright.chromium.launch(
        executable_path=str(find(playwright)),
        args=[*_QUIET, *(["--no-sandbox"] if root else [])],
    )


def install(playwright: Playwright) -> Path:
    """Return a Chromium, installing one if there is none.

    Raises:
        NoChromiumError: that failed.
    """
    try:
        return find(playwright)
    except NoChromiumError:
        if os.environ.get("PERCEPTA_CHROMIUM"):
            raise
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *arguments], env=environment, check=False)
    try:
        return find(playwright)
    except NoChromiumError:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find(playwright)


if __name__ == "__main__":
    with sync_playwright() as started:
        try:
            sys.stdout.write(f"Chromium: {install(started)}\n")
        except NoChromiumError as error:
            sys.exit(str(error))
