"""The columns of a run: how losses, metrics and predictions are named and described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percepta.core.errors import IntegrationError
from percepta.core.fields import Direction, Field, FieldGroup, FieldType
from percepta.engine.predictions import Head
from percepta.integration import Integration, Metric

LOSS = "loss"
MAP_FIELDS = frozenset({"subset", "sample_id", "cluster", "subcluster", "cluster_distance"})


def loss_columns(
    integration: Integration, measured: Mapping[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    """Name what was measured: the only loss is ``loss``; of several, ``loss`` is the sum.

    Args:
        integration: the losses, in order.
        measured: loss or metric field → float32 ``[B]``.
    """
    losses = [loss.name for loss in integration.losses if loss.name in measured]
    columns = {name: values for name, values in measured.items() if name not in losses}
    if len(integration.losses) > 1:
        columns |= {f"{LOSS}_{name}": measured[name] for name in losses}
    if losses:
        columns[LOSS] = np.sum([measured[name] for name in losses], axis=0, dtype=np.float32)
    return columns


def reserved(integration: Integration, heads: Sequence[Head]) -> frozenset[str]:
    """Return the field names that metadata may not use as they are.

    Raises:
        IntegrationError: a metric's name is taken by a loss or a prediction.
    """
    taken = {field.name for head in heads for field in head.fields()} | MAP_FIELDS | {LOSS}
    for metric in integration.metrics:
        if metric.name in taken:
            raise IntegrationError(
                f"The metric {metric.name!r} has the name of one of percepta's own fields.",
                where=metric.where,
                fix=f"Rename it, e.g. 'my_{metric.name}'.",
            )
    return frozenset(taken | {metric.name for metric in integration.metrics})


def describe_columns(
    integration: Integration, heads: Sequence[Head], names: Sequence[str]
) -> list[Field]:
    """Describe the columns that came to be: losses, metrics, predictions.

    Args:
        integration: what was measured.
        heads: how outputs were read.
        names: the columns there are; those that are metadata are left to storage, which sees their values.
    """
    predicted = {field.name: field for head in heads for field in head.fields()}
    declared = list(predicted)
    found = [predicted.get(name) or _describe(integration, name) for name in names]
    order = list(FieldGroup)
    return sorted(
        (field for field in found if field is not None),
        key=lambda field: (
            order.index(field.group),
            declared.index(field.name) if field.name in predicted else 0,
            field.name != LOSS,
        ),
    )


def _describe(integration: Integration, name: str) -> Field | None:
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
    metric = _metric_of(integration.metrics, name)
    if metric is not None:
        text = f"Metric {name} of the sample."
        direction = metric.direction_of(name)
        return Field(name, FieldType.FLOAT, FieldGroup.METRIC, direction, text)
    return None


def _metric_of(metrics: Sequence[Metric], name: str) -> Metric | None:
    for metric in metrics:
        if name == metric.name:
            return metric
    for metric in metrics:
        if name.startswith(f"{metric.name}_"):
            return metric
    return None
