"""Data sets of columns, as Hugging Face's ``datasets`` makes them: which column is what.

An item is a dict, one entry a column. One column is the target, those that hold pictures, tokens or other
arrays are inputs, and what is left of single numbers and short texts is metadata. Told by what the object
has and gives, so that the library itself is never imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from percepta.core.errors import IntegrationError, Where
from percepta.integration.arrays import UnsuitableError, as_array, as_scalar
from percepta.integration.parts import Scalar

LONGEST_TEXT = 1_000
"""Characters of a text up to which it is kept as metadata."""

_TARGETS = ("label", "labels", "target", "y", "class", "fine_label", "annotation", "mask")
_MODEL_INPUTS = (
    "input_ids",
    "attention_mask",
    "token_type_ids",
    "pixel_values",
    "input_values",
    "input_features",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a data set is.

    Attributes:
        inputs: columns that the model takes, in their order.
        target: the column of the ground truth; None: there is none.
        others: columns that become metadata, where they hold scalars.
    """

    inputs: tuple[str, ...]
    target: str | None
    others: tuple[str, ...]

    def item(self, row: Mapping[str, Any]) -> Any:
        """Return a row as ``(input, target)``, or as input alone."""
        given: Any = {name: row[name] for name in self.inputs}
        return given if self.target is None else (given, {self.target: row[self.target]})

    def metadata(self, row: Mapping[str, Any]) -> dict[str, Scalar]:
        """Return the scalars of a row that are neither input nor target."""
        found: dict[str, Scalar] = {}
        for name in self.others:
            value = row.get(name)
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                continue
            try:
                found[name] = as_scalar(value)
            except UnsuitableError:
                continue
        return found


def has_columns(data: Any) -> bool:
    """Whether a data set gives rows of named columns."""
    return _is_names(getattr(data, "column_names", None)) and hasattr(data, "features")


def find_columns(data: Any, row: Any, where: Where) -> Columns:
    """Tell what each column is.

    Args:
        data: the data set.
        row: one of its items.
        where: the subset, for messages.

    Raises:
        IntegrationError: no column can be an input.
    """
    if not isinstance(row, Mapping):
        return Columns((), None, ())
    target = _target(data, row)
    rest = [name for name in row if name != target]
    pictures = [name for name in rest if is_picture(row[name])]
    known = [name for name in _MODEL_INPUTS if name in rest]
    inputs = known or pictures or [name for name in rest if _is_array(row[name])]
    if not inputs:
        raise _no_input(row, rest, where)
    others = tuple(name for name in rest if name not in inputs)
    return Columns(tuple(inputs), target, others)


def class_names(data: Any) -> list[str] | None:
    """Return the names of the classes that a data set knows, of its own or of the one it is a part of."""
    for _ in range(8):  # parts of parts; never without end
        names: Any = getattr(data, "classes", None)
        features = getattr(data, "features", None)
        if isinstance(features, Mapping):
            label = _label_column(features)
            names = getattr(features[label], "names", None) if label is not None else None
        if _is_names(names) and len(set(names)) == len(names) > 1:
            return list(names)
        data = getattr(data, "dataset", None)
        if data is None:
            break
    return None


def is_picture(value: Any) -> bool:
    """Whether a value is a Pillow picture."""
    return type(value).__module__.startswith("PIL.")


def _target(data: Any, row: Mapping[str, Any]) -> str | None:
    features = getattr(data, "features", None)
    named = _label_column(features) if isinstance(features, Mapping) else None
    if named in row:
        return named
    return next((name for name in _TARGETS if name in row), None)


def _label_column(features: Mapping[str, Any]) -> str | None:
    """Return the column of classes with names; one called a label before others."""
    of_classes = [
        name for name, kind in features.items() if _is_names(getattr(kind, "names", None))
    ]
    usual = [name for name in _TARGETS if name in of_classes]
    return next(iter((*usual, *of_classes)), None)


def _is_names(value: Any) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) > 0
        and all(isinstance(name, str) for name in value)
    )


def _is_array(value: Any) -> bool:
    if isinstance(value, str | bytes | Mapping) or value is None:
        return False
    try:
        return as_array(value).ndim > 0
    except UnsuitableError:
        return False


def _no_input(row: Mapping[str, Any], rest: Sequence[str], where: Where) -> IntegrationError:
    texts = [name for name in rest if isinstance(row[name], str)]
    if texts:
        message = f"The column {texts[0]!r} holds texts, and no column holds numbers for the model."
        fix = (
            "Turn the texts into tokens first, as in training: dataset.map(lambda row: "
            f"tokenizer(row[{texts[0]!r}], padding='max_length', truncation=True))."
        )
        return IntegrationError(message, where=where, fix=fix)
    names = ", ".join(rest) or "none"
    return IntegrationError(
        f"No column can be an input: besides the label there are {names}.",
        where=where,
        fix="Put what the model takes into one column: dataset.map(lambda row: {'input': [...]}).",
    )
