"""Decorators of objects inside samples: each object becomes a row of its own, with a mask.

The row of object ``i`` of sample ``a`` has the id ``a_i``. Rows of samples and of objects tell what they
are by metadata of their own.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at, name_of
from percepta.integration.code_loader.module.contract.datasetclasses import (
    ElementInstance,
    PreprocessResponse,
)
from percepta.integration.code_loader.module.contract.enums import (
    DatasetMetadataType,
    DataStateType,
)
from percepta.integration.code_loader.module.inner_leap_binder._checking import check_takes
from percepta.integration.code_loader.module.inner_leap_binder._parsing import by_state
from percepta.integration.code_loader.module.inner_leap_binder._samples import (
    SUBSETS_WHILE_RECORDING,
    Decorator,
    Function,
)
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    Mode,
    answering,
    current_binder,
    mode,
)
from percepta.integration.code_loader.module.utils import (
    is_absent_metadata_value,
    map_dict_to_metadata_types,
)

if TYPE_CHECKING:
    from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder

ROW_METADATA = "builtin_instance_metadata"
"""Metadata of every row: whether it is an object, of which sample, and its name."""

OBJECT_METADATA = "builtin_instance_extra_metadata"
"""Metadata that the script gives each object; missing for rows of whole samples."""


def tensorleap_element_instance_preprocess(
    instance_length_encoder: Function,
    instance_mask_encoder: Function | None = None,
    instance_metadata_types: Mapping[str, DatasetMetadataType] | None = None,
) -> Decorator:
    """Declare ``() -> list[PreprocessResponse]`` whose samples have objects in them.

    Args:
        instance_length_encoder: ``(sample_id, preprocess) -> number of objects``.
        instance_mask_encoder: ``(sample_id, preprocess, instance_id) -> ElementInstance``; older scripts
            give one function alone: ``(sample_id, preprocess) -> list of ElementInstance``.
        instance_metadata_types: types of the objects' metadata, where the first object lacks a value.
    """
    length_of, mask_of = instance_length_encoder, instance_mask_encoder
    if mask_of is None:
        length_of, mask_of = _apart(instance_length_encoder)

    def decorate(function: Function) -> Function:
        check_takes(function, 0, "no arguments")
        binder = current_binder()

        def with_objects() -> Any:
            with answering(Mode.PLAIN):
                result = function()
                found = by_state(result, function)
                for response in found.values():
                    _add_rows(function, response, length_of)
                _declare_metadata(
                    binder,
                    list(found.values()),
                    mask_of,
                    dict(instance_metadata_types or {}),
                )
            return result

        binder.set_preprocess(functools.wraps(function)(with_objects))
        declare_row_metadata(binder)

        @functools.wraps(function)
        def call() -> Any:
            if mode() is Mode.RECORDING:
                return [None] * SUBSETS_WHILE_RECORDING
            return with_objects()

        return call

    return decorate


def tensorleap_instances_masks_encoder(name: str) -> Decorator:
    """Declare ``(sample_id, preprocess, instance_id) -> ElementInstance | None``.

    Older scripts give ``(sample_id, preprocess) -> list of ElementInstance``.
    """

    def decorate(function: Function) -> Function:
        if len(inspect.signature(function).parameters) == 2:
            _, mask_of = _apart(function)
            current_binder().set_instance_masks(functools.wraps(function)(mask_of), name)
            return function
        check_takes(function, 3, "(sample_id, preprocess, instance_id)")
        current_binder().set_instance_masks(function, name)
        return _checked(function, None, _check_instance)

    return decorate


def tensorleap_instances_length_encoder(name: str) -> Decorator:
    """Declare ``(sample_id, preprocess) -> number of objects``."""

    def decorate(function: Function) -> Function:
        check_takes(function, 2, "(sample_id, preprocess)")

        def check(value: Any) -> None:
            if not isinstance(value, int) or value < 0:
                raise IntegrationError(
                    f"{name_of(function)}() returned {value!r:.60}.",
                    where=defined_at(function),
                    fix="Return the number of objects as an int, e.g. int(len(boxes)).",
                )

        return _checked(function, 0, lambda _, value: check(value))

    return decorate


def tensorleap_false_positive_instances_encoder(
    name: str, instance_metadata_types: Mapping[str, DatasetMetadataType] | None = None
) -> Decorator:
    """Declare ``(sample_id, preprocess, predictions) -> list[ElementInstance]``."""

    def decorate(function: Function) -> Function:
        check_takes(function, 3, "(sample_id, preprocess, predictions)")
        binder = current_binder()
        binder.set_false_positive_instances(function, name)
        declare_row_metadata(binder)
        return _checked(function, None, lambda _, value: None)

    return decorate


def tensorleap_false_positive_empty_gt(gt_name: str) -> Decorator:
    """Declare what a ground truth is for a detection without one: ``(sample_id, preprocess)``."""

    def decorate(function: Function) -> Function:
        check_takes(function, 2, "(sample_id, preprocess)")
        current_binder().set_false_positive_empty_gt(function, gt_name)
        return _checked(function, None, lambda _, value: None)

    return decorate


def tensorleap_false_positive_custom_latent_space(name: str) -> Decorator:
    """Declare what a latent space is for a detection without ground truth."""

    def decorate(function: Function) -> Function:
        check_takes(function, 3, "(sample_id, preprocess, instance)")
        current_binder().set_false_positive_custom_latent_space(function, name)
        return _checked(function, None, lambda _, value: None)

    return decorate


def declare_row_metadata(binder: LeapBinder) -> None:
    """Declare, once, the metadata that tell rows of objects from rows of samples."""
    if any(handler.name == ROW_METADATA for handler in binder.setup_container.metadata):
        return

    def describe(sample_id: Any, preprocess: PreprocessResponse) -> dict[str, str]:
        row = {"is_instance": "0", "original_sample_id": sample_id, "instance_name": "none"}
        if binder.setup_container.false_positive_instances is not None:
            row["is_false_positive"] = "0"
        return row

    binder.set_metadata(describe, ROW_METADATA)


def _apart(all_of: Function) -> tuple[Function, Function]:
    """Turn a function that gives all objects of a sample into their number, and one by its number."""

    def length_of(sample_id: Any, preprocess: PreprocessResponse) -> int:
        return len(all_of(sample_id, preprocess))

    def mask_of(sample_id: Any, preprocess: PreprocessResponse, instance_id: int) -> Any:
        return all_of(sample_id, preprocess)[instance_id]

    return length_of, mask_of


def _declare_metadata(
    binder: LeapBinder,
    responses: list[PreprocessResponse],
    mask_of: Function,
    declared: dict[str, DatasetMetadataType],
) -> None:
    """Declare the objects' own metadata, with the keys the first object has."""
    order = sorted(responses, key=lambda r: r.state is not DataStateType.training)
    first = next(
        (
            mask_of(sample_id, response, 0)
            for response in order
            for sample_id, rows in (response.sample_ids_to_instance_mappings or {}).items()
            if rows
        ),
        None,
    )
    given = (first.instance_metadata or {}) if first is not None else {}
    untyped = [k for k, v in given.items() if k not in declared and is_absent_metadata_value(v)]
    if untyped:
        raise IntegrationError(
            f"The first object has no value for the metadata {untyped[0]!r}, so its type is unknown.",
            where=defined_at(mask_of),
            fix="Declare it: tensorleap_element_instance_preprocess(..., instance_metadata_types="
            f"{{{untyped[0]!r}: DatasetMetadataType.float}}).",
        )
    seen = {k: v for k, v in given.items() if not is_absent_metadata_value(v)}
    types = {**(map_dict_to_metadata_types(seen) or {}), **declared}
    known = any(handler.name == OBJECT_METADATA for handler in binder.setup_container.metadata)
    if types and not known:
        binder.set_metadata(lambda _, __: dict.fromkeys(types), OBJECT_METADATA, types)


