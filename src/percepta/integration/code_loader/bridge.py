"""From what a script declares, and how it is wired, to one neutral ``Integration``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from percepta.core.errors import IntegrationError
from percepta.core.fields import Direction
from percepta.integration.blame import defined_at
from percepta.integration.code_loader.by_name import connected_by_name
from percepta.integration.code_loader.calling import Measured, Shown, heatmap_of
from percepta.integration.code_loader.connecting import USES, Use, Wired, wired
from percepta.integration.code_loader.described import metadata_functions
from percepta.integration.code_loader.mapping_file import mapping_of
from percepta.integration.code_loader.module.contract.datasetclasses import (
    CustomLatentSpaceHandler,
    InputHandler,
    PredictionTypeHandler,
    RawInputsForHeatmap,
)
from percepta.integration.code_loader.module.contract.enums import (
    CustomLatentSpaceComputedAt,
    LatentSpaceReduction,
    MetricDirection,
)
from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMappingType,
)
from percepta.integration.code_loader.module.inner_leap_binder._model import axis_of
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder
from percepta.integration.code_loader.module.utils import sample_preprocess_response_arg_name
from percepta.integration.code_loader.notes import unsupported
from percepta.integration.code_loader.object_metrics import object_metric
from percepta.integration.code_loader.project import Project
from percepta.integration.code_loader.rows import Rows
from percepta.integration.integration import (
    Connection,
    GroundTruthEncoder,
    InputEncoder,
    Integration,
    LatentSpace,
    Loss,
    MaskFunction,
    Metric,
    Prediction,
    Visualizer,
)

REDUCTIONS: dict[LatentSpaceReduction, Literal["mean", "projection"]] = {
    LatentSpaceReduction.MEAN_POOL: "mean",
    LatentSpaceReduction.RANDOM_PROJECTION: "projection",
}


def integrate(binder: LeapBinder, project: Project, digest: str) -> Integration:
    """Make an integration of what a script declares.

    Args:
        binder: the script has run, and its integration test has been recorded.
        project: the script.
        digest: hash of its code.

    Raises:
        IntegrationError: something is missing, or does not fit together.
    """
    setup = binder.setup_container
    preprocess = _check_complete(binder)
    connections, notes = _connections(binder, project)
    wires = wired(binder, connections)
    rows = Rows(binder)
    functions = _Functions(binder, wires, rows)
    made = [functions.make(use) for use in _renamed(wires.uses)]
    return Integration(
        name=project.script.resolve().stem,
        subsets=_named(rows.subsets, preprocess),
        inputs=_inputs(binder, wires, rows),
        ground_truths=tuple(
            GroundTruthEncoder(h.name, rows.reader(h.function), defined_at(h.function))
            for h in setup.ground_truths
        ),
        metadata=metadata_functions(binder, rows),
        predictions=_predictions(setup.prediction_types, wires, notes),
        losses=tuple(item for item in made if isinstance(item, Loss)),
        metrics=tuple(item for item in made if isinstance(item, Metric)),
        visualizers=tuple(item for item in made if isinstance(item, Visualizer)),
        model=binder.load_model_func,
        code_hash=digest,
        path=str(project.script),
        latent_spaces=(
            *_spaces_of_samples(binder, rows),
            *(item for item in made if isinstance(item, LatentSpace)),
        ),
        mask=_mask(binder, rows),
        custom_objects={
            name: handler.layer
            for handler in setup.custom_layers.values()
            for name in (handler.layer.__name__, handler.name)
        },
        notes=(*project.notes, *notes, *unsupported(binder)),
    )


class _Functions:
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
                return _space(handler, Measured(handler.function), wires)
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


def _connections(binder: LeapBinder, project: Project) -> tuple[list[NodeConnection], list[str]]:
    """Return the wiring: recorded, or from the mapping file, or by the names of arguments."""
    recorded = binder.mapping_connections
    if binder.integration_test_func is not None or any(c.node.type in USES for c in recorded):
        return recorded, []
    mapped = mapping_of(binder, project.folders)
    if mapped is not None:
        return [*recorded, *mapped], []
    found, notes = connected_by_name(binder)
    return [*recorded, *found], notes


def _check_complete(binder: LeapBinder) -> Callable[..., Any]:
    """Return the script's function for its subsets.

    Raises:
        IntegrationError: there is none, or there is no input.
    """
    setup = binder.setup_container
    if setup.preprocess is None:
        raise IntegrationError(
            "The script says nothing about its samples.",
            fix="Write a function under @tensorleap_preprocess() that returns a list of "
            "PreprocessResponse.",
        )
    if not setup.inputs and setup.autoregressive_step is not None:
        function = setup.autoregressive_step.function
        raise IntegrationError(
            "The script feeds its model by an autoregressive step alone, which percepta does not run "
            "yet.",
            where=defined_at(function),
            fix="Write an input encoder that gives the model its first input; the rest of the script "
            "then works.",
        )
    if not setup.inputs:
        raise IntegrationError(
            "The script has no input for the model.",
            fix="Write a function under @tensorleap_input_encoder('name').",
        )
    return setup.preprocess.function


def _renamed(uses: Sequence[Use]) -> list[Use]:
    """Give a metric whose field a loss or another metric has a name of its own."""
    taken: set[str] = set()
    renamed = []
    for use in sorted(uses, key=lambda one: one.kind is NodeMappingType.Metric):
        name = use.unique_name
        if use.kind is not NodeMappingType.Visualizer:
            while name in taken:
                name = f"{name}_metric" if use.kind is NodeMappingType.Metric else f"{name}_2"
            taken.add(name)
        renamed.append(Use(use.kind, use.name, name, use.sources))
    order = {id(use.sources): index for index, use in enumerate(uses)}
    return sorted(renamed, key=lambda use: order[id(use.sources)])


def _inputs(binder: LeapBinder, wires: Wired, rows: Rows) -> tuple[InputEncoder, ...]:
    handlers: dict[str, InputHandler] = {h.name: h for h in binder.setup_container.inputs}
    missing = [name for name in wires.fed if name not in handlers]
    if missing:
        raise IntegrationError(
            f"The wiring feeds the model the input {missing[0]!r}, which the script does not declare.",
            fix=f"Declared are: {', '.join(handlers)}.",
        )
    return tuple(
        InputEncoder(
            name,
            rows.reader(handlers[name].function),
            _channel_axis(binder, name),
            defined_at(handlers[name].function),
            fed=name in wires.fed,
        )
        for name in (*wires.fed, *wires.unfed)
    )


def _channel_axis(binder: LeapBinder, name: str) -> int | None:
    """Axis of the channels in one sample; scripts count it with the batch axis."""
    given = binder.explicit_channel_dims.get(name)
    return given if given is None or given < 0 else given - 1


def _predictions(
    declared: Sequence[PredictionTypeHandler], wires: Wired, notes: list[str]
) -> tuple[Prediction, ...]:
    made = []
    for index, name in enumerate(wires.predictions):
        handler = declared[index] if index < len(declared) else None
        labels = [] if handler is None else _distinct(handler, notes)
        axis = -1 if handler is None else axis_of(handler)
        made.append(Prediction(name, labels or None, axis))
    return tuple(made)


def _distinct(handler: PredictionTypeHandler, notes: list[str]) -> list[str]:
    labels: list[str] = []
    for given in map(str, handler.labels):
        label, number = given, 2
        while label in labels:
            label, number = f"{given} ({number})", number + 1
        labels.append(label)
    if labels != list(map(str, handler.labels)):
        notes.append(
            f"Labels of the prediction {handler.name!r} repeat; the repeated are numbered."
        )
    return labels


def _direction(given: Any) -> Direction | Mapping[str, Direction]:
    if isinstance(given, Mapping):
        return {key: _one(one) for key, one in given.items() if one is not None}
    return {} if given is None else _one(given)


def _one(given: MetricDirection) -> Direction:
    return Direction.UP if given is MetricDirection.Upward else Direction.DOWN


def _spaces_of_samples(binder: LeapBinder, rows: Rows) -> list[LatentSpace]:
    return [
        _space(handler, rows.reader(handler.function), ())
        for handler in binder.setup_container.custom_latent_spaces.values()
        if handler.computed_at is CustomLatentSpaceComputedAt.DATASET and not handler.instance_aware
    ]


def _space(
    handler: CustomLatentSpaceHandler,
    function: Callable[..., Any],
    wires: tuple[Connection, ...],
) -> LatentSpace:
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


def _mask(binder: LeapBinder, rows: Rows) -> MaskFunction | None:
    masks = binder.setup_container.instance_masks
    if not masks:
        return None
    function = masks[0].function
    return MaskFunction(_named(rows.mask, function), defined_at(function))


def _raw_argument(function: Callable[..., Any]) -> str | None:
    """Name of the argument of a heat-map function that takes the raw arrays."""
    parameters = inspect.signature(function).parameters.values()
    return next((p.name for p in parameters if p.annotation is RawInputsForHeatmap), None)


def _named(made: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Let errors of a function of ours name the script's own function that it calls."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        return made(*arguments)

    return call
