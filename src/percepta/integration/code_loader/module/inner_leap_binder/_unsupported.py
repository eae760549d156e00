"""Decorators of what percepta does not run yet: simulations, and models run on what they gave.

They are taken, so that the rest of a script works, and told of in the integration's notes.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from percepta.integration.code_loader.module.contract.enums import LeapDataType, MetricDirection
from percepta.integration.code_loader.module.inner_leap_binder._checking import check_takes
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import Unwired
from percepta.integration.code_loader.module.inner_leap_binder._samples import Decorator, Function
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    Mode,
    answering,
    current_binder,
    mode,
)


def tensorleap_simulation(name: str, sim_params: dict[str, Any]) -> Decorator:
    """Declare a simulation of samples: ``(**parameters, N, seed) -> PreprocessResponse``."""

    def decorate(function: Function) -> Function:
        current_binder().set_simulation(function, name, sim_params)
        return _taken(function, lambda: None)

    return decorate


def tensorleap_autoregressive_step(latent_space_aggregation: str = "last_step") -> Decorator:
    """Declare the step of a model that is run again on what it gave."""

    def decorate(function: Function) -> Function:
        check_takes(function, 5, "(sample_id, prev_inputs, prev_outputs, state, preprocess)")
        current_binder().set_autoregressive_step(function, latent_space_aggregation)
        return _taken(function, lambda: (Unwired(), Unwired()))

    return decorate


def tensorleap_model_loop() -> Decorator:
    """Declare the loop that runs such a model: ``(model, sample_id, preprocess) -> results``."""

    def decorate(function: Function) -> Function:
        check_takes(function, 3, "(model, sample_id, preprocess)")
        return _taken(function, lambda: (Unwired(), Unwired(), Unwired()))

    return decorate


def tensorleap_autoregressive_metric(
    name: str,
    direction: Any = MetricDirection.Downward,
    compute_insights: Any = None,
) -> Decorator:
    """Declare a metric of a whole chain of steps."""

    def decorate(function: Function) -> Function:
        current_binder().add_autoregressive_metric(function, name, direction, compute_insights)
        return _taken(function, lambda: None)

    return decorate


def tensorleap_autoregressive_loss(name: str) -> Decorator:
    """Declare a loss of a whole chain of steps."""

    def decorate(function: Function) -> Function:
        current_binder().add_autoregressive_loss(function, name)
        return _taken(function, lambda: None)

    return decorate


def tensorleap_autoregressive_visualizer(name: str, visualizer_type: LeapDataType) -> Decorator:
    """Declare a visualizer of a whole chain of steps."""

    def decorate(function: Function) -> Function:
        current_binder().add_autoregressive_visualizer(function, name, visualizer_type)
        return _taken(function, lambda: None)

    return decorate


def _taken(function: Function, recorded: Callable[[], Any]) -> Function:
    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if mode() is Mode.RECORDING:
            return recorded()
        with answering(Mode.PLAIN):
            return function(*arguments, **keywords)

    return call
