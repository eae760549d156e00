"""Making our package importable as ``code_loader``, for scripts only.

The very modules are handed out, under both names: an object made by a script is an instance of the class
that percepta knows. A real ``code_loader`` that is imported already is set aside and put back.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

NAME = "code_loader"
OURS = "percepta.integration.code_loader.module"
HELPERS = f"{NAME}.helpers"
DISTRIBUTION = "code-loader-helpers"

_lock = threading.RLock()


class _Finder(MetaPathFinder):
    """Finds ``code_loader.x`` as our module ``x``."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of the package comes from."""
        if not _is_of_package(name):
            return None
        ours = OURS + name[len(NAME) :]
        if importlib.util.find_spec(ours) is not None:
            return ModuleSpec(name, _Alias(ours))
        return _extension(name)


class _Alias(Loader):
    """Loads a module by handing out the one of another name."""

    def __init__(self, ours: str) -> None:
        self._ours = ours
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return our module."""
        module = importlib.import_module(self._ours)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own description back, which the import system has replaced."""
        module.__spec__ = self._spec


class Visibility:
    """Counts who needs our package to be visible, and what is set aside for that time."""

    def __init__(self) -> None:
        self._finder = _Finder()
        self._users = 0
        self._aside: dict[str, ModuleType] = {}

    def begin(self) -> None:
        """Make it visible."""
        with _lock:
            self._users += 1
            if self._users == 1:
                self._aside = _taken_out()
                sys.meta_path.insert(0, self._finder)

    def end(self) -> None:
        """Make it invisible again, where nobody else needs it."""
        with _lock:
            self._users -= 1
            if self._users == 0:
                _taken_out()
                sys.modules.update(self._aside)
                self._aside = {}
                sys.meta_path.remove(self._finder)


visibility = Visibility()
"""Of this process."""


def _is_of_package(name: str) -> bool:
    return name == NAME or name.startswith(f"{NAME}.")


def _taken_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if _is_of_package(name)]
    return {name: sys.modules.pop(name) for name in names}


def _extension(name: str) -> ModuleSpec | None:
    """Find a part of ``code_loader.helpers``, which a distribution of its own brings.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    if not name.startswith(f"{HELPERS}."):
        return None
    package = PathFinder.find_spec(NAME)
    places = (package.submodule_search_locations if package is not None else None) or []
    inside = name.split(".")[1:-1]
    found = PathFinder.find_spec(name, [str(Path(place, *inside)) for place in places])
    if found is None:
        sentence = f"{name} is a part of {DISTRIBUTION}, which is not installed"
        raise ModuleNotFoundError(sentence, name=DISTRIBUTION)
    return found
