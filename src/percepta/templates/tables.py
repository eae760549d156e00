"""A look at a table: which column is what."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import Literal

from percepta.core.errors import IntegrationError, Where
from percepta.templates.choices import Choice
from percepta.templates.looking import (
    FEWEST_SAMPLES,
    PICTURES,
    Look,
    classification,
    listed,
    regression,
    repr_of,
)

MISSING = frozenset({"", "NA", "N/A", "nan", "NaN", "null", "None", "?"})
MOST_ROWS = 200_000
MOST_CLASSES = 50
MOST_CATEGORIES = 20

_LABELS = (
    *("label", "class", "target", "y", "category", "sentiment", "outcome", "species"),
    *("survived", "income", "churn", "default"),
)
_TEXTS = ("text", "sentence", "review", "content", "comment", "message", "body")
_FILES = ("file", "path", "image", "filename", "picture", "image_path", "file_name")
_IDS = ("id", "index", "", "unnamed: 0", "row")
_EDGES = (
    ("left", "top", "right", "bottom"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: as in its first row.
        kind: ``number``, ``category`` (few different texts or whole numbers) or ``text``.
        values: what it holds, without what is missing.
    """

    name: str
    kind: Literal["number", "category", "text"]
    values: tuple[str, ...]

    @property
    def classes(self) -> list[str]:
        """Its different values, in order."""
        found = set(self.values)
        return sorted(found, key=float) if _are_numbers(found) else sorted(found)


def look_at_table(choice: Choice, path: Path) -> Look:
    """Look at a .csv file.

    Raises:
        IntegrationError: it cannot be read, or has no column for what the task needs.
    """
    delimiter, rows, columns = _read(path)
    where = Where(file=str(path))
    label = _label(columns, choice.label, numbers=choice.task == "tabular", where=where)
    others = [column for column in columns if column is not label]
    values = {"delimiter": "" if delimiter == "," else f", delimiter={delimiter!r}"}
    told = [
        f"{rows:,} rows; {_described(columns)}.",
        f"The label is taken from {label.name!r}; --label names another.",
    ]
    if choice.task == "tabular":
        return Look(values | _tabular(label, others, where), tuple(told))
    values |= {"classes": repr_of(label.classes), "label_column": label.name}
    told.append(f"{len(label.classes)} classes: {listed(label.classes)}.")
    if choice.task == "text":
        longest = max(others, key=lambda c: sum(map(len, c.values)) / max(1, len(c.values)))
        column = _named(others, _TEXTS) or longest
        values["text_column"] = column.name
        told.append(f"The text is taken from {column.name!r}.")
    elif choice.task == "time-series":
        odd = [column.name for column in columns if column is label or not _is_point(column)]
        if len(columns) - len(odd) < 2:
            raise IntegrationError(
                "There are fewer than two columns of numbers: a row is to be a series.",
                where=where,
                fix="Write one series a row: its label, then one column a moment.",
            )
        values["other_columns"] = "{" + ", ".join(f'"{name}"' for name in odd) + "}"
        told.append(f"{len(columns) - len(odd)} points a series.")
    else:
        values |= _pictures(choice.task, others, path, told)
    return Look(values, tuple(told))


