"""Columns of plain values as codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.analysis.encoding import Encoded, encode_kinds, encode_numbers
from percepta.core.fields import FieldType


def encode(
    values: NDArray[Any] | Sequence[Any], type: FieldType, most: int | None = None
) -> Encoded | None:
    """Return values as codes; None where there are more than ``most`` different texts."""
    if type in (FieldType.FLOAT, FieldType.INTEGER):
        return encode_numbers(np.asarray(values))
    plain = np.asarray(values, object).tolist()
    kinds = list(dict.fromkeys(plain))
    place = {kind: index for index, kind in enumerate(kinds)}
    return encode_kinds(np.array([place[value] for value in plain], np.int32), kinds, most)
