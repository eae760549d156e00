"""Fields: the named, typed columns over a run's samples."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """Type of a field's values. Every type can be missing (NaN and None are the same: missing)."""

    FLOAT = "float"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRING = "string"


class FieldGroup(StrEnum):
    """Where a field comes from; the order is the order of the sample panel."""

    LOSS = "loss"
    METRIC = "metric"
    PREDICTION = "prediction"
    METADATA = "metadata"
    LATENT = "latent"
    SAMPLE = "sample"
    DERIVED = "derived"
    """Made of other fields by an expression of the user's."""


class Direction(StrEnum):
    """Which way a metric gets better."""

    UP = "up"
    DOWN = "down"


RESERVED_NAMES = frozenset(
    {"row", "subset", "sample_id", "cluster", "subcluster", "cluster_distance"}
)
"""Names of fields that percepta makes itself; a run's own fields cannot bear them."""

MAX_NAME_LENGTH = 200
"""Longest name of a field, in characters."""


@dataclass(frozen=True, slots=True)
class Field:
    """A named, typed column over the samples of a run.

    Attributes:
        name: unique in the run; what users type in filters.
        type: type of the values.
        group: where it comes from.
        direction: which way is better, for losses and metrics.
        description: what it means and how it was computed, for the page's tooltip.
        expression: what a derived field is made by; None: the run has it itself.
    """

    name: str
    type: FieldType
    group: FieldGroup
    direction: Direction | None = None
    description: str = ""
    expression: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """Return the JSON form: what a run's manifest keeps, and of a derived field its expression."""
        made_by = {} if self.expression is None else {"expression": self.expression}
        return made_by | {
            "name": self.name,
            "type": self.type.value,
            "group": self.group.value,
            "direction": self.direction.value if self.direction else None,
            "description": self.description,
        }

    @classmethod
    def from_json(cls, value: dict[str, str | None]) -> Field:
        """Read what :meth:`to_json` wrote."""
        direction = value.get("direction")
        return cls(
            name=str(value["name"]),
            type=FieldType(str(value["type"])),
            group=FieldGroup(str(value["group"])),
            direction=Direction(direction) if direction else None,
            description=value.get("description") or "",
        )
