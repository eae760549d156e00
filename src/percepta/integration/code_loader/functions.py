"""Losses, metrics, visualizers and latent spaces of a script, made of how it uses them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal

from percepta.core.errors import IntegrationError
from percepta.core.fields import Direction
from percepta.integration.blame import defined_at
from percepta.integration.code_loader.calling import Measured, Shown, heatmap_of
from percepta.integration.code_loader.connecting import Use, Wired
from percepta.integration.code_loader.module.contract.datasetclasses import (
    CustomLatentSpaceHandler,
    RawInputsForHeatmap,
)
from percepta.integration.code_loader.module.contract.enums import (
    LatentSpaceReduction,
    MetricDirection,
)
from percepta.integration.code_loader.module.contract.mapping import NodeMappingType
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder
from percepta.integration.code_loader.module.utils import sample_preprocess_response_arg_name
from percepta.integration.code_loader.object_metrics import object_metric
from percepta.integration.code_loader.rows import Rows
from percepta.integration.parts import Connection, LatentSpace, Loss, Metric, Visualizer

REDUCTIONS: dict[LatentSpaceReduction, Literal["mean", "projection"]] = {
    LatentSpaceReduction.MEAN_POOL: "mean",
    LatentSpaceReduction.RANDOM_PROJECTION: "projection",
}


class Functions:
    """Makes losses, metrics, visualizers and latent spaces of their uses."""

    def __init__(self, binder: LeapBinder, wires: Wired, rows: Rows) -> None:
        setup = binder.setup_container
        self._wires = wires
        self._losses = {h.custom_loss_handler_data.name: h for h in setup.custom_loss_handlers}
        self._metrics = {h.metric_handler_data.name: h for h in setup.metrics}
        self._of_objects = {h.metric_handler_data.name: h for h in setup.instance_metrics}
        self._visualizers = {h.visualizer_handler_data.name: h for h in setup.visualizers}
        self._spaces = setup.custom_latent_spaces
        self._rows = rows

    def make(self, use: Use) -> Loss | Metric | Visualizer | LatentSpace:
        """Make what a use is of.

        Raises:
            IntegrationError: there is nothing of that name, or an argument leads nowhere.
        """
        name, kind = use.unique_name, use.kind
        match kind:
            case NodeMappingType.CustomLoss | NodeMappingType.Loss if use.name in self._losses:
                function = self._losses[use.name].function
                wires = self._connect(use, function)
                return Loss(name, Measured(function), wires, defined_at(function))
            case NodeMappingType.Metric if use.name in self._metrics:
                return self._metric(use)
            case NodeMappingType.Metric if use.name in self._of_objects:
                return self._object_metric(use)
            case NodeMappingType.Visualizer if use.name in self._visualizers:
                return self._visualizer(use)
            case NodeMappingType.CustomLatentSpace if use.name in self._spaces:
                handler = self._spaces[use.name]
                wires = self._connect(use, handler.function)
                return space(handler, Measured(handler.function), wires)
        raise IntegrationError(
            f"The wiring names the {kind.value.lower()} {use.name!r}, which the script does not declare.",
            fix="Declare it, or remove it from the mapping.",
        )

    def _metric(self, use: Use) -> Metric:
        handler = self._metrics[use.name]
        data = handler.metric_handler_data
        return Metric(
            use.unique_name,
            Measured(handler.function),
            self._connect(use, handler.function),
            _direction(data.direction),
            defined_at(handler.function),
            data.compute_insights,
        )

    def _object_metric(self, use: Use) -> Metric:
        handler = self._of_objects[use.name]
        data = handler.metric_handler_data
        made = Metric(
            use.unique_name,
            handler.function,
            self._connect(use, handler.function),
            _direction(data.direction),
            defined_at(handler.function),
            data.compute_insights,
        )
        return object_metric(made, self._rows)

    def _visualizer(self, use: Use) -> Visualizer:
        handler = self._visualizers[use.name]
        heatmap = handler.heatmap_function
        shown = Shown(handler.function)
        return Visualizer(
            use.unique_name,
            shown,
            self._connect(use, handler.function),
            defined_at(handler.function),
            heatmap=None if heatmap is None else heatmap_of(heatmap, _raw_argument(heatmap)),
            advise=shown.advise,
        )

    def _connect(self, use: Use, function: Callable[..., Any]) -> tuple[Connection, ...]:
        try:
            connections = self._wires.connections(use)
        except IntegrationError as error:
            sentence = error.message[0].lower() + error.message[1:]
            raise IntegrationError(
                f"In {use.unique_name!r} {sentence}", where=defined_at(function), fix=error.fix
            ) from None
        told = sample_preprocess_response_arg_name(function)
        return connections if told is None else (*connections, Connection(told, "samples", ""))


def space(
    handler: CustomLatentSpaceHandler,
    function: Callable[..., Any],
    wires: tuple[Connection, ...],
) -> LatentSpace:
    """Make a latent space of a script's own."""
    return LatentSpace(
        handler.name,
        function,
        wires,
        None if handler.reduce is None else REDUCTIONS[handler.reduce],
        handler.n_components,
        handler.channel_axis,
        handler.use_ls_for_analysis,
        defined_at(handler.function),
    )


def _direction(given: Any) -> Direction | Mapping[str, Direction]:
    if isinstance(given, Mapping):
        return {key: _one(one) for key, one in given.items() if one is not None}
    return {} if given is None else _one(given)


def _one(given: MetricDirection) -> Direction:
    return Direction.UP if given is MetricDirection.Upward else Direction.DOWN


def _raw_argument(function: Callable[..., Any]) -> str | None:
    """Name of the argument of a heat-map function that takes the raw arrays."""
    parameters = inspect.signature(function).parameters.values()
    return next((p.name for p in parameters if p.annotation is RawInputsForHeatmap), None)
