"""Decorators of functions of arrays: metrics, losses, visualizers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at, name_of
from percepta.integration.builtin import caller
from percepta.integration.code_loader.module.contract.datasetclasses import ConfusionMatrixElement
from percepta.integration.code_loader.module.contract.enums import LeapDataType, MetricDirection
from percepta.integration.code_loader.module.contract.mapping import NodeMappingType
from percepta.integration.code_loader.module.contract.visualizer_classes import (
    map_leap_data_type_to_visualizer_class,
)
from percepta.integration.code_loader.module.inner_leap_binder._checking import check_new
from percepta.integration.code_loader.module.inner_leap_binder._recording import (
    record_call,
    record_declared,
)
from percepta.integration.code_loader.module.inner_leap_binder._samples import (
    UNSET,
    Decorator,
    Function,
)
from percepta.integration.code_loader.module.inner_leap_binder._signatures import argument_names
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    Mode,
    answering,
    current_binder,
    mode,
)
from percepta.integration.code_loader.module.utils import sample_preprocess_response_arg_name

Uses = Mapping[str, Sequence[Any]] | None


def tensorleap_custom_metric(
    name: str,
    direction: Any = UNSET,
    compute_insights: bool | dict[str, bool] | None = None,
    connects_to: Uses = None,
) -> Decorator:
    """Declare a metric: arrays with a batch axis -> one value per sample, a dict, or decisions.

    Args:
        name: name of the field; a dict's keys surface as ``<name>_<key>``.
        direction: which way is better, for all keys or by key.
        compute_insights: whether insights look at it, for all keys or by key.
        connects_to: encoders and predictions it receives, by name of use; older than the integration
            test.
    """
    better = MetricDirection.Downward if direction is UNSET else direction

    def decorate(function: Function) -> Function:
        binder = current_binder()
        taken = [m.metric_handler_data.name for m in binder.setup_container.metrics]
        check_new("metric", name, taken, function)
        _check_directions(function, better)
        binder.add_custom_metric(function, name, better, compute_insights)
        return connected(function, name, NodeMappingType.Metric, connects_to, _check_metric)

    return decorate


def tensorleap_custom_loss(name: str, connects_to: Uses = None) -> Decorator:
    """Declare a loss: arrays with a batch axis -> one value per sample."""

    def decorate(function: Function) -> Function:
        binder = current_binder()
        taken = [
            h.custom_loss_handler_data.name for h in binder.setup_container.custom_loss_handlers
        ]
        check_new("loss", name, taken, function)
        binder.add_custom_loss(function, name)
        return connected(function, name, NodeMappingType.CustomLoss, connects_to, _check_loss)

    return decorate


def tensorleap_custom_visualizer(
    name: str,
    visualizer_type: LeapDataType,
    heatmap_function: Function | None = None,
    connects_to: Uses = None,
) -> Decorator:
    """Declare a visualizer: arrays of one sample -> the ``Leap…`` value of its type.

    Args:
        name: name shown beside the sample.
        visualizer_type: what it returns, e.g. ``LeapDataType.Image``.
        heatmap_function: brings a heat map over an input to what the visualizer shows.
        connects_to: as for metrics.
    """
    if not isinstance(visualizer_type, LeapDataType):
        raise IntegrationError(
            f"The visualizer {name!r} has the type {visualizer_type!r:.60}.",
            where=caller(),
            fix="Give a LeapDataType, e.g. LeapDataType.Image.",
        )

    def decorate(function: Function) -> Function:
        binder = current_binder()
        taken = [v.visualizer_handler_data.name for v in binder.setup_container.visualizers]
        check_new("visualizer", name, taken, function)
        binder.set_visualizer(function, name, visualizer_type, heatmap_function)
        wanted = map_leap_data_type_to_visualizer_class[visualizer_type.value]

        def check(function: Function, value: Any, size: int) -> None:
            if not isinstance(value, wanted):
                raise IntegrationError(
                    f"{name_of(function)}() returned a {type(value).__name__}.",
                    where=defined_at(function),
                    fix=f"Return a {wanted.__name__}, or give the decorator another visualizer_type.",
                )

        return connected(function, name, NodeMappingType.Visualizer, connects_to, check)

    return decorate


def tensorleap_custom_instances_metric(
    name: str,
    direction: Any = UNSET,
    compute_insights: bool | dict[str, bool] | None = None,
    connects_to: Uses = None,
) -> Decorator:
    """Declare a metric of objects: arrays with a batch axis -> dict of arrays by position."""
    better = MetricDirection.Downward if direction is UNSET else direction

    def decorate(function: Function) -> Function:
        binder = current_binder()
        taken = [m.metric_handler_data.name for m in binder.setup_container.instance_metrics]
        check_new("metric", name, taken, function)
        binder.add_custom_instance_metric(function, name, better, compute_insights)
        return connected(function, name, NodeMappingType.Metric, connects_to, _check_instances)

    return decorate


def connected(
    function: Function,
    name: str,
    kind: NodeMappingType,
    connects_to: Uses,
    check: Callable[[Function, Any, int], None],
) -> Function:
    """Wrap a function of arrays: recorded while recording, else called and checked.

    Args:
        function: the user's.
        name: the registered name.
        kind: kind of node its calls are.
        connects_to: connections declared beforehand.
        check: ``(function, result, batch size)``, refuses results.
    """
    binder = current_binder()
    names = argument_names(function)
    if connects_to:
        record_declared(binder, kind, name, names, connects_to)

    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if mode() is Mode.RECORDING:
            return record_call(binder, kind, name, names, function, arguments, keywords)
        keywords.pop("user_unique_name", None)
        _check_told(function, arguments, keywords)
        with answering(Mode.PLAIN):
            value = function(*arguments, **keywords)
        sizes = [len(a) for a in (*arguments, *keywords.values()) if _has_batch(a)]
        check(function, value, sizes[0] if sizes else 1)
        return value

    return call


def _has_batch(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def _check_told(function: Function, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> None:
    """Refuse a call by hand that leaves out who the samples are; the system fills it in elsewhere."""
    told = sample_preprocess_response_arg_name(function)
    if told is None:
        return
    signature = inspect.signature(function)
    given = signature.bind_partial(*arguments, **keywords).arguments
    if told not in given and signature.parameters[told].default is inspect.Parameter.empty:
        raise IntegrationError(
            f"{name_of(function)}() is called without {told!r}.",
            where=caller(),
            fix=f"In the integration test give it by hand: {told}=SamplePreprocessResponse("
            "np.array([sample_id]), preprocess).",
        )


def _check_directions(function: Function, direction: Any) -> None:
    directions = direction.values() if isinstance(direction, Mapping) else [direction]
    if not all(one is None or isinstance(one, MetricDirection) for one in directions):
        raise IntegrationError(
            f"The metric {name_of(function)}() has the direction {direction!r:.80}.",
            where=defined_at(function),
            fix="Use MetricDirection.Upward where more is better, MetricDirection.Downward where less "
            "is better.",
        )


def _check_metric(function: Function, value: Any, size: int) -> None:
    for part in value.values() if isinstance(value, dict) else [value]:
        _check_per_sample(function, part, size)


def _check_loss(function: Function, value: Any, size: int) -> None:
    array = value.numpy() if hasattr(value, "numpy") else value
    if isinstance(array, np.ndarray | np.generic) and np.ndim(array) < 2:
        return
    raise IntegrationError(
        f"{name_of(function)}() returned {_shape(value)}.",
        where=defined_at(function),
        fix="Return one value per sample: average over every axis but the first.",
    )


def _check_instances(function: Function, value: Any, size: int) -> None:
    if not isinstance(value, dict):
        raise IntegrationError(
            f"{name_of(function)}() returned {_shape(value)}.",
            where=defined_at(function),
            fix="Return a dict: an array of values, one per object, by the sample's position.",
        )


def _check_per_sample(function: Function, value: Any, size: int) -> None:
    if isinstance(value, np.ndarray):
        fits = value.ndim == 1 and len(value) == size
    elif isinstance(value, list):
        fits = len(value) == size and all(_one_value(item) for item in value)
    else:
        fits = False
    if not fits:
        raise IntegrationError(
            f"{name_of(function)}() returned {_shape(value)} for a batch of {size}.",
            where=defined_at(function),
            fix="Return one value per sample: a 1-D array, a list of numbers, or a list of lists of "
            "ConfusionMatrixElement.",
        )


def _one_value(item: Any) -> bool:
    if isinstance(item, list):
        return all(isinstance(one, ConfusionMatrixElement) for one in item)
    return item is None or isinstance(item, int | float | np.generic)


def _shape(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "None" if value is None else f"a {type(value).__name__}"
