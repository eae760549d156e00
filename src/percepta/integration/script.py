"""Loading a script: it runs as a module of its own, and its decorators become an ``Integration``."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import itertools
import sys
import threading
import weakref
from pathlib import Path
from types import ModuleType

from percepta.core.errors import IntegrationError, PerceptaError, Where
from percepta.integration.blame import blamed, raised_at
from percepta.integration.collecting import collecting
from percepta.integration.integration import Integration

_numbers = itertools.count(1)
_lock = threading.RLock()
_folders: dict[Path, frozenset[str]] = {}
"""Folders of scripts loaded so far, with the modules that were there before the first of them."""


def load_script(path: str | Path) -> Integration:
    """Run a script and gather its decorators.

    The script's folder is importable while the script loads and for as long as the returned
    integration lives, because user functions may import beside them when they are called.

    Args:
        path: a Python file.

    Raises:
        IntegrationError: it is not there, is no Python, raises, or its decorators do not fit together;
            file and line are named.
    """
    given = str(path)
    file = Path(path).expanduser()
    where = Where(file=given)
    source = _source(file, where)
    file = file.resolve()
    folder = str(file.parent)
    with _lock:
        _forget_siblings(file.parent)
        before = frozenset(sys.modules)
        _folders.setdefault(file.parent, before)
        sys.path.insert(0, folder)
        try:
            with collecting() as collector:
                _run(file, source, where)
                own = _brought_in(before, file.parent)
                digest = _digest(source, own)
                integration = collector.build(file.stem, path=given, code_hash=digest, place=where)
        except BaseException:
            _leave(folder)
            raise
    weakref.finalize(integration, _leave, folder)
    return integration


def _source(file: Path, where: Where) -> bytes:
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
        return file.read_bytes()
    except FileNotFoundError:
        raise IntegrationError(
            "There is no such script.", where=where, fix="Check the path."
        ) from None
    except OSError as error:
        raise IntegrationError(
            f"The script cannot be read: {error.strerror}.", where=where, fix="Check its rights."
        ) from None


def _run(file: Path, source: bytes, where: Where) -> None:
    name = f"percepta_script_{next(_numbers)}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None:  # pragma: no cover - a .py file always has a loader
        raise IntegrationError("The script cannot be loaded.", where=where)
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        code = compile(source, str(file), "exec", dont_inherit=True)
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


def _brought_in(before: frozenset[str], folder: Path) -> set[str]:
    """Modules loaded since ``before`` that lie directly in ``folder`` (or in a package there)."""
    found = set()
    for name in set(sys.modules) - before:
        origin = getattr(sys.modules.get(name), "__file__", None)
        if origin is None or name.startswith("percepta_script_"):
            continue
        depth = name.count(".") + (2 if origin.endswith("__init__.py") else 1)
        home = Path(origin)
        for _ in range(depth):
            home = home.parent
        if home == folder:
            found.add(name)
    return found


def _forget_siblings(folder: Path) -> None:
    """Drop modules that earlier scripts imported from their folder, where they would be in the way.

    Those of this very folder are dropped because the user may have edited them since.
    """
    for home, before in _folders.items():
        for name in _brought_in(before, home):
            top = name.partition(".")[0]
            clash = (folder / f"{top}.py").exists() or (folder / top).is_dir()
            if home == folder or clash:
                sys.modules.pop(name, None)
    importlib.invalidate_caches()


def _leave(folder: str) -> None:
    if folder in sys.path:
        sys.path.remove(folder)


def _digest(source: bytes, modules: set[str]) -> str:
    """Hash the script and what it imports from its own folder."""
    digest = hashlib.sha256(source)
    for name in sorted(modules):
        origin = getattr(sys.modules.get(name), "__file__", None)
        if origin is not None:
            digest.update(name.encode() + b"\0" + Path(origin).read_bytes())
    return digest.hexdigest()
