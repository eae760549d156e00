"""Arguments of the user's functions: their names, and those that tell who the samples are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from percepta.core.errors import IntegrationError
from percepta.integration.blame import defined_at, name_of
from percepta.integration.builtin import caller
from percepta.integration.code_loader.module.contract.datasetclasses import SamplePreprocessResponse
from percepta.integration.code_loader.module.utils import sample_preprocess_response_arg_name


def argument_names(function: Callable[..., Any]) -> list[str]:
    """Names of the arguments that receive arrays: all but the one that tells who the samples are.

    Raises:
        IntegrationError: two arguments are annotated ``SamplePreprocessResponse``, or one is by a text.
    """
    parameters = inspect.signature(function).parameters
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    for parameter in parameters.values():
        if isinstance(parameter.annotation, str) and "SamplePreprocessResponse" in str(
            parameter.annotation
        ):
            raise IntegrationError(
                f"The argument {parameter.name!r} of {name_of(function)}() is annotated by a text.",
                where=defined_at(function),
                fix="Remove `from __future__ import annotations` and write the annotation without "
                "quotes.",
            )
    marked = [p.name for p in parameters.values() if p.annotation == SamplePreprocessResponse]
    if len(marked) > 1:
        raise IntegrationError(
            f"{name_of(function)}() has {len(marked)} arguments of type SamplePreprocessResponse.",
            where=defined_at(function),
            fix="Keep one of them.",
        )
    told = sample_preprocess_response_arg_name(function)
    names = [p.name for p in parameters.values() if p.kind in kinds or p.kind is p.KEYWORD_ONLY]
    return [name for name in names if name != told]


def sources_by_argument(
    function: Callable[..., Any],
    names: Sequence[str],
    arguments: Sequence[Any],
    keywords: Mapping[str, Any],
) -> dict[str, Any]:
    """Match what a call gives to the arguments that receive arrays.

    Positional values go first to the arguments in order; whoever the samples are is left out.

    Raises:
        IntegrationError: the call gives an unknown argument, too many, or not all that are needed.
    """
    given = [value for value in arguments if not isinstance(value, SamplePreprocessResponse)]
    told = sample_preprocess_response_arg_name(function)
    unknown = [name for name in keywords if name not in names and name != told]
    if unknown or len(given) > len(names):
        what = f"an argument {unknown[0]!r}" if unknown else f"{len(given)} arrays"
        raise IntegrationError(
            f"The integration test calls {name_of(function)}() with {what}.",
            where=caller(),
            fix=f"It takes: {', '.join(names) or 'none'}.",
        )
    found = dict(zip(names, given, strict=False))
    found.update({name: keywords[name] for name in names if name in keywords})
    parameters = inspect.signature(function).parameters
    missing = [
        name for name in names if name not in found and parameters[name].default is inspect._empty
    ]
    if missing:
        raise IntegrationError(
            f"The integration test calls {name_of(function)}() without {missing[0]!r}.",
            where=caller(),
            fix="Give it an encoder's result or a prediction.",
        )
    return found
