"""Wiring: which array each argument of a loss, metric or visualizer receives."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from percepta.core.errors import IntegrationError, Where
from percepta.integration.parts import Connection, Source

SOURCES: tuple[Source, ...] = ("input", "ground_truth", "prediction")
"""Kinds of arrays."""

SAMPLES: Source = "samples"
"""What stands for who the samples of a batch are."""


@dataclass(frozen=True, slots=True)
class Names:
    """What there is to connect to, by kind."""

    inputs: Sequence[str]
    ground_truths: Sequence[str]
    predictions: Sequence[str]

    def of(self, source: Source) -> Sequence[str]:
        """Names of one kind."""
        kinds: dict[Source, Sequence[str]] = {
            "input": self.inputs,
            "ground_truth": self.ground_truths,
            "prediction": self.predictions,
        }
        return kinds[source]

    def __str__(self) -> str:
        """List everything with its prefix."""
        full = [f"{source}.{name}" for source in SOURCES for name in self.of(source)]
        return ", ".join(full) or "nothing"


def connect(
    function: Callable[..., Any],
    wishes: Mapping[str, str],
    names: Names,
    where: Where,
) -> tuple[Connection, ...]:
    """Connect the arguments of a function by name.

    Args:
        function: the user's function; arguments with a default that match nothing keep the default. One
            named ``samples`` that matches no array is told who the samples are.
        wishes: array by argument, e.g. ``{"logits": "prediction.digit"}``.
        names: what there is.
        where: where the function is defined, for errors.

    Raises:
        IntegrationError: an argument matches nothing or more than one thing.
    """
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        parameters = {}  # type: ignore[assignment]
    connections = []
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for argument in wishes:
        if not open_ended and argument not in parameters:
            raise IntegrationError(
                f"connect names the argument {argument!r}, which {where.function}() does not have.",
                where=where,
                fix=f"Its arguments are: {', '.join(parameters) or 'none'}.",
            )
    for argument, parameter in parameters.items():
        if argument in wishes or parameter.kind in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        ):
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise IntegrationError(
                f"The argument {argument!r} of {where.function}() cannot be given by name.",
                where=where,
                fix="Remove the '/' from its signature.",
            )
        optional = parameter.default is not parameter.empty
        found = _by_name(argument, argument, names, where, optional=optional)
        if found is not None:
            connections.append(found)
    for argument, wish in wishes.items():
        connections.append(cast(Connection, _by_name(argument, wish, names, where)))
    if not connections:
        raise IntegrationError(
            f"{where.function}() has no argument to connect.",
            where=where,
            fix=f"Name its arguments after what they receive. There is: {names}.",
        )
    return tuple(connections)


def named_arguments(function: Callable[..., Any]) -> list[str]:
    """Return the arguments of a function that can be given by name; none of one that tells none."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]


def only(source: Source, wanted: str | None, names: Names, where: Where) -> str:
    """Return the name of the wanted, or else of the only, array of a kind.

    Raises:
        IntegrationError: there is none of that name, or not exactly one.
    """
    there = names.of(source)
    word = source.replace("_", " ")
    if wanted is not None:
        if wanted in there:
            return wanted
        raise IntegrationError(
            f"There is no {word} {wanted!r}.", where=where, fix=f"There is: {names}."
        )
    if len(there) == 1:
        return there[0]
    number = f"are {len(there)} of them" if there else "is none"
    raise IntegrationError(
        f"'{source}' means the only {word}, but there {number}.",
        where=where,
        fix=f"Say which one by its name. There is: {names}.",
    )


def _by_name(
    argument: str, wish: str, names: Names, where: Where, *, optional: bool = False
) -> Connection | None:
    prefix, dot, rest = wish.partition(".")
    if dot and prefix in SOURCES:
        return Connection(argument, prefix, only(prefix, rest, names, where))
    matches = [source for source in SOURCES if wish in names.of(source)]
    if len(matches) > 1:
        choices = " or ".join(f"'{source}.{wish}'" for source in matches)
        raise IntegrationError(
            f"The argument {argument!r} of {where.function}() could be {choices}.",
            where=where,
            fix=f"Say which: connect={{{argument!r}: '{matches[-1]}.{wish}'}}.",
        )
    if matches:
        return Connection(argument, matches[0], wish)
    if wish in SOURCES:
        if optional and len(names.of(wish)) != 1:
            return None
        return Connection(argument, wish, only(wish, None, names, where))
    if wish == SAMPLES:
        return Connection(argument, SAMPLES, "")
    if optional:
        return None
    raise _unknown(argument, wish, names, where)


def _unknown(argument: str, wish: str, names: Names, where: Where) -> IntegrationError:
    everything = [name for source in SOURCES for name in names.of(source)]
    close = difflib.get_close_matches(wish, [*everything, *SOURCES, SAMPLES], n=1)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    if argument == wish:
        said = f"The argument {argument!r} of {where.function}() matches nothing."
        how = f"rename it, or connect={{{argument!r}: 'prediction.<name>'}}"
    else:
        said = (
            f"The argument {argument!r} of {where.function}() asks for {wish!r}, which is unknown."
        )
        how = "name one of these"
    return IntegrationError(said, where=where, fix=f"{hint}There is: {names}; {how}.")
