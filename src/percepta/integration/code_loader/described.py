"""Metadata of a row: what the script gives, in the types it declares, and what objects add."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

from percepta.core.subsets import SampleId
from percepta.integration.blame import defined_at
from percepta.integration.code_loader.module.contract.datasetclasses import MetadataHandler
from percepta.integration.code_loader.module.contract.enums import DatasetMetadataType
from percepta.integration.code_loader.module.inner_leap_binder._instances import (
    OBJECT_METADATA,
    ROW_METADATA,
)
from percepta.integration.code_loader.module.inner_leap_binder.leapbinder import LeapBinder
from percepta.integration.code_loader.module.utils import is_absent_metadata_value
from percepta.integration.code_loader.rows import OfSample, Rows
from percepta.integration.parts import MetadataFunction
from percepta.integration.samples import Samples


def metadata_functions(binder: LeapBinder, rows: Rows) -> tuple[MetadataFunction, ...]:
    """Turn the metadata of a script into that of rows."""
    handlers = binder.setup_container.metadata
    made = [_made(handler, rows) for handler in handlers if handler.name != OBJECT_METADATA]
    if binder.setup_container.instance_masks:
        made.append(MetadataFunction(OBJECT_METADATA, _of_object(binder, rows)))
    return tuple(made)


def _made(handler: MetadataHandler, rows: Rows) -> MetadataFunction:
    read = rows.reader(handler.function)
    if handler.name == ROW_METADATA:
        read = _of_row(read, rows)
    function = _typed(read, handler) if handler.metadata_type is not None else read
    return MetadataFunction(handler.name, function, defined_at(handler.function))


def _of_row(read: OfSample, rows: Rows) -> OfSample:
    """Tell a row of an object from that of its sample."""

    @functools.wraps(read)
    def describe(sample_id: SampleId, samples: Samples) -> Any:
        value = read(sample_id, samples)
        instance = rows.instance(sample_id, samples)
        if rows.of(sample_id, samples).index is None:
            return value
        name = instance.name if instance is not None else "none"
        return {**value, "is_instance": "1", "instance_name": name}

    return describe


def _of_object(binder: LeapBinder, rows: Rows) -> OfSample:
    """Give the metadata that the script gives an object.

    Their names and types are known when the subsets are made: the first object is looked at then.
    """

    def describe_object(sample_id: SampleId, samples: Samples) -> Any:
        handlers = binder.setup_container.metadata
        kinds = next((h.metadata_type for h in handlers if h.name == OBJECT_METADATA), None)
        instance = rows.instance(sample_id, samples)
        given = (instance.instance_metadata if instance is not None else None) or {}
        if not isinstance(kinds, Mapping):
            return {}
        return {key: as_type(given.get(key), kind) for key, kind in kinds.items()}

    return describe_object


def _typed(read: OfSample, handler: MetadataHandler) -> OfSample:
    """Give values the types that the script declares; what does not fit its type is missing."""

    @functools.wraps(handler.function)
    def describe(sample_id: SampleId, samples: Samples) -> Any:
        value = read(sample_id, samples)
        kinds = handler.metadata_type
        if not isinstance(value, dict):
            return value if isinstance(kinds, Mapping) else as_type(value, kinds)
        if not isinstance(kinds, Mapping):
            return {key: as_type(entry, kinds) for key, entry in value.items()}
        return {key: as_type(entry, kinds.get(key)) for key, entry in value.items()}

    return describe


def as_type(value: Any, kind: DatasetMetadataType | None) -> Any:
    """Return a value in a declared type; None where it is absent, or is none of that type."""
    if kind is None or is_absent_metadata_value(value):
        return None if kind is not None else value
    try:
        match kind:
            case DatasetMetadataType.string:
                return str(value)
            case DatasetMetadataType.boolean:
                return bool(value)
            case DatasetMetadataType.int:
                return int(value)
            case _:
                number = float(value)
                return number if math.isfinite(number) else None
    except (TypeError, ValueError):
        return None
