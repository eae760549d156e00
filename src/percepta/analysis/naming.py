"""Names for clusters, made of the field values that set them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from percepta.core.fields import FieldType


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One field's values for the rows to be named.

    Attributes:
        values: ``[n]``; None or NaN is missing.
        type: type of the values.
    """

    values: npt.NDArray[Any] | Sequence[Any]
    type: FieldType


@dataclass(frozen=True, slots=True)
class Trait:
    """A field value (or range of values) that is commoner inside a cluster than outside.

    Attributes:
        field: name of the field.
        value: the value; None when the trait is a range.
        low: lower end of the range, inclusive; None when open.
        high: upper end of the range, inclusive; None when open.
        share_inside: share of the cluster's samples that have it, 0..1.
        share_outside: share of the other samples that have it, 0..1.
        score: how telling it is, 0..1 (see :func:`describe_clusters`).
    """

    field: str
    value: bool | int | float | str | None
    low: float | None
    high: float | None
    share_inside: float
    share_outside: float
    score: float

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ClusterDescription:
    """What characterises a cluster: a short unique name and the traits it was made from, best first."""

    name: str
    traits: tuple[Trait, ...]


def describe_clusters(
    labels: npt.NDArray[np.int32], columns: Mapping[str, Column], *, count: int | None = None
) -> list[ClusterDescription]:
    """Describe clusters 0 … ``count - 1`` (default: the highest label + 1); the order of columns breaks ties."""
    raise NotImplementedError
