"""Loading a script: its decorators become an ``Integration``, whichever way they are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from percepta.integration.collecting import collecting
from percepta.integration.integration import Integration
from percepta.integration.running import read_script, run_script


def load_script(path: str | Path) -> Integration:
    """Run a script and gather its decorators.

    The script's folder is importable while the script loads and for as long as the returned
    integration lives, because user functions may import beside them when they are called.

    Args:
        path: a Python file; of a `code_loader` project also its folder, or its ``leap.yaml``.

    Raises:
        IntegrationError: it is not there, is no Python, raises, or its decorators do not fit together;
            file and line are named.
    """
    from percepta.integration.code_loader import load_code_loader_script, project_of

    project = project_of(path)
    if project is not None:
        return load_code_loader_script(project)
    script = read_script(path)

    def gather(execute: Callable[[], str]) -> Integration:
        with collecting() as collector:
            digest = execute()
            return collector.build(
                script.file.stem, path=script.given, code_hash=digest, place=script.where
            )

    return run_script(script, [script.file.parent], gather)
