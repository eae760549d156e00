"""Metrics of objects: a value for every object in a sample, each for the row of its object."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from percepta.integration.code_loader.calling import as_told, size_of
from percepta.integration.code_loader.rows import Rows
from percepta.integration.parts import Connection, Metric
from percepta.integration.samples import SampleBatch

ROWS = "percepta_rows"
"""Argument that tells which rows a batch is of; no function of a script sees it."""


def object_metric(metric: Metric, rows: Rows) -> Metric:
    """Turn a metric of objects into one of rows; rows of whole samples have no value.

    Args:
        metric: its function takes a batch and gives, by position in it, one value per object.
        rows: tells which object a row is.
    """
    function = metric.function

    @functools.wraps(function)
    def measure(**arguments: Any) -> list[float]:
        batch: SampleBatch = arguments.pop(ROWS)
        values = []
        for position, sample_id in enumerate(batch.ids):
            index = rows.of(sample_id, batch.samples).index
            part = slice(position, position + 1)
            single = {name: as_told(value[part]) for name, value in arguments.items()}
            values.append(np.nan if index is None else _value(function(**single), index))
        return values

    wires = (*metric.connections, Connection(ROWS, "samples", ""))
    return replace(metric, function=measure, connections=wires)


def _value(result: Mapping[int, Any], index: int) -> float:
    found = np.asarray(result.get(0, ()))
    return float(found[index]) if index < size_of(found) and found.ndim else np.nan
