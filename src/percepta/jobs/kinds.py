"""The kinds of jobs: which recipe does the work, found only when a worker needs it.

A kind names its recipe by import path, so that the web server knows every kind without importing any of
the engine. A recipe is called as ``recipe(workspace, job, progress)``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from percepta.core.errors import NotFoundError

if TYPE_CHECKING:
    from percepta.jobs.progress import JobProgress
    from percepta.storage import Job, Workspace

    Recipe = Callable[[Workspace, Job, JobProgress], object]

EXTRA_KINDS = "PERCEPTA_JOB_KINDS"
"""Environment variable that names further kinds as ``module:MAPPING``; for extensions and tests."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job.

    Attributes:
        recipe: import path of the recipe, ``module:function``.
        resumable: whether a job that stopped can go on from where it was.
    """

    recipe: str
    resumable: bool = False

    def load(self) -> Recipe:
        """Import the recipe; only workers do."""
        return cast("Recipe", _load(self.recipe))


KINDS: Mapping[str, JobKind] = {
    "check": JobKind("percepta.jobs.recipes:check"),
    "evaluate": JobKind("percepta.jobs.recipes:evaluate", resumable=True),
    "explore": JobKind("percepta.jobs.recipes:explore", resumable=True),
}


def kind_named(name: str) -> JobKind:
    """Return a kind.

    Raises:
        NotFoundError: no such kind.
    """
    extra = os.environ.get(EXTRA_KINDS)
    further = cast("Mapping[str, JobKind]", _load(extra)) if extra else {}
    kinds = {**KINDS, **further}
    if name not in kinds:
        known = ", ".join(sorted(kinds))
        raise NotFoundError(f"There is no kind of job named {name!r}.", fix=f"Known: {known}.")
    return kinds[name]


def _load(path: str) -> object:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
