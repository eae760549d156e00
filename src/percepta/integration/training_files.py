"""Training curves from whatever a training left: files of several forms, mappings, histories."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from percepta.core.errors import IntegrationError, Where
from percepta.core.training import TrainingCurves
from percepta.integration.training_series import (
    UnreadableError,
    of_history,
    of_records,
    of_table,
)

MAX_BYTES = 1 << 28


def read_training_curves(given: Any, where: Where | None = None) -> TrainingCurves:
    """Return training curves, whichever way they are given.

    Args:
        given: path of a ``.jsonl``, ``.csv`` or ``.json`` file; a mapping of lists by metric, or an object
            whose ``history`` is one (Keras); a list of records; None: there are none.
        where: what gave them, for errors.

    Raises:
        IntegrationError: they cannot be read; says which file and what is wrong.
    """
    if isinstance(given, str | Path):
        return read_training_file(Path(given), where)
    history = getattr(given, "history", given)
    try:
        match history:
            case None:
                return TrainingCurves()
            case TrainingCurves():
                return history
            case Mapping():
                return of_history(history)
            case list() | tuple():
                return of_records(history)
    except UnreadableError as error:
        raise _unreadable("The training curves", error, where) from None
    raise _unreadable(
        "The training curves", UnreadableError(f"they are of type {type(given).__name__}"), where
    )


def read_training_file(path: Path, where: Where | None = None) -> TrainingCurves:
    """Read a training log: JSON lines, a CSV table, or a JSON history.

    Raises:
        IntegrationError: it is not there, of no known form, or damaged; says where and what to do.
    """
    place = where or Where(file=str(path))
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise IntegrationError(
            f"Training curves cannot be read from {path.name!r}.",
            where=place,
            fix=f"Give a file that ends in {', '.join(_READERS)}.",
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableError(f"the file has more than {MAX_BYTES >> 20} MiB")
        return reader(path.read_text("utf-8-sig"))
    except OSError as error:
        raise IntegrationError(
            f"The training curves in {path} cannot be read: {error.strerror or error}.",
            where=place,
            fix="Give the path of the log that the training wrote.",
        ) from error
    except UnicodeDecodeError:
        raise _unreadable(path.name, UnreadableError("it is no text"), place) from None
    except UnreadableError as error:
        raise _unreadable(path.name, error, place) from None


def _lines(text: str) -> TrainingCurves:
    records = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            records.append(json.loads(line))
        except ValueError:
            raise UnreadableError(f"line {number} is no JSON") from None
    return of_records(records)


def _table(text: str) -> TrainingCurves:
    try:
        rows = list(csv.DictReader(text.splitlines(), restkey=""))
    except csv.Error as error:
        raise UnreadableError(f"it is no CSV: {error}") from None
    return of_table([{name: row[name] for name in row if name} for row in rows])


def _json(text: str) -> TrainingCurves:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UnreadableError(f"it is no JSON: {error}") from None
    if isinstance(found, dict):
        for inner in ("history", "log_history"):  # a saved History; a Trainer's state
            if isinstance(found.get(inner), dict | list):
                found = found[inner]
                break
    if isinstance(found, dict):
        return of_history(found)
    if isinstance(found, list):
        return of_records(found)
    raise UnreadableError("it holds neither lists by metric nor a list of records")


_READERS: dict[str, Callable[[str], TrainingCurves]] = {
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".csv": _table,
    ".json": _json,
}


def _unreadable(what: str, error: UnreadableError, where: Where | None) -> IntegrationError:
    return IntegrationError(
        f"{what} cannot be read: {error}.",
        where=where,
        fix="docs/how-to/integrate.md shows the forms that can.",
    )
