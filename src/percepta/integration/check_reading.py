"""Checking what is read per sample: inputs, ground truths, metadata, latent spaces, masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from percepta.core.errors import IntegrationError
from percepta.core.progress import Progress
from percepta.core.subsets import SampleKey
from percepta.integration.blame import name_of
from percepta.integration.check_log import ArrayLog, MetadataLog, field_name
from percepta.integration.check_report import CheckedPart, Finding
from percepta.integration.integration import Integration, Reading
from percepta.integration.latents import read_latent, width_of
from percepta.integration.masks import read_mask
from percepta.integration.parts import GroundTruthEncoder, InputEncoder, LatentSpace, MaskFunction
from percepta.integration.pictures import picture_size
from percepta.integration.reading import encode, spread
from percepta.integration.samples import Samples

ASPECT = 0.02
"""Share by which the sides of a mask may be off those of its picture: a layer's positions are coarser."""


@dataclass(frozen=True)
class CheckedReadings:
    """What was read, and what is to be said of it.

    Attributes:
        parts: one per function.
        warnings: what looks wrong.
        readings: by sample, those that are whole.
    """

    parts: list[CheckedPart]
    warnings: list[Finding]
    readings: dict[SampleKey, Reading]


def check_readings(
    integration: Integration, subsets: Sequence[Samples], per_subset: int, progress: Progress
) -> CheckedReadings:
    """Read a spread of samples of each subset, function by function."""
    tried = [(s, SampleKey(s.subset, i)) for s in subsets for i in spread(s, per_subset)]
    progress.stage("samples", len(tried))
    inputs = [_encoder_log(encoder) for encoder in integration.inputs]
    truths = [_encoder_log(encoder) for encoder in integration.ground_truths]
    latents = [_latent_log(space) for space in integration.latent_spaces if not space.connections]
    masks = [] if integration.mask is None else [_mask_log(integration.mask)]
    described = [MetadataLog("metadata", field_name(m)) for m in integration.metadata]
    for samples, key in tried:
        progress.check_cancelled()
        labeled = integration.labeled(samples.subset)
        for log in (*inputs, *(truths if labeled else ()), *latents, *masks):
            log.call(samples, key)
        for function, fields in zip(integration.metadata, described, strict=True):
            fields.call(function, samples, key)
        progress.advance()
    arrays = [*inputs, *truths, *latents, *masks]
    for log in arrays:
        log.keep_common_shape()
    warnings = [warning for fields in described for warning in fields.warnings()]
    _check_widths(integration, latents)
    for log in masks:
        warnings.extend(_check_mask(integration, log, inputs))
    readings = {}
    for _, key in tried:
        if not any(key in log.lost for log in arrays):
            given = {log.name: log.arrays[key] for log in inputs}
            truth = {log.name: log.arrays[key] for log in truths if key in log.arrays}
            mask = masks[0].arrays.get(key) if masks else None
            readings[key] = Reading(given, truth, {}, mask=mask)
    logs = [*inputs, *truths, *described, *latents, *masks]
    return CheckedReadings([log.part() for log in logs], warnings, readings)


def _encoder_log(encoder: InputEncoder | GroundTruthEncoder) -> ArrayLog:
    kind = "input" if isinstance(encoder, InputEncoder) else "ground_truth"
    read = partial(encode, encoder)
    log = ArrayLog(kind, encoder.name, read, encoder.function, encoder.where)  # type: ignore[arg-type]
    if isinstance(encoder, InputEncoder) and not encoder.fed:
        log.details.append("not given to the model")
    return log


def _latent_log(space: LatentSpace) -> ArrayLog:
    read = partial(read_latent, space)
    return ArrayLog("latent_space", space.name, read, space.function, space.where)


def _mask_log(mask: MaskFunction) -> ArrayLog:
    return ArrayLog("mask", "mask", partial(read_mask, mask), mask.function, mask.where)


def _check_widths(integration: Integration, logs: Sequence[ArrayLog]) -> None:
    spaces = {space.name: space for space in integration.latent_spaces}
    for log in logs:
        if log.shape is None:
            continue
        try:
            log.details.append(f"dimensions {width_of(spaces[log.name], log.shape)}")
        except IntegrationError as error:
            log.failed(error)


def _check_mask(
    integration: Integration, log: ArrayLog, inputs: Sequence[ArrayLog]
) -> list[Finding]:
    """Compare the masks with the picture they lie in."""
    function = integration.mask
    if function is None:
        return []
    where = function.where
    name = name_of(function.function)

    def finding(message: str, fix: str) -> Finding:
        return Finding(message, fix, where.file, where.line, where.function)

    if not log.arrays:
        message = f"{name}() gave no mask for any of the samples tried."
        return [] if log.findings else [finding(message, "Leave it out if no sample is an object.")]
    empty = sum(not mask.any() for mask in log.arrays.values())
    found = []
    if empty:
        message = f"{name}() gave an empty mask for {empty} of {len(log.arrays)} objects."
        found.append(finding(message, "Such an object is taken for the whole picture."))
    axes = {encoder.name: encoder.channel_axis for encoder in integration.inputs if encoder.fed}
    pictures = [
        (one.name, size)
        for one in inputs
        if one.name in axes and one.shape and (size := picture_size(one.shape, axes[one.name]))
    ]
    if log.shape is None or not pictures:
        return found
    (picture, (height, width)), (rows, columns) = pictures[0], log.shape
    if abs(rows * width - columns * height) > ASPECT * rows * width:
        problem = IntegrationError(
            f"{name}() returned masks of {rows} × {columns}, but the picture {picture!r} is {height} × "
            f"{width}.",
            where=where,
            fix="Return [height, width] over the picture as the model gets it.",
        )
        log.failed(problem)
    return found
