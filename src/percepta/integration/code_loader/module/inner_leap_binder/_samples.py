"""Decorators of functions that give the samples, or describe one: inputs, ground truths, metadata."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from percepta.core.errors import IntegrationError
from percepta.integration.arrays import UnsuitableError, as_scalar
from percepta.integration.blame import defined_at, name_of
from percepta.integration.code_loader.module.contract.datasetclasses import PreprocessResponse
from percepta.integration.code_loader.module.contract.enums import DatasetMetadataType
from percepta.integration.code_loader.module.contract.mapping import NodeMapping, NodeMappingType
from percepta.integration.code_loader.module.inner_leap_binder._checking import (
    check_array,
    check_channel_dim,
    check_new,
    check_takes,
    each_of_group,
    sample_arguments,
    with_batch_axis,
)
from percepta.integration.code_loader.module.inner_leap_binder._parsing import by_state
from percepta.integration.code_loader.module.inner_leap_binder._placeholders import slot
from percepta.integration.code_loader.module.inner_leap_binder._recording import record_encoder
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    Mode,
    answering,
    current_binder,
    mode,
)

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]

UNSET: Any = object()
"""What an argument is that was not given, where that differs from every value."""

SUBSETS_WHILE_RECORDING = 4
"""How many subsets a recorded call of the preprocess function seems to return."""


def tensorleap_preprocess() -> Decorator:
    """Declare ``() -> list[PreprocessResponse]``; the last one declared counts."""

    def decorate(function: Function) -> Function:
        check_takes(function, 0, "no arguments")
        current_binder().set_preprocess(function)

        @functools.wraps(function)
        def call(*arguments: Any, **keywords: Any) -> Any:
            if mode() is Mode.RECORDING:
                return [None] * SUBSETS_WHILE_RECORDING
            with answering(Mode.PLAIN):
                result = function(*arguments, **keywords)
            by_state(result, function)
            return result

        return call

    return decorate


def tensorleap_unlabeled_preprocess() -> Decorator:
    """Declare ``() -> PreprocessResponse`` of unlabeled samples."""

    def decorate(function: Function) -> Function:
        check_takes(function, 0, "no arguments")
        current_binder().set_unlabeled_data_preprocess(function)

        @functools.wraps(function)
        def call() -> Any:
            if mode() is Mode.RECORDING:
                return None
            with answering(Mode.PLAIN):
                result = function()
            if not isinstance(result, PreprocessResponse):
                raise IntegrationError(
                    f"{name_of(function)}() returned a {type(result).__name__}.",
                    where=defined_at(function),
                    fix="Return one PreprocessResponse.",
                )
            return result

        return call

    return decorate


def tensorleap_input_encoder(
    name: str, channel_dim: Any = UNSET, model_input_index: int | None = None
) -> Decorator:
    """Declare an input: ``(sample_id, preprocess) -> float32 array`` without a batch axis.

    Args:
        name: name of the input.
        channel_dim: axis of the channels, counted with the batch axis: 1 or -1.
        model_input_index: which input of the model it feeds, where no integration test shows it.
    """

    def decorate(function: Function) -> Function:
        binder = current_binder()
        check_takes(function, 2, "(sample_id, preprocess)")
        check_new("input", name, [h.name for h in binder.setup_container.inputs], function)
        axis = -1 if channel_dim is UNSET else check_channel_dim("input", name, channel_dim)
        binder.set_input(function, name, axis)
        if channel_dim is not UNSET:
            binder.explicit_channel_dims[name] = axis
        place = NodeMappingType.Input
        if model_input_index is not None:
            place = slot("Input", model_input_index)
            binder.model_input_indices[model_input_index] = name
        return _encoder(
            function, NodeMapping(name, place), functools.partial(check_array, channel_dim=axis)
        )

    return decorate


def tensorleap_gt_encoder(name: str) -> Decorator:
    """Declare a ground truth: ``(sample_id, preprocess) -> float32 array`` without a batch axis."""

    def decorate(function: Function) -> Function:
        binder = current_binder()
        check_takes(function, 2, "(sample_id, preprocess)")
        taken = [h.name for h in binder.setup_container.ground_truths]
        check_new("ground truth", name, taken, function)
        binder.set_ground_truth(function, name)
        return _encoder(function, NodeMapping(name, NodeMappingType.GroundTruth), check_array)

    return decorate


def tensorleap_metadata(
    name: str,
    metadata_type: DatasetMetadataType | dict[str, DatasetMetadataType] | None = None,
) -> Decorator:
    """Declare metadata: ``(sample_id, preprocess) -> scalar | None | flat dict of them``.

    Args:
        name: name of the field; a dict's keys surface as ``<name>_<key>``.
        metadata_type: type of the values, for all keys or by key; needed where the first is None.
    """

    def decorate(function: Function) -> Function:
        binder = current_binder()
        check_takes(function, 2, "(sample_id, preprocess)")
        taken = [h.name for h in binder.setup_container.metadata]
        check_new("metadata function", name, taken, function)
        binder.set_metadata(function, name, metadata_type)
        check = functools.partial(_check_metadata, function)

        @functools.wraps(function)
        def call(*arguments: Any, **keywords: Any) -> Any:
            if mode() is Mode.RECORDING:
                return None
            sample_id, response = sample_arguments(function, arguments, keywords)
            with answering(Mode.PLAIN):
                value = function(sample_id, response)
            if isinstance(sample_id, list):
                return each_of_group(function, value, len(sample_id), check, arrays=False)
            check(value)
            return value

        return call

    return decorate


def _encoder(function: Function, node: NodeMapping, check: Callable[..., None]) -> Function:
    binder = current_binder()

    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if mode() is Mode.RECORDING:
            return record_encoder(binder, node)
        testing = mode() is Mode.TEST
        sample_id, response = sample_arguments(function, arguments, keywords)
        with answering(Mode.PLAIN):
            value = function(sample_id, response)
        if isinstance(sample_id, list):
            one = functools.partial(check, function)
            rows = each_of_group(function, value, len(sample_id), one)
            return [row[None] for row in rows] if testing else value
        check(function, value)
        return with_batch_axis(function, value) if testing else value

    # connects_to refers to an encoder itself; the model's call turns only the node of its results.
    call.node_mapping = NodeMapping(node.name, node.type)  # type: ignore[attr-defined]
    return call


def _check_metadata(function: Function, value: Any) -> None:
    for entry in value.values() if isinstance(value, dict) else [value]:
        try:
            as_scalar(entry)
        except UnsuitableError as error:
            raise IntegrationError(
                f"{name_of(function)}() returned {error.what}.",
                where=defined_at(function),
                fix=error.fix,
            ) from None
