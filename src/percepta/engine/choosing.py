"""Choosing samples: the subsets asked for, and a few samples spread evenly over all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from percepta.core.errors import IntegrationError
from percepta.core.subsets import SampleId, SampleKey, Subset
from percepta.integration import Samples

Keys = Mapping[Subset, Sequence[SampleId]]


def choose(
    subsets: Sequence[Samples], names: Sequence[str] | None, limit: int | None
) -> list[Samples]:
    """Return the subsets of the given names (None: all), each thinned evenly to ``limit`` samples.

    Raises:
        IntegrationError: there is no subset of that name.
    """
    known = {part.subset.value for part in subsets}
    wanted = known if names is None else set(names)
    if missing := wanted - known:
        raise IntegrationError(
            f"The integration has no subset {', '.join(sorted(missing))}.",
            fix=f"It has: {', '.join(sorted(known))}.",
        )
    chosen = [part for part in subsets if part.subset.value in wanted]
    if limit is None:
        return chosen
    return [
        Samples(part.subset, [part.ids[i] for i in even(len(part.ids), limit)], part.data)
        for part in chosen
    ]


def even(length: int, count: int) -> list[int]:
    """Return at most ``count`` indices spread evenly over ``length``, first and last included."""
    return [int(i) for i in np.unique(np.linspace(0, length - 1, min(count, length)).astype(int))]


def spread(keys: Keys, count: int) -> list[SampleKey]:
    """Return about ``count`` samples spread evenly over the subsets, each by its share."""
    total = sum(len(ids) for ids in keys.values())
    chosen: list[SampleKey] = []
    for subset, ids in keys.items():
        share = max(1, round(count * len(ids) / total))
        chosen.extend(SampleKey(subset, ids[i]) for i in even(len(ids), share))
    return chosen