def _add_rows(function: Function, response: PreprocessResponse, length_of: Function) -> None:
    if response.is_grouped:
        raise IntegrationError(
            f"{name_of(function)}() returned grouped ids, but its samples have objects.",
            where=defined_at(function),
            fix="Give the ids one by one.",
        )
    if response.sample_ids_to_instance_mappings is not None:
        return
    ids: list[Any] = list(response.sample_ids or [])
    rows = {one: [f"{one}_{i}" for i in range(length_of(one, response))] for one in ids}
    response.sample_ids_to_instance_mappings = rows
    response.instance_to_sample_ids_mappings = {
        row: one for one, objects in rows.items() for row in objects
    }
    every = [*ids, *response.instance_to_sample_ids_mappings]
    response.sample_ids, response.length = every, len(every)


def _checked(function: Function, recorded: Any, check: Callable[[Function, Any], None]) -> Function:
    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if mode() is Mode.RECORDING:
            return recorded
        with answering(Mode.PLAIN):
            value = function(*arguments, **keywords)
        check(function, value)
        return value

    return call


def _check_instance(function: Function, value: Any) -> None:
    if value is not None and not isinstance(value, ElementInstance):
        raise IntegrationError(
            f"{name_of(function)}() returned a {type(value).__name__}.",
            where=defined_at(function),
            fix="Return an ElementInstance(name, mask), or None.",
        )
