"""Finding a ``code_loader`` project: its entry script, its ``leap.yaml``, the files it consists of."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from percepta.core.errors import IntegrationError, Where

FILE = "leap.yaml"
ENTRIES = ("leap_integration.py", "leap_binder.py")
"""Entry scripts where ``leap.yaml`` names none: the present default, and that of older projects."""


@dataclass(frozen=True, slots=True)
class Project:
    """A script that uses ``code_loader``, and what belongs to it.

    Attributes:
        script: path of the entry script, as the user would write it.
        folders: folders that are importable, absolute: the script's, and that of ``leap.yaml``.
        root: folder of ``leap.yaml``, or of the script where there is none.
        notes: what ``leap.yaml`` says and percepta does not do, or does not agree with.
    """

    script: Path
    folders: tuple[Path, ...]
    root: Path
    notes: tuple[str, ...] = ()


def project_of(path: str | Path) -> Project | None:
    """Find the ``code_loader`` project that a path means.

    Args:
        path: a script, a folder with a ``leap.yaml`` or an entry script in it, or a ``leap.yaml``.

    Returns:
        None where the path means nothing of the kind: another script, or no file at all.

    Raises:
        IntegrationError: ``leap.yaml`` cannot be read, or its entry script is not there.
    """
    given = Path(path).expanduser()
    if given.is_dir():
        return _of_folder(given)
    if given.suffix in (".yaml", ".yml") and given.is_file():
        return _of_config(given)
    if given.suffix != ".py" or not given.is_file():
        return None
    config = _config_above(given.resolve())
    root = config.parent if config is not None else given.resolve().parent
    folders = _folders(given, root)
    if not _uses_code_loader(given.resolve(), folders):
        return None
    settings = _settings(config) if config is not None else {}
    return Project(given, folders, root, _notes(settings, given.resolve(), root, folders))


def _of_folder(folder: Path) -> Project | None:
    if (folder / FILE).is_file():
        return _of_config(folder / FILE)
    for name in ENTRIES:
        if (folder / name).is_file():
            return project_of(folder / name)
    return None


def _of_config(config: Path) -> Project:
    settings = _settings(config)
    root = config.parent
    named = settings.get("entryFile")
    if named is not None:
        script = root / str(named)
        if not script.is_file():
            raise IntegrationError(
                f"The entryFile {named!r} is not there.",
                where=Where(file=str(config)),
                fix="Give the path of the entry script, relative to leap.yaml's folder.",
            )
    else:
        found = [root / name for name in ENTRIES if (root / name).is_file()]
        if not found:
            raise IntegrationError(
                f"There is no entryFile in {FILE}, and no {ENTRIES[0]} beside it.",
                where=Where(file=str(config)),
                fix="Add a line such as entryFile: my_integration.py",
            )
        script = found[0]
    folders = _folders(script, root.resolve())
    notes = _notes(settings, script.resolve(), root.resolve(), folders)
    return Project(script, folders, root.resolve(), notes)


def _folders(script: Path, root: Path) -> tuple[Path, ...]:
    return tuple(dict.fromkeys((script.resolve().parent, root)))


def _config_above(script: Path) -> Path | None:
    """Return the nearest ``leap.yaml``, beside the script or above it; not above a repository."""
    for folder in script.parents:
        if (folder / FILE).is_file():
            return folder / FILE
        if (folder / ".git").exists() or folder == Path.home():
            return None
    return None


def _settings(config: Path) -> Mapping[str, Any]:
    where = Where(file=str(config))
    try:
        content = yaml.safe_load(config.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise IntegrationError(
            f"{config.name} is not valid YAML.",
            where=Where(file=str(config), line=mark.line + 1 if mark is not None else None),
            fix="Correct that line.",
        ) from None
    except OSError as error:
        raise IntegrationError(
            f"{config.name} cannot be read: {error.strerror}.", where=where, fix="Check its rights."
        ) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise IntegrationError(
            f"{config.name} holds a {type(content).__name__}, not settings.",
            where=where,
            fix="Write lines such as entryFile: leap_integration.py",
        )
    return content


# ---- which files the script consists of ------------------------------------------------------------


def _uses_code_loader(script: Path, folders: Sequence[Path]) -> bool:
    """Whether a script, or what it imports from its own folders, imports ``code_loader``."""
    return any("code_loader" in names for _, names in _local_files(script, folders))


def _local_files(script: Path, folders: Sequence[Path]) -> Iterator[tuple[Path, frozenset[str]]]:
    """Return the script and the files it imports from its folders, with what each imports."""
    waiting, seen = [script], {script}
    while waiting:
        file = waiting.pop()
        modules = _imported(file, folders)
        yield file, frozenset(name.partition(".")[0] for name in modules)
        for name in modules:
            for found in _files_of(name, folders):
                if found not in seen:
                    seen.add(found)
                    waiting.append(found)


def _imported(file: Path, folders: Sequence[Path]) -> set[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError):  # running it tells what is wrong
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = _absolute(file, node.level, base, folders)
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


def _absolute(file: Path, level: int, module: str, folders: Sequence[Path]) -> str:
    package = file.parents[level - 1]
    root = next((f for f in folders if package.is_relative_to(f)), package)
    return ".".join((*package.relative_to(root).parts, *filter(None, [module])))


def _files_of(module: str, folders: Sequence[Path]) -> Iterator[Path]:
    """Return the files in the folders that an import of a module runs, packages included."""
    parts = module.split(".")
    for folder in folders:
        for count in range(1, len(parts) + 1):
            base = folder.joinpath(*parts[:count])
            for file in (base.with_suffix(".py"), base / "__init__.py"):
                if file.is_file():
                    yield file


# ---- include and exclude ---------------------------------------------------------------------------


def _notes(
    settings: Mapping[str, Any], script: Path, root: Path, folders: Sequence[Path]
) -> tuple[str, ...]:
    include, exclude = _patterns(settings, "include"), _patterns(settings, "exclude")
    notes = []
    for file, _ in _local_files(script, folders):
        if not file.is_relative_to(root) or not file.stat().st_size:  # empty: a mere package mark
            continue
        name = file.relative_to(root).as_posix()
        left_out = (include and not _matches(name, include)) or _matches(name, exclude)
        if left_out:
            notes.append(
                f"{name} is left out by include and exclude of {FILE}, but the script needs it; here it is "
                "used all the same."
            )
    python = settings.get("pythonVersion")
    here = f"py{sys.version_info.major}{sys.version_info.minor}"
    if python not in (None, here):
        notes.append(f"pythonVersion of {FILE} is {python}; here the script runs on {here}.")
    return tuple(notes)


def _patterns(settings: Mapping[str, Any], key: str) -> list[str]:
    value = settings.get(key) or []
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(re.fullmatch(_expression(pattern), name) for pattern in patterns)


def _expression(pattern: str) -> str:
    """Turn a glob into a regular expression: ``*`` stays in a folder, ``**`` goes through folders."""
    pattern = pattern.removeprefix("./")
    if pattern.endswith("/"):
        pattern += "**"
    tokens = re.split(r"(\*\*/|\*\*|\*|\?|\{[^}]*\})", pattern)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    made = []
    for token in tokens:
        if token.startswith("{"):
            choices = token[1:-1].split(",")
            made.append("(?:" + "|".join(map(re.escape, choices)) + ")")
        else:
            made.append(meaning.get(token) or re.escape(token))
    return "".join(made)