def _read(path: Path) -> tuple[str, int, list[Column]]:
    where = Where(file=str(path))
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            first = file.readline()
            delimiter = max(",;\t|", key=first.count)
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter)
            header = next(reader, [])
            rows = [row for row, _ in zip(reader, range(MOST_ROWS), strict=False) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise IntegrationError(
            f"The table cannot be read: {error}.", where=where, fix="Save it as a UTF-8 .csv file."
        ) from None
    if len(header) < 2 or len(set(header)) < len(header):
        raise IntegrationError(
            "The first row does not name two or more columns, each once.",
            where=where,
            fix="Begin the table with a row of column names.",
        )
    rows = [row for row in rows if len(row) == len(header)]
    if len(rows) < FEWEST_SAMPLES:
        raise IntegrationError(
            f"The table has {len(rows)} rows.", where=where, fix=f"Give at least {FEWEST_SAMPLES}."
        )
    columns = [_column(name, [row[i] for row in rows]) for i, name in enumerate(header)]
    return delimiter, len(rows), columns


def _column(name: str, cells: Sequence[str]) -> Column:
    values = tuple(cell for cell in cells if cell.strip() not in MISSING)
    few = len(set(values)) <= min(MOST_CLASSES, max(2, len(values) // 2))
    numbers = _are_numbers(values)
    if numbers and not (few and len(set(values)) <= MOST_CATEGORIES and _are_whole(values)):
        return Column(name, "number", values)
    return Column(name, "category" if few else "text", values)


def _label(columns: Sequence[Column], wanted: str | None, *, numbers: bool, where: Where) -> Column:
    """Find the column that is to be predicted; a number only for tables."""
    kinds = ("category", "number") if numbers else ("category",)
    fitting = [c for c in columns if c.kind in kinds and len(set(c.values)) > 1]
    if wanted is not None:
        for column in fitting:
            if column.name == wanted:
                return column
        there = (
            "has too many different values, or one" if wanted in _names(columns) else "is not there"
        )
        raise IntegrationError(
            f"The column {wanted!r} cannot be the label: it {there}.",
            where=where,
            fix=f"Name one of {listed(_names(fitting)) or 'another table'}.",
        )
    named = _named(fitting, _LABELS)
    if named is not None:
        return named
    classes = [column for column in fitting if column.kind == "category"]
    if not fitting:
        raise IntegrationError(
            "No column can be the label: none has a few different values.",
            where=where,
            fix="Add a column 'label' with the class of each row.",
        )
    return (classes or fitting)[-1]


def _tabular(label: Column, others: Sequence[Column], where: Where) -> dict[str, str]:
    features = [c for c in others if c.values and not _is_id(c)]
    numbers = [c for c in features if c.kind != "text" and _are_numbers(c.values)]
    kinds = [c for c in features if c.kind == "category" and c not in numbers]
    kinds = [c for c in kinds if len(c.classes) <= MOST_CATEGORIES]
    if not numbers and not kinds:
        raise IntegrationError(
            "No column can be a feature: there are neither numbers nor categories.",
            where=where,
            fix="Give the table at least one such column besides the label.",
        )
    of_classes = label.kind == "category"
    classes = f"CLASSES = {repr_of(label.classes)}  # in the order of the model's scores\n"
    return {
        "target_column": repr_of([label.name])[1:-1],
        "classes_line": classes if of_classes else "",
        "numbers": _lines("{", [f"{_quoted(c.name)}: {_scale(c)}" for c in numbers]),
        "categories": _lines("{", [f"{_quoted(c.name)}: {repr_of(c.classes)}" for c in kinds]),
        "missing": "{" + ", ".join(_quoted(value) for value in sorted(MISSING)) + "}",
        "label_expression": "CLASSES.index(ROWS[sample_id][TARGET])"
        if of_classes
        else "[float(ROWS[sample_id][TARGET])]",
        **(classification() if of_classes else regression()),
    }


def _pictures(task: str, others: Sequence[Column], path: Path, told: list[str]) -> dict[str, str]:
    where = Where(file=str(path))
    column = _named(others, _FILES) or next((c for c in others if _names_pictures(c)), None)
    if column is None or not column.values:
        raise IntegrationError(
            "No column names picture files.",
            where=where,
            fix="Add a column 'file' with each picture's path, relative to the table.",
        )
    if not (path.parent / column.values[0]).is_file():
        raise IntegrationError(
            f"The picture {column.values[0]!r} of the first row is not there.",
            where=where,
            fix=f"Write the paths in {column.name!r} relative to the table's folder.",
        )
    told.append(f"The pictures are those of {column.name!r}.")
    values = {"file_column": column.name}
    if task == "detection":
        names = {c.name.lower(): c.name for c in others}
        edges = next((e for e in _EDGES if all(edge in names for edge in e)), None)
        if edges is None:
            raise IntegrationError(
                "No four columns give the edges of boxes.",
                where=where,
                fix="Name them left, top, right and bottom, in pixels: one row a box.",
            )
        fullest = max(column.values.count(name) for name in set(column.values))
        values["edge_columns"] = "(" + ", ".join(f'"{names[edge]}"' for edge in edges) + ")"
        values["most_boxes"] = str(fullest)
        told.append(f"At most {fullest} boxes in a picture.")
    return values


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def _named(columns: Sequence[Column], names: Sequence[str]) -> Column | None:
    by_name = {column.name.strip().lower(): column for column in columns}
    return next((by_name[name] for name in names if name in by_name), None)


def _names_pictures(column: Column) -> bool:
    return all(Path(value).suffix.lower() in PICTURES for value in column.values[:20])


def _is_point(column: Column) -> bool:
    return not _is_id(column) and _are_numbers(column.values)


def _is_id(column: Column) -> bool:
    """Whether a column only tells the rows apart."""
    name = column.name.strip().lower()
    return name in _IDS or (name.endswith("id") and len(set(column.values)) == len(column.values))


def _are_numbers(values: Sequence[str] | set[str]) -> bool:
    try:
        return bool(values) and all(abs(float(value)) < float("inf") for value in values)
    except ValueError:
        return False


def _are_whole(values: Sequence[str]) -> bool:
    return all(float(value).is_integer() for value in values)


def _scale(column: Column) -> str:
    numbers = [float(value) for value in column.values]
    return f"({fmean(numbers):.6g}, {pstdev(numbers) or 1:.6g})"


def _described(columns: Sequence[Column]) -> str:
    told = [f"{column.name} ({column.kind})" for column in columns]
    return "columns " + listed(told)


def _quoted(name: str) -> str:
    return repr_of([name])[1:-1].strip().removesuffix(",")


def _lines(opening: str, items: Sequence[str]) -> str:
    closing = {"{": "}", "(": ")"}[opening]
    line = opening + ", ".join(items) + closing
    return line if len(line) <= 70 else opening + "\n    " + ",\n    ".join(items) + ",\n" + closing
