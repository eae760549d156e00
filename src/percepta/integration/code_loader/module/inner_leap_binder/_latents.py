"""Decorators of latent spaces of the script's own: of a sample, of what the model gives, of an object."""

from __future__ import annotations

import functools
import inspect
import typing
from typing import Any

import numpy as np

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at, name_of
from percepta.integration.code_loader.module.contract.datasetclasses import PreprocessResponse
from percepta.integration.code_loader.module.contract.enums import (
    CustomLatentSpaceComputedAt,
    LatentSpaceReduction,
)
from percepta.integration.code_loader.module.contract.mapping import NodeMappingType
from percepta.integration.code_loader.module.inner_leap_binder._checking import (
    check_takes,
    each_of_group,
    sample_arguments,
)
from percepta.integration.code_loader.module.inner_leap_binder._measures import connected
from percepta.integration.code_loader.module.inner_leap_binder._samples import Decorator, Function
from percepta.integration.code_loader.module.inner_leap_binder._signatures import argument_names
from percepta.integration.code_loader.module.inner_leap_binder._state import (
    Mode,
    answering,
    current_binder,
    mode,
)


def tensorleap_custom_latent_space(
    name: str | None = None,
    use_ls_for_analysis: bool = False,
    reduce: LatentSpaceReduction | None = None,
    n_components: int = 512,
    channel_axis: int = -1,
) -> Decorator:
    """Declare a latent space; the annotations of its arguments tell which kind it is.

    Of a sample: ``(sample_id, preprocess: PreprocessResponse) -> float32 vector``. Of what the model
    gives: named arrays with a batch axis ``-> [batch, …]``, connected in the integration test.

    Args:
        name: name of the space; the function's where it is left out.
        use_ls_for_analysis: whether maps are made of it.
        reduce: how an array with positions becomes a vector.
        n_components: width of a random projection.
        channel_axis: axis of the channels in the batched array, which mean pooling keeps.
    """

    def decorate(function: Function) -> Function:
        title = name or name_of(function)
        of_samples = _is_of_samples(function)
        current_binder().set_custom_latent_space(
            function,
            title,
            use_ls_for_analysis,
            False,
            CustomLatentSpaceComputedAt.DATASET
            if of_samples
            else CustomLatentSpaceComputedAt.MODEL,
            None if of_samples else argument_names(function),
            reduce,
            n_components,
            channel_axis,
        )
        if of_samples:
            return _of_samples(function)
        return connected(function, title, NodeMappingType.CustomLatentSpace, None, _check_batch)

    return decorate


def tensorleap_instance_custom_latent_space(
    name: str | None = None, use_ls_for_analysis: bool = False
) -> Decorator:
    """Declare a latent space of objects: ``(sample_id, preprocess, instance_id) -> vector``."""

    def decorate(function: Function) -> Function:
        check_takes(function, 3, "(sample_id, preprocess, instance_id)")
        current_binder().set_custom_latent_space(
            function, name or name_of(function), use_ls_for_analysis, instance_aware=True
        )

        @functools.wraps(function)
        def call(sample_id: Any, preprocess: Any, instance_id: int) -> Any:
            if mode() is Mode.RECORDING:
                return None
            sample_arguments(function, (sample_id, preprocess), {})
            with answering(Mode.PLAIN):
                value = function(sample_id, preprocess, instance_id)
            _check_vector(function, value)
            return value

        return call

    return decorate


def _of_samples(function: Function) -> Function:
    check = functools.partial(_check_vector, function)

    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        if mode() is Mode.RECORDING:
            return None
        sample_id, response = sample_arguments(function, arguments, keywords)
        with answering(Mode.PLAIN):
            value = function(sample_id, response)
        if isinstance(sample_id, list):
            each_of_group(function, value, len(sample_id), check)
        else:
            check(value)
        return value

    return call


def _is_of_samples(function: Function) -> bool:
    """Whether a latent space is computed of samples: its second argument is a PreprocessResponse.

    Raises:
        IntegrationError: the annotations do not tell.
    """
    where = defined_at(function)
    try:
        hints = typing.get_type_hints(function)
    except NameError as error:
        raise IntegrationError(
            f"The annotations of {name_of(function)}() cannot be read: {error}.",
            where=where,
            fix="Import the annotated types at the top of the script.",
        ) from None
    parameters = list(inspect.signature(function).parameters)
    told = [name for name in parameters if _is_response(hints.get(name))]
    if told:
        if told != parameters[1:2]:
            raise IntegrationError(
                f"{name_of(function)}() takes its PreprocessResponse in another place than the second.",
                where=where,
                fix=f"Write def {name_of(function)}(sample_id, preprocess: PreprocessResponse).",
            )
        return True
    unclear = len(parameters) == 2 and parameters[1] not in hints
    if unclear or (len(parameters) > 2 and not set(parameters) & set(hints)):
        raise IntegrationError(
            f"{name_of(function)}() does not tell what its latent space is computed of.",
            where=where,
            fix="Annotate the second argument: PreprocessResponse where it takes samples, np.ndarray "
            "where it takes what the model gives.",
        )
    return False


def _is_response(hint: Any) -> bool:
    if isinstance(hint, type):
        return issubclass(hint, PreprocessResponse)
    return any(_is_response(part) for part in typing.get_args(hint))


def _check_vector(function: Function, value: Any) -> None:
    _check_floats(function, value, 1)


def _check_batch(function: Function, value: Any, size: int) -> None:
    _check_floats(function, value, 2)
    if len(value) != size:
        raise IntegrationError(
            f"{name_of(function)}() returned {len(value)} rows for a batch of {size}.",
            where=defined_at(function),
            fix="Return one row per sample.",
        )


def _check_floats(function: Function, value: Any, axes: int) -> None:
    if not isinstance(value, np.ndarray) or value.dtype != np.float32 or value.ndim < axes:
        got = (
            f"{value.dtype} {value.shape}"
            if isinstance(value, np.ndarray)
            else type(value).__name__
        )
        raise IntegrationError(
            f"{name_of(function)}() returned {got}.",
            where=defined_at(function),
            fix="Return a float32 array.",
        )
    if not np.isfinite(value).all():
        raise IntegrationError(
            f"{name_of(function)}() returned values that are not finite.",
            where=defined_at(function),
            fix="Replace NaN and infinity.",
        )
