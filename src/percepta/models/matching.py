"""Matching the integration's names to a model's own: by name where they agree, else by order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from percepta.core.errors import ModelError, Where


def match_names(
    given: Sequence[str],
    own: Sequence[str],
    *,
    what: str,
    required: Collection[str] = (),
    where: Where | None = None,
) -> dict[str, str]:
    """Assign each given name one of the model's own names.

    Args:
        given: the integration's names, in its order.
        own: the model's names, in its order.
        what: ``input`` or ``output``, for the message.
        required: the model's names that must be assigned.
        where: the model, for the message.

    Raises:
        ModelError: more given names than the model has, or a required one is left over.
    """
    matched = {name: name for name in given if name in own}
    free = [name for name in own if name not in matched]
    rest = [name for name in given if name not in matched]
    by_name = matched | dict(zip(rest, free, strict=False))
    by_order = dict(zip(given, own, strict=False))
    for candidate in (by_name, by_order):
        if len(candidate) == len(given) and set(required) <= set(candidate.values()):
            return {name: candidate[name] for name in given}
    raise ModelError(
        f"The model's {what}s are {_listed(own)}, the integration's are {_listed(given)}.",
        where=where,
        fix=f"Give one {what} for each of the model's, under its name or in its order.",
    )


def choose_outputs(
    shapes: Mapping[str, Sequence[int]],
    samples: int,
    names: Sequence[str] | None,
    where: Where | None = None,
) -> dict[str, str]:
    """Return the model's own name of each output, by the integration's names or else its own.

    Args:
        shapes: of what the model gave for ``samples`` samples, by its own names.
        samples: outputs without one row per sample are passed over.
        names: the integration's, or None.
        where: the model, for the message.

    Raises:
        ModelError: there is no such output, or fewer than there are names.
    """
    fitting = [name for name, shape in shapes.items() if shape and shape[0] == samples]
    if not fitting:
        given = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
        raise ModelError(
            f"The model gave {given or 'no array'} for {samples} samples: nothing with one row "
            "per sample.",
            where=where,
            fix="Wrap or export it so that it returns arrays [B, ...].",
        )
    if names is None:
        return {name: name for name in fitting}
    return match_names(names, fitting, what="output", where=where)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"
