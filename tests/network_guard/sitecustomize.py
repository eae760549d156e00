"""Refuses every connection that leaves this machine, and remembers that it was tried.

The test process installs the guard from ``tests/conftest.py``; Python processes that a test starts
(workers, servers, the command line) import this file by its name, because its folder is on their
``PYTHONPATH``. An audit hook cannot be taken off again, and sees every socket of the standard
library.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

LOG = "PERCEPTA_TEST_NETWORK_LOG"
_LOOPBACK = ("localhost", "127.", "::1", "0.0.0.0", "::")  # noqa: S104 - names, nothing is bound
_installed = False


class NetworkRefusedError(OSError):
    """Something tried to leave this machine."""


def install() -> None:
    """Guard this process from now on."""
    global _installed
    if not _installed:
        _installed = True
        sys.addaudithook(_refuse)


def refused() -> list[str]:
    """Return the addresses this process and its children tried to reach since `forget`."""
    log = _log()
    return log.read_text("utf-8").splitlines() if log is not None and log.exists() else []


def forget() -> None:
    """Forget what was tried so far."""
    log = _log()
    if log is not None:
        log.unlink(missing_ok=True)


def _log() -> Path | None:
    path = os.environ.get(LOG)
    return Path(path) if path else None


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # unix sockets: a path
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host is None:
        return
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if not name or name.startswith(_LOOPBACK) or name == os.uname().nodename:
        return
    log = _log()
    if log is not None:
        with log.open("a", encoding="utf-8") as lines:
            lines.write(f"{name}\n")
    message = f"the test suite refuses to reach {name}"
    raise NetworkRefusedError(message)


if __name__ == "sitecustomize":
    install()
