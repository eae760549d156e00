"""A workspace of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from percepta.storage import Workspace


@pytest.fixture
def workspace(workspace_path: Path) -> Iterator[Workspace]:
    """Yield an empty workspace."""
    with Workspace.open(workspace_path) as opened:
        yield opened
