"""Samples that something is asked about, read and ready for the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percepta.core.subsets import SampleKey
from percepta.integration import Samples
from percepta.models import Forward

Array = NDArray[Any]


@dataclass(eq=False)
class Asked:
    """B samples of one subset that something is asked about.

    Attributes:
        keys: who they are.
        inputs: by input name, ``[B, …]``, those the model takes and the others.
        ground_truths: by name, ``[B, …]``; empty for unlabeled samples.
        samples: the subset.
        run: runs the model over them.
        masks: bool ``[B, H, W]``, where those that are objects lie in their pictures, empty for those that
            are a whole; None: all are.
    """

    keys: tuple[SampleKey, ...]
    inputs: Mapping[str, Array]
    ground_truths: Mapping[str, Array]
    samples: Samples
    run: Callable[[], Forward]
    masks: NDArray[np.bool_] | None = None

    @cached_property
    def forward(self) -> Forward:
        """What the model gives for them; it runs when this is first needed."""
        return self.run()

    def taken(self, rows: NDArray[np.intp]) -> Asked:
        """Return some of the samples, each as often as it is named."""
        if np.array_equal(rows, np.arange(len(self.keys))):
            return self

        def take(arrays: Mapping[str, Array]) -> dict[str, Array]:
            return {name: array[rows] for name, array in arrays.items()}

        def run() -> Forward:
            one = self.forward
            return Forward(take(one.outputs), take(one.mean), take(one.max))

        keys = tuple(self.keys[row] for row in rows)
        masks = None if self.masks is None else self.masks[rows]
        return Asked(keys, take(self.inputs), take(self.ground_truths), self.samples, run, masks)

    def repeated(self, times: int) -> Asked:
        """Return every sample so many times, one after the other: aa bb cc."""
        return self.taken(np.repeat(np.arange(len(self.keys)), times))
