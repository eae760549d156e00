"""Running a script as a module of its own, with what lies beside it importable.

Its folders are importable while the script runs and for as long as the integration made of it lives, because
user functions may import beside them when they are called.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import itertools
import os
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from percepta.core.errors import IntegrationError, PerceptaError, Where
from percepta.integration.blame import blamed, raised_at

T = TypeVar("T")

_numbers = itertools.count(1)
_lock = threading.RLock()
_folders: dict[Path, frozenset[str]] = {}
"""Folders of scripts loaded so far, with the modules that were there before the first of them."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script that can be read.

    Attributes:
        given: its path as the user wrote it, for errors.
        file: its absolute path.
        source: its text.
    """

    given: str
    file: Path
    source: bytes

    @property
    def where(self) -> Where:
        """The script as the place of an error."""
        return Where(file=self.given)


def read_script(path: str | Path) -> Script:
    """Read a script.

    Raises:
        IntegrationError: it is not there, a folder, or no Python file.
    """
    given = str(path)
    where = Where(file=given)
    file = Path(path).expanduser()
    if file.is_dir():
        raise IntegrationError(
            "The script is a folder.", where=where, fix="Give the .py file inside it."
        )
    if file.suffix != ".py" and file.exists():
        raise IntegrationError(
            f"A script ends in .py, not {file.suffix or 'nothing'}.",
            where=where,
            fix="Give the integration script first; a model file goes after --model.",
        )
    try:
        return Script(given, file.resolve(), file.read_bytes())
    except FileNotFoundError:
        raise IntegrationError(
            "There is no such script.", where=where, fix="Check the path."
        ) from None
    except OSError as error:
        raise IntegrationError(
            f"The script cannot be read: {error.strerror}.", where=where, fix="Check its rights."
        ) from None


def run_script(
    script: Script, folders: Sequence[Path], gather: Callable[[Callable[[], str]], T]
) -> T:
    """Run a script and make an integration (or something else) of it.

    Args:
        script: the script.
        folders: folders that are importable, absolute, the first one first; they stay so for as long
            as the result lives.
        gather: given what runs the script and returns the hash of its code, makes the result.

    Raises:
        IntegrationError: the script is no Python, raises, or what ``gather`` raises.
    """
    os.environ.setdefault("KERAS_BACKEND", "torch")  # the one on which its models are opened
    with _lock:
        _forget_siblings(folders)
        before = frozenset(sys.modules)
        for folder in folders:
            _folders.setdefault(folder, before)
        sys.path[:0] = map(str, folders)

        def execute() -> str:
            _run(script)
            return _digest(script.source, _brought_in(before, folders))

        try:
            result = gather(execute)
        except BaseException:
            _leave(folders)
            raise
    weakref.finalize(result, _leave, tuple(folders))
    return result


def _run(script: Script) -> None:
    file, where = script.file, script.where
    name = f"percepta_script_{next(_numbers)}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None:  # pragma: no cover - a .py file always has a loader
        raise IntegrationError("The script cannot be loaded.", where=where)
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        code = compile(script.source, str(file), "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - running the user's own script is the purpose
    except SyntaxError as error:
        del sys.modules[name]
        place = Where(file=error.filename or where.file, line=error.lineno)
        if error.filename == str(file):
            place = Where(file=where.file, line=error.lineno)
        raise IntegrationError(
            f"The script is not valid Python: {error.msg}.", where=place, fix="Correct that line."
        ) from None
    except PerceptaError as error:
        del sys.modules[name]
        if error.where.file is None:
            error.where = raised_at(error, where)
        raise
    except SystemExit as error:
        del sys.modules[name]
        raise IntegrationError(
            f"The script ended itself with exit code {error.code}.",
            where=raised_at(error, where),
            fix="Put what only runs by hand under: if __name__ == '__main__'.",
        ) from None
    except Exception as error:
        del sys.modules[name]
        raise _failed(error, where) from error


def _failed(error: Exception, where: Where) -> IntegrationError:
    fix = "Correct that line; run the script by itself with python to see everything it does."
    if isinstance(error, ModuleNotFoundError):
        fix = (
            f"Install {error.name!r} in this environment, or put {error.name}.py beside the script."
        )
    made = blamed(error, IntegrationError, "The script", where, fix)
    made.message = made.message.replace("The script()", "The script", 1)
    made.args = (made.message,)
    return made


def _brought_in(before: frozenset[str], folders: Sequence[Path]) -> set[str]:
    """Modules loaded since ``before`` that lie directly in one of the folders (or in a package there)."""
    found = set()
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules.get(name), "__file__", None)
        if origin is None or name.startswith("percepta_script_"):
            continue
        depth = name.count(".") + (2 if origin.endswith("__init__.py") else 1)
        home = Path(origin)
        for _ in range(depth):
            home = home.parent
        if home in folders:
            found.add(name)
    return found


def _forget_siblings(folders: Sequence[Path]) -> None:
    """Drop modules that earlier scripts imported from their folder, where they would be in the way.

    Those of these very folders are dropped because the user may have edited them since.
    """
    for home, before in _folders.items():
        for name in _brought_in(before, [home]):
            top = name.partition(".")[0]
            clash = any((f / f"{top}.py").exists() or (f / top).is_dir() for f in folders)
            if home in folders or clash:
                sys.modules.pop(name, None)
    importlib.invalidate_caches()


def _leave(folders: Sequence[Path]) -> None:
    for folder in map(str, folders):
        if folder in sys.path:
            sys.path.remove(folder)


def _digest(source: bytes, modules: set[str]) -> str:
    """Hash the script and what it imports from its own folders."""
    digest = hashlib.sha256(source)
    for name in sorted(modules):
        origin = getattr(sys.modules.get(name), "__file__", None)
        if origin is not None:
            digest.update(name.encode() + b"\0" + Path(origin).read_bytes())
    return digest.hexdigest()
