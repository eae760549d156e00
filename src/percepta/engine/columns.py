"""The columns of a run: how losses, metrics and predictions are named and described."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.engine.predictions import Head
from percepta.integration import Integration, Metric
from percepta.integration.deciding import ACCURACY

LOSS = "loss"
METRIC = "metric"
MAP_FIELDS = frozenset({"subset", "sample_id", "cluster", "subcluster", "cluster_distance"})


def measured_columns(
    integration: Integration, measured: Mapping[str, NDArray[np.float32]], own: frozenset[str]
) -> dict[str, NDArray[np.float32]]:
    """Name what was measured: the only loss is ``loss``; of several, ``loss`` is the sum.

    A metric with the name of one of percepta's own fields becomes ``metric_<name>``.

    Args:
        integration: the losses, in order.
        measured: loss or metric field → float32 ``[B]``.
        own: names of percepta's own fields.
    """
    losses = [loss.name for loss in integration.losses if loss.name in measured]
    columns = {
        _column_name(name, own): values for name, values in measured.items() if name not in losses
    }
    if len(integration.losses) > 1:
        columns |= {f"{LOSS}_{name}": measured[name] for name in losses}
    if losses:
        columns[LOSS] = np.sum([measured[name] for name in losses], axis=0, dtype=np.float32)
    return columns


def decided_columns(metrics: Iterable[str], own: frozenset[str]) -> set[str]:
    """Return the columns that sum up the decisions of metrics."""
    return {_column_name(f"{name}_{ACCURACY}", own) for name in metrics}


def _column_name(name: str, own: frozenset[str]) -> str:
    return f"{METRIC}_{name}" if name in own else name


def own_fields(heads: Sequence[Head]) -> frozenset[str]:
    """Return the field names that no metric and no metadata may take."""
    return frozenset(
        {field.name for head in heads for field in head.fields()} | MAP_FIELDS | {LOSS}
    )


def describe_columns(
    integration: Integration, heads: Sequence[Head], names: Iterable[str], decided: Collection[str]
) -> list[Field]:
    """Describe the columns that came to be: losses, metrics, predictions.

    Args:
        integration: what was measured.
        heads: how outputs were read.
        names: the columns there are, without metadata, which storage describes by its values.
        decided: those of them that sum up decisions.
    """
    predicted = {field.name: field for head in heads for field in head.fields()}
    declared = list(predicted)
    found = [
        predicted.get(name) or _describe(integration, name, decided=name in decided)
        for name in sorted(names)
    ]
    order = list(FieldGroup)
    return sorted(
        found,
        key=lambda field: (
            order.index(field.group),
            declared.index(field.name) if field.name in predicted else 0,
            field.name != LOSS,
        ),
    )


def _describe(integration: Integration, name: str, *, decided: bool) -> Field:
    if decided:
        text = f"Share of the sample's decisions of {name.removesuffix(f'_{ACCURACY}')} that are right."
        return Field(name, FieldType.FLOAT, FieldGroup.METRIC, Direction.UP, text)
    if name == LOSS:
        losses = [loss.name for loss in integration.losses]
        text = (
            f"{losses[0]} of the sample." if len(losses) == 1 else f"Sum of {' + '.join(losses)}."
        )
        return Field(name, FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN, text)
    if len(integration.losses) > 1 and name in {
        f"{LOSS}_{loss.name}" for loss in integration.losses
    }:
        text = f"Loss {name.removeprefix(f'{LOSS}_')} of the sample."
        return Field(name, FieldType.FLOAT, FieldGroup.LOSS, Direction.DOWN, text)
    metric = _metric_of(integration.metrics, name.removeprefix(f"{METRIC}_"))
    direction = metric.direction_of(name.removeprefix(f"{METRIC}_")) if metric else None
    return Field(
        name, FieldType.FLOAT, FieldGroup.METRIC, direction, f"Metric {name} of the sample."
    )


def _metric_of(metrics: Sequence[Metric], name: str) -> Metric | None:
    for metric in metrics:
        if name == metric.name:
            return metric
    for metric in metrics:
        if name.startswith(f"{metric.name}_"):
            return metric
    return None
