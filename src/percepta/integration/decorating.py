"""What the decorators of scripts have in common."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from percepta.core.errors import IntegrationError, Where
from percepta.integration.blame import defined_at, name_of
from percepta.integration.builtin import caller
from percepta.integration.collecting import Collector, active

F = TypeVar("F", bound=Callable[..., Any])


class Decorator(Protocol):
    """Returns the very function it is put on."""

    def __call__(self, function: F, /) -> F:
        """Collect the function."""


def decorator(add: Callable[[Any, Collector, Where], None]) -> Decorator:
    """Return a decorator that adds to the collector of the script being loaded, if one is."""

    def decorate(function: Any) -> Any:
        collector = active()
        if not callable(function):
            raise IntegrationError(
                f"A {type(function).__name__} is decorated, not a function.", where=caller()
            )
        if collector is not None:
            add(function, collector, defined_at(function))
        return function

    return decorate


def named(kind: str, name: object, add: Callable[[Any, Collector, Where], None]) -> Decorator:
    """Return a decorator that must be given a name.

    Raises:
        IntegrationError: it was put on a function without one.
    """
    if callable(name):
        raise IntegrationError(
            f"@percepta.{kind} needs a name.",
            where=defined_at(name),
            fix=f"Write @percepta.{kind}('{name_of(name)}').",
        )
    return decorator(add)


def takes(function: Any, count: int, what: str, where: Where) -> None:
    """Check that a function can be called with ``count`` positional arguments.

    Raises:
        IntegrationError: it cannot.
    """
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        raise IntegrationError(
            f"{name_of(function)}{inspect.signature(function)} must take {what}.",
            where=where,
            fix=f"Write def {name_of(function)}{what if count else '()'}.",
        ) from None
    except ValueError:  # built-in functions tell no signature
        return
