"""From what a script declares, and how it is wired, to one neutral ``Integration``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at
from percepta.integration.code_loader.by_name import connected_by_name
from percepta.integration.code_loader.connecting import USES, Use, Wired, wired
from percepta.integration.code_loader.described import metadata_functions
from percepta.integration.code_loader.functions import Functions, space
from percepta.integration.code_loader.mapping_file import mapping_of
from percepta.integration.code_loader.module.contract.datasetclasses import (
    InputHandler,
    PredictionTypeHandler,
)
from percepta.integration.code_loader.module.contract.enums import (
    CustomLatentSpaceComputedAt,
)
from percepta.integration.code_loader.module.contract.mapping import (
    NodeConnection,
    NodeMappingType,
)
from percepta.integration.code_loader.module.inner_leap_binder._model import axis_of
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder
from percepta.integration.code_loader.notes import unsupported
from percepta.integration.code_loader.project import Project
from percepta.integration.code_loader.rows import Rows
from percepta.integration.integration import Integration
from percepta.integration.parts import (
    GroundTruthEncoder,
    InputEncoder,
    LatentSpace,
    Loss,
    MaskFunction,
    Metric,
    Prediction,
    Visualizer,
)


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
    functions = Functions(binder, wires, rows)
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


def _spaces_of_samples(binder: LeapBinder, rows: Rows) -> list[LatentSpace]:
    return [
        space(handler, rows.reader(handler.function), ())
        for handler in binder.setup_container.custom_latent_spaces.values()
        if handler.computed_at is CustomLatentSpaceComputedAt.DATASET and not handler.instance_aware
    ]


def _mask(binder: LeapBinder, rows: Rows) -> MaskFunction | None:
    masks = binder.setup_container.instance_masks
    if not masks:
        return None
    function = masks[0].function
    return MaskFunction(_named(rows.mask, function), defined_at(function))


def _named(made: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    """Let errors of a function of ours name the script's own function that it calls."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        return made(*arguments)

    return call
