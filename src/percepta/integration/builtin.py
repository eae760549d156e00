"""Losses and metrics chosen by name, or given as functions of ``(prediction, target)``."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from percepta.core.errors import IntegrationError, Where
from percepta.core.fields import Direction
from percepta.integration.blame import defined_at, is_users, name_of, shown
from percepta.integration.losses import LOSSES
from percepta.integration.metrics import METRICS, metric_named
from percepta.integration.parts import Connection, Loss, Metric, Prediction
from percepta.integration.wiring import SAMPLES, Names, named_arguments, only


@dataclass(frozen=True)
class Chosen:
    """A loss or metric of one prediction and one ground truth, not connected yet."""

    kind: Literal["loss", "metric"]
    name: str
    function: Callable[..., Any]
    prediction: str | None
    ground_truth: str | None
    direction: Direction
    where: Where

    def build(self, names: Names, predictions: tuple[Prediction, ...]) -> Loss | Metric:
        """Connect it.

        Raises:
            IntegrationError: the prediction or ground truth is not there, or not the only one.
        """
        name = only("prediction", self.prediction, names, self.where)
        truth = only("ground_truth", self.ground_truth, names, self.where)
        prediction = next(p for p in predictions if p.name == name)
        first, second = _two_arguments(self.function, self.where)
        wires: tuple[Connection, ...] = (
            Connection(first, "prediction", name),
            Connection(second, "ground_truth", truth),
        )
        if SAMPLES in named_arguments(self.function)[2:]:
            wires = (*wires, Connection(SAMPLES, SAMPLES, ""))
        function = fitted(self.function, prediction)
        if self.kind == "loss":
            return Loss(self.name, function, wires, self.where)
        return Metric(self.name, function, wires, self.direction, self.where)


def fitted(function: Callable[..., Any], prediction: Prediction) -> Callable[..., Any]:
    """Tell a built-in function what is known of a prediction: its class axis and its activation."""
    if function is LOSSES["cross_entropy"] and prediction.activation == "none":
        function = LOSSES["cross_entropy_from_probabilities"]
    if function is LOSSES["binary_cross_entropy"] and prediction.activation == "none":
        function = LOSSES["binary_cross_entropy_from_probabilities"]
    if not getattr(function, "__module__", "").startswith("percepta.integration."):
        return function
    known: dict[str, Any] = {}
    parameters = inspect.signature(function).parameters
    if "channel_axis" in parameters and prediction.channel_axis != -1:
        known["channel_axis"] = prediction.channel_axis
    if "threshold" in parameters and prediction.activation in ("sigmoid", "softmax"):
        known["threshold"] = 0.0
    return functools.partial(function, **known) if known else function


def chosen_loss(
    loss: str | Callable[..., Any],
    prediction: str | None = None,
    ground_truth: str | None = None,
    name: str | None = None,
) -> Chosen:
    """Find a loss by name.

    Raises:
        IntegrationError: there is no such loss.
    """
    where = caller()
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise IntegrationError(
                f"There is no built-in loss {loss!r}.",
                where=where,
                fix=f"Use one of {', '.join(LOSSES)}, or write one under @percepta.loss.",
            )
        return _chosen("loss", loss, LOSSES[loss], (prediction, ground_truth, name), where)
    return _chosen("loss", name_of(loss), loss, (prediction, ground_truth, name), where)


def chosen_metric(
    metric: str | Callable[..., Any],
    prediction: str | None = None,
    ground_truth: str | None = None,
    name: str | None = None,
    direction: str | Direction | None = None,
) -> Chosen:
    """Find a metric by name.

    Raises:
        IntegrationError: there is no such metric.
    """
    where = caller()
    function: Callable[..., Any]
    if isinstance(metric, str):
        found = metric_named(metric)
        if found is None:
            raise IntegrationError(
                f"There is no built-in metric {metric!r}.",
                where=where,
                fix=f"Use one of {', '.join(METRICS)}, top_<k>, or write one under "
                "@percepta.metric.",
            )
        (function, better), title = found, metric
    else:
        title, function = name_of(metric), metric
        known = metric_named(title)
        better = known[1] if known is not None else Direction.DOWN
    if direction is not None:
        better = direction_from(direction, title, where)
    names = (prediction, ground_truth, name)
    return _chosen("metric", title, function, names, where, better)


def direction_from(value: str | Direction, name: str, where: Where) -> Direction:
    """Read a direction.

    Raises:
        IntegrationError: it is neither ``up`` nor ``down``.
    """
    try:
        return Direction(value)
    except ValueError:
        raise IntegrationError(
            f"The metric {name!r} has the direction {value!r}.",
            where=where,
            fix="Use 'up' where more is better, 'down' where less is better.",
        ) from None


def _chosen(
    kind: Literal["loss", "metric"],
    title: str,
    function: Callable[..., Any],
    names: tuple[str | None, str | None, str | None],
    where: Where,
    direction: Direction = Direction.DOWN,
) -> Chosen:
    prediction, ground_truth, name = names
    return Chosen(kind, name or title, function, prediction, ground_truth, direction, where)


def _two_arguments(function: Callable[..., Any], where: Where) -> tuple[str, str]:
    named = named_arguments(function)
    if len(named) < 2:
        raise IntegrationError(
            f"{name_of(function)}() does not take (prediction, target).",
            where=where if where.file else defined_at(function),
            fix="Give a function of two arguments: the prediction and the ground truth.",
        )
    return named[0], named[1]


def caller() -> Where:
    """Return the user's line that called into percepta."""
    frame = sys._getframe(1)
    while frame.f_back is not None and not is_users(frame.f_code.co_filename):
        frame = frame.f_back
    code = frame.f_code
    if not is_users(code.co_filename):
        return Where()
    function = code.co_name if code.co_name.isidentifier() else None
    return Where(file=shown(code.co_filename), line=frame.f_lineno, function=function)
