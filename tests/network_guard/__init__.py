"""The suite's guard against the network, as tests look at it.

Python imports ``sitecustomize`` by itself where its folder is on ``PYTHONPATH``, as it is in the suite's
child processes and workers; then that module, which guards already, is the one to ask.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType


def _guarding() -> ModuleType:
    loaded = sys.modules.get("sitecustomize")
    own = Path(__file__).with_name("sitecustomize.py")
    if loaded is not None and loaded.__file__ is not None and Path(loaded.__file__) == own:
        return loaded
    from tests.network_guard import sitecustomize

    return sitecustomize


network = _guarding()
