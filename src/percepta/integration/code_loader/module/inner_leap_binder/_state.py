"""What decorated functions look at when called: whose script it is, and how they are to answer.

Scripts see one binder per process. Each script that is loaded gets a fresh one, and every decorated
function keeps the binder it was declared with, so two scripts in one process never mix.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

MAPPING_VARIABLE = "__MAPPING_RUNTIME_MODE__"
"""Environment variable that tells scripts that only the wiring is being recorded."""


class Mode(Enum):
    """How decorated functions answer."""

    PLAIN = "plain"
    """They run, and check what they return."""
    TEST = "test"
    """They are called by the body of an integration test: arrays get a batch axis too."""
    RECORDING = "recording"
    """They do not run: they record how they are connected, and return placeholders."""


_mode: ContextVar[Mode] = ContextVar("percepta_code_loader_mode", default=Mode.PLAIN)
_binder: LeapBinder | None = None


def mode() -> Mode:
    """How decorated functions answer now, in this thread."""
    return _mode.get()


@contextmanager
def answering(mode: Mode) -> Iterator[None]:
    """Let decorated functions answer so inside."""
    token = _mode.set(mode)
    try:
        yield
    finally:
        _mode.reset(token)


@contextmanager
def recording() -> Iterator[None]:
    """Let decorated functions record inside, and tell the script by the environment."""
    before = os.environ.get(MAPPING_VARIABLE)
    os.environ[MAPPING_VARIABLE] = "TRUE"
    try:
        with answering(Mode.RECORDING):
            yield
    finally:
        if before is None:
            os.environ.pop(MAPPING_VARIABLE, None)
        else:
            os.environ[MAPPING_VARIABLE] = before


def current_binder() -> LeapBinder:
    """Return the binder of the script that was loaded last."""
    return _binder if _binder is not None else fresh_binder()


def fresh_binder() -> LeapBinder:
    """Begin anew: a script that is loaded next finds nothing of the ones before."""
    global _binder
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

    _binder = LeapBinder()
    return _binder
